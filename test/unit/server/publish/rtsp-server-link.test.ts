import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resolvePublish } from '../../../../server/publish/publish-config.js';
import { RtspServerLink } from '../../../../server/publish/rtsp-server-link.js';
import { SystemClock } from '../../../../shared/clock.js';
import { LogOfTest } from '../../../helpers/log-of-test.js';
import { until } from '../../../helpers/until.js';

async function open(flags: Readonly<Record<string, unknown>>): Promise<RtspServerLink> {
  const { config } = resolvePublish({ flags, env: {}, file: null, sampleVideo: '/sample.mp4' });
  const { logger } = new LogOfTest();
  const { signal } = new AbortController();
  const link = await RtspServerLink.open(config, { clock: new SystemClock(), logger, env: {}, signal });
  onTestFinished(() => link.close());
  return link;
}

describe('RtspServerLink', () => {
  it('shows the API credentials as they are meant', async () => {
    const shown: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      shown.push(request.headers.authorization);
      response.end(JSON.stringify({ pageCount: 1, items: [] }));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const link = await open({ apiUrl: `http://u:100%@127.0.0.1:${port}/` });
    await until(() => link.paths !== null);
    expect(shown[0]).toBe(`Basic ${Buffer.from('u:100%').toString('base64')}`);
  });

  it.each(['rtsp://[::1]/x', 'rtsps://u:100%@127.0.0.1:1/a%'])('opens for %s', async (to) => {
    expect((await open({ to })).to).toBe(to);
  });

  it('refuses what is no address of a server', async () => {
    await expect(open({ to: 'rtsp://%00/x' })).rejects.toMatchObject({ code: 'BAD_USAGE' });
  });
});

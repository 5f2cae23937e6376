import { describe, expect, it } from 'vitest';
import { resolveLoadConfig } from '../../client/load/load-config.js';
import { runLoad } from '../../client/load/run-load.js';
import { SystemClock } from '../../shared/clock.js';
import { freeTcpPort } from '../helpers/free-port.js';
import { LogOfTest } from '../helpers/log-of-test.js';

describe('runLoad', () => {
  it('names each target where nothing listens, and warns of a token that goes nowhere', async () => {
    const port = await freeTcpPort();
    const target = [`first=http://127.0.0.1:${port}/a`, `second=rtsp://127.0.0.1:${port}/b`];
    const log = new LogOfTest();
    const options = { target, clients: '2', token: 'abc', reconnect: false, serverApi: 'off' };
    const run = runLoad(resolveLoadConfig(options, {}), {
      clock: new SystemClock(),
      logger: log.logger,
      env: {},
      commandLine: [],
      stopRequest: new Promise(() => undefined),
      view: { render: () => undefined, say: () => undefined, close: () => undefined },
    });
    const message = expect.stringMatching(
      /^Not one session could connect\. first: .*nothing listens.* second: /,
    ) as unknown;
    await expect(run).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE', message });
    expect(log.messages('warn')).toEqual([expect.stringContaining('--token is sent to streamer://')]);
  });
});

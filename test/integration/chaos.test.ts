import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { resolveChaosConfig } from '../../client/chaos/chaos-config.js';
import { runChaos } from '../../client/chaos/run-chaos.js';
import type { DetailsOf } from '../../client/report/run-details-schema.js';
import { SystemClock } from '../../shared/clock.js';
import { LogOfTest } from '../helpers/log-of-test.js';
import { multipartOf } from '../helpers/multipart-sender.js';
import { syntheticJpeg } from '../helpers/synthetic-jpeg.js';

const EVERY_MS = 50;
const PART = multipartOf([syntheticJpeg(1, 1, 2000)], { delimiter: '--b', ending: 'body' });

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach(die));

/** Ends a server as if its process had been killed. */
function die(server: Server): void {
  server.close();
  server.closeAllConnections();
}

/** A small sender of MJPEG, that of its own accord does nothing wrong. */
async function sender(): Promise<{ server: Server; url: string }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=b' });
    const timer = setInterval(() => response.write(Buffer.concat([PART, Buffer.from('\r\n')])), EVERY_MS);
    response.once('close', () => clearInterval(timer));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cam.mjpg` };
}

interface Given {
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Called with the name of each phase, as it is shown. */
  onPhase?(phase: string, stop: () => void): void;
}

async function attack(url: string, { flags = {}, onPhase = () => undefined }: Given) {
  let stop: () => void = () => undefined;
  const stopRequest = new Promise<void>((resolve) => (stop = resolve));
  const config = resolveChaosConfig({ target: [url], serverApi: 'off', good: '2', stalled: '3', ...flags }, {});
  return runChaos(config, {
    ...{ clock: new SystemClock(), logger: new LogOfTest().logger, env: {}, commandLine: [], stopRequest },
    view: { render: ({ phase }) => onPhase(phase, stop), say: () => undefined, close: () => undefined },
  });
}

describe('runChaos', () => {
  it('takes a server that dies after the attack for harmed, and what it sent into buffers for no burden', async () => {
    const { server, url } = await sender();
    const onPhase = (phase: string) => (phase === 'after' ? die(server) : undefined);
    const report = await attack(url, { flags: { phase: '1.5' }, onPhase });
    const { harm, attackers } = report?.details as DetailsOf<'chaos'>;
    expect(harm).toMatchObject({ goodDisconnected: 2, goodBefore: 2, goodAtEnd: 0 });
    expect(harm.goodOutageMs).toBeGreaterThan(0);
    expect(harm.fpsAfter).toBeLessThan(0.9 * harm.fpsBefore);
    // On a machine that is too slow to measure latencies it is invalid.
    expect(report?.verdict.level).not.toBe('pass');

    // They stopped at the head of the answer, and all the rest lay in the kernel.
    const unread = attackers[0]?.unread;
    expect(unread?.bytesLate).toBeGreaterThan(unread?.bytesRead ?? Infinity);
    const sentences = report?.findings.map(({ sentence }) => sentence).join(' ');
    expect(sentences).toContain('The stalled clients hardly held the server up');
  });

  it('has no report, and no error, where the user stops it before the first phase', async () => {
    const { url } = await sender();
    const onPhase = (phase: string, stop: () => void) => (phase === 'good clients connect' ? stop() : undefined);
    expect(await attack(url, { onPhase })).toBeNull();
  });

  it('does not begin where the process of the server is not there', async () => {
    const { url } = await sender();
    const missing = attack(url, { flags: { serverPid: `${2 ** 31 - 1}` } });
    await expect(missing).rejects.toMatchObject({ code: 'BAD_USAGE', exitCode: 2 });
  });
});

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveBenchConfig } from '../../client/bench/bench-config.js';
import { runBench } from '../../client/bench/run-bench.js';
import { resolveCapacityConfig } from '../../client/capacity/capacity-config.js';
import { runCapacity } from '../../client/capacity/run-capacity.js';
import { resolveChaosConfig } from '../../client/chaos/chaos-config.js';
import { runChaos } from '../../client/chaos/run-chaos.js';
import type { RunParts } from '../../client/commands/run-command.js';
import { resolveLoadConfig } from '../../client/load/load-config.js';
import { runLoad } from '../../client/load/run-load.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { LogOfTest } from '../helpers/log-of-test.js';

describe('a run that is stopped while nobody answers for the API of the server', () => {
  let silent: Server;
  let serverApi: string;
  let asked: Promise<Socket>;

  beforeEach(async () => {
    silent = createServer().listen(0, '127.0.0.1');
    asked = once(silent, 'connection').then(([socket]: unknown[]) => socket as Socket);
    await once(silent, 'listening');
    serverApi = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  });
  afterEach(() => silent.close());

  it.each<[string, (parts: RunParts) => Promise<unknown>]>([
    ['load', (parts) => runLoad(resolveLoadConfig({ target: ['streamer://127.0.0.1:1/a'], serverApi }, {}), parts)],
    [
      'capacity',
      (parts) =>
        runCapacity(
          resolveCapacityConfig({ target: ['streamer://127.0.0.1:1/a'], slo: 'lost=0', serverApi }, {}),
          parts,
        ),
    ],
    ['bench', (parts) => runBench(resolveBenchConfig({ target: 'streamer://127.0.0.1:1', serverApi }, {}), parts)],
    ['chaos', (parts) => runChaos(resolveChaosConfig({ target: ['streamer://127.0.0.1:1/a'], serverApi }, {}), parts)],
  ])('ends at once and keeps no connection: %s', async (_name, run) => {
    // Its clock stands still, so that no limit of time ends it.
    const parts = { clock: new FakeClock(), logger: new LogOfTest().logger, env: {}, commandLine: [] };
    const view = { render: () => undefined, say: () => undefined, close: () => undefined };
    const stopRequest = asked;
    expect(await run({ ...parts, view, stopRequest })).toBeNull();
    const socket = await asked;
    socket.resume();
    if (!socket.closed) await once(socket, 'close');
  });
});

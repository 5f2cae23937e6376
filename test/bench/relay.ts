import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Children } from './children.js';
import { cpuWhile } from './process-figures.js';
import type { CpuUse } from './process-figures.js';
import type { Watching } from './watched-server.js';
import type { RelayCommands } from './workers/relay-worker.js';

/** What a plain relay of an HTTP camera to one reader costs: what is left when a Node process does nothing else. */
export async function watchRelay(
  children: Children,
  cameraPort: number,
  { settleMs, measureMs }: Watching,
): Promise<CpuUse> {
  const reader = createServer((socket) => socket.on('error', () => socket.destroy()).resume());
  reader.listen(0, '127.0.0.1');
  await once(reader, 'listening');
  const relay = children.worker<RelayCommands>('relay-worker');
  await relay.call('start', { fromPort: cameraPort, toPort: (reader.address() as AddressInfo).port });
  await sleep(settleMs);
  const cpu = await cpuWhile(relay.pid, measureMs);
  await relay.end();
  reader.close();
  return cpu;
}

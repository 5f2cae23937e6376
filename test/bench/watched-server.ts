import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEncoding } from '../../shared/protocol/messages.js';
import type { Children } from './children.js';
import { spanFigures } from './deliveries.js';
import type { Span, SpanFigures } from './deliveries.js';
import { cpuWhile } from './process-figures.js';
import type { CpuUse } from './process-figures.js';
import { startServer } from './server-process.js';
import type { SessionsCommands } from './workers/sessions-worker.js';

/** How long a server settles, and is watched then. */
export interface Watching {
  readonly settleMs: number;
  readonly measureMs: number;
}

/** What a server did for its one client. */
export interface Watched {
  readonly cpu: CpuUse;
  readonly frames: number;
  readonly lost: number;
  readonly skipped: number;
  readonly encoding: StreamEncoding | null;
  readonly spans: Readonly<Record<Span, SpanFigures>>;
}

/** Starts `streamer-server` with `args`, and one client of its first stream, and watches both for a while. */
export async function watchServer(
  children: Children,
  args: readonly string[],
  { settleMs, measureMs }: Watching,
): Promise<Watched> {
  const server = await startServer(children, args);
  const sessions = children.worker<SessionsCommands>('sessions-worker');
  await sessions.call('connect', { port: server.port, clients: 1, serverClock: null });
  await sleep(settleMs);
  await sessions.call('begin');
  const cpu = await cpuWhile(server.pid, measureMs);
  const { deliveries, lost, skipped } = await sessions.call('end');
  const encoding = await sessions.call('encoding');
  await Promise.all([server.end(), sessions.end()]);
  if (!deliveries || deliveries.frames === 0) throw new Error('no frame came');
  return { cpu, frames: deliveries.frames, lost, skipped, encoding, spans: spanFigures([deliveries]) };
}

/** CPU milliseconds a frame, of the server and of all it started. */
export function cpuMsPerFrame({ cpu, frames }: Watched): number {
  return ((cpu.ownSeconds + cpu.childrenSeconds) / frames) * 1000;
}

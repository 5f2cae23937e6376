import { setTimeout as sleep } from 'node:timers/promises';
import { spanFigures } from '../deliveries.js';
import type { Span, SpanFigures } from '../deliveries.js';
import type { Children } from '../children.js';
import type { Bar, Scenario, ScenarioResult } from '../scenario.js';
import { startServer } from '../server-process.js';
import { cell, milliseconds } from '../table.js';
import type { Table } from '../table.js';
import type { SessionsCommands } from '../workers/sessions-worker.js';

const SHOWN = ['total', 'queue', 'encode', 'publish', 'network', 'added'] as const satisfies readonly Span[];
const CLIENTS = [1, 20];
const MAX_ADDED_MS = 1.5;
const WARM_UP_MS = 3000;

interface Measured {
  readonly clients: number;
  readonly frames: number;
  readonly lost: number;
  readonly skipped: number;
  readonly clockErrorUs: number;
  readonly spans: Readonly<Record<Span, SpanFigures>>;
}

/** How old a frame of the bundled sample is when a client has it, and where the time went. */
export const latency: Scenario = {
  name: 'latency',
  title: 'Latency: the bundled sample (720p, 30 fps) from the moment a frame is due to its last byte in a client',
  async run({ children, quick, say }): Promise<ScenarioResult> {
    const results: Measured[] = [];
    for (const clients of CLIENTS) {
      say(`${clients} client${clients === 1 ? '' : 's'}`);
      results.push(await measure(children, clients, quick ? 3000 : 15_000));
    }
    const notes = [
      'queue is from the due time to the start of the encoding: the timer of the schedule and the wait for an encoder.' +
        ' network ends when the client has the last byte. added = publish + network: all that is neither pacing nor encoding.',
    ];
    return { tables: [tableOf(results)], bars: barsOf(results), notes, figures: results };
  },
};

async function measure(children: Children, clients: number, measureMs: number): Promise<Measured> {
  const server = await startServer(children, []);
  const sessions = children.worker<SessionsCommands>('sessions-worker');
  await sessions.call('connect', { port: server.port, clients, serverClock: null });
  await sleep(WARM_UP_MS);
  await sessions.call('begin');
  await sleep(measureMs);
  const { deliveries, lost, skipped } = await sessions.call('end');
  await Promise.all([server.end(), sessions.end()]);
  if (!deliveries) throw new Error('nothing was recorded');
  const { frames, clockErrorUs } = deliveries;
  return { clients, frames, lost, skipped, clockErrorUs, spans: spanFigures([deliveries]) };
}

function tableOf(results: readonly Measured[]): Table {
  const head = ['clients', ...SHOWN.flatMap((span) => [`${span} p50`, 'p99']), 'clock ±', 'frames', 'lost', 'skipped'];
  const rows = results.map(({ clients, spans, clockErrorUs, frames, lost, skipped }) => [
    cell(clients),
    ...SHOWN.flatMap((span) => [milliseconds(spans[span].p50), milliseconds(spans[span].p99)]),
    milliseconds(clockErrorUs),
    cell(frames),
    cell(lost),
    cell(skipped),
  ]);
  return { title: 'Milliseconds', head, rows };
}

function barsOf(results: readonly Measured[]): Bar[] {
  const addedUs = results.find(({ clients }) => clients === 20)?.spans.added.p50 ?? null;
  const measured = addedUs === null ? null : addedUs / 1000;
  return [{ name: '20 clients: added latency p50', measured, relation: '<=', limit: MAX_ADDED_MS, unit: 'ms' }];
}

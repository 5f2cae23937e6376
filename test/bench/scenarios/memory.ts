import { setTimeout as sleep } from 'node:timers/promises';
import type { SlowClientFigures } from '../../helpers/slow-clients.js';
import { descendants, residentBytes } from '../../../shared/process-times.js';
import type { Bar, Scenario, ScenarioResult } from '../scenario.js';
import { startServer } from '../server-process.js';
import { cell, milliseconds } from '../table.js';
import type { Table } from '../table.js';
import type { SessionsCommands } from '../workers/sessions-worker.js';
import type { SlowClientsCommands } from '../workers/slow-clients-worker.js';

const GOOD_CLIENTS = 20;
/** At this quality the bundled sample is a stream of well over 1 MB/s. */
const QUALITY = 92;
const MIN_MB_PER_SECOND = 1;
const MAX_AGE_TRANSFERS = 3;
const MAX_GROWTH_PERCENT = 10;

/** Resident memory at one moment, `second` counted from the end of the warm-up. */
interface Sample {
  readonly second: number;
  readonly serverBytes: number;
  readonly ffmpegBytes: number;
}

interface Measured {
  readonly samples: readonly Sample[];
  readonly mbPerSecond: number;
  readonly good: { readonly frames: number; readonly lost: number; readonly skipped: number; readonly ended: number };
  readonly slow: Readonly<Record<string, SlowClientFigures>>;
}

/** Whether stalled, slow and silent clients make the server grow or the others lose frames. */
export const memory: Scenario = {
  name: 'memory',
  title: `Memory: ${GOOD_CLIENTS} good clients and four bad ones on a stream of over ${MIN_MB_PER_SECOND} MB/s`,
  async run({ children, quick, say }): Promise<ScenarioResult> {
    const server = await startServer(children, ['--quality', String(QUALITY)]);
    const sessions = children.worker<SessionsCommands>('sessions-worker');
    const slowClients = children.worker<SlowClientsCommands>('slow-clients-worker');
    await sessions.call('connect', { port: server.port, clients: GOOD_CLIENTS, serverClock: null });
    await slowClients.call('connect', { port: server.port });
    await sleep(quick ? 3000 : 10_000);
    await sessions.call('begin');
    const seconds = quick ? 10 : 60;
    const samples: Sample[] = [];
    for (let second = 0; second <= seconds; second += 1) {
      if (second % 15 === 0) say(`second ${second} of ${seconds}`);
      samples.push(sample(server.pid, second));
      if (second < seconds) await sleep(1000);
    }
    const { deliveries, lost, skipped, ended } = await sessions.call('end');
    const slow = (await slowClients.call('figures')) ?? {};
    await Promise.all([sessions.end(), slowClients.end(), server.end()]);
    const mbPerSecond = (deliveries?.bytes ?? 0) / GOOD_CLIENTS / seconds / 1e6;
    const measured = { samples, mbPerSecond, good: { frames: deliveries?.frames ?? 0, lost, skipped, ended }, slow };
    return {
      tables: [memoryTable(samples), clientsTable(measured)],
      bars: barsOf(measured),
      notes: NOTES,
      figures: measured,
    };
  },
};

const NOTES = [
  'stalled stops reading after its first frame; halfRate reads at half the rate of the stream; byteByByte reads one byte' +
    ' at a time, 20,000 a second; neverAcks reads everything and acknowledges nothing. A transfer is the time a frame' +
    ' takes at the rate of its client; the age is that when its last byte was read.',
];

function sample(pid: number, second: number): Sample {
  const children = descendants(pid).map((child) => residentBytes(child) ?? 0);
  return {
    second,
    serverBytes: residentBytes(pid) ?? NaN,
    ffmpegBytes: children.reduce((sum, bytes) => sum + bytes, 0),
  };
}

function memoryTable(samples: readonly Sample[]): Table {
  const places = [0, 0.25, 0.5, 0.75, 1].map((share) => samples[Math.round(share * (samples.length - 1))]);
  const megabytes = (get: (at: Sample) => number) => {
    const all = samples.map(get);
    const shown = [...places.map((at) => (at ? get(at) : NaN)), Math.min(...all), Math.max(...all)];
    return shown.map((bytes) => cell(bytes / 2 ** 20, 1));
  };
  return {
    title: 'Resident memory in MiB after the warm-up',
    head: ['process', 'start', '25 %', '50 %', '75 %', 'end', 'least', 'most'],
    rows: [
      ['server', ...megabytes((at) => at.serverBytes)],
      ['its FFmpeg', ...megabytes((at) => at.ffmpegBytes)],
    ],
  };
}

function clientsTable({ good, slow, mbPerSecond }: Measured): Table {
  const rows = Object.entries(slow).map(([name, client]) => [
    name,
    client.connected ? 'yes' : (client.refusal ?? 'no'),
    cell(client.frames),
    cell(client.lost),
    cell(client.skipped),
    milliseconds(client.maxAgeUs, 0),
    client.maxAgeTransfers > 0 ? cell(client.maxAgeTransfers, 2) : cell(null),
  ]);
  const goodRow = [`${GOOD_CLIENTS} good ones`, good.ended === 0 ? 'yes' : `${good.ended} ended`];
  return {
    title: `Clients, on a stream of ${cell(mbPerSecond, 2)} MB/s`,
    head: ['client', 'connected', 'frames', 'lost', 'skipped', 'oldest frame ms', 'in transfers'],
    rows: [[...goodRow, cell(good.frames), cell(good.lost), cell(good.skipped), cell(null), cell(null)], ...rows],
  };
}

function barsOf({ samples, mbPerSecond, good, slow }: Measured): Bar[] {
  // The greatest of each quarter: a leak raises the ceiling, while the floor is where the garbage collector last was.
  const quarter = Math.ceil(samples.length / 4);
  const greatest = (some: readonly Sample[]) => Math.max(...some.map((at) => at.serverBytes));
  const growth = (greatest(samples.slice(-quarter)) / greatest(samples.slice(0, quarter)) - 1) * 100;
  const age = slow.halfRate?.maxAgeTransfers ?? null;
  return [
    { name: 'rate of the stream', measured: mbPerSecond, relation: '>=', limit: MIN_MB_PER_SECOND, unit: 'MB/s' },
    { name: 'good clients: frames lost', measured: good.lost + good.ended, relation: '<=', limit: 0, unit: 'frames' },
    {
      name: 'half-rate client: oldest frame',
      measured: age,
      relation: '<',
      limit: MAX_AGE_TRANSFERS,
      unit: 'transfers',
    },
    {
      name: 'memory at most, last quarter against first',
      measured: growth,
      relation: '<=',
      limit: MAX_GROWTH_PERCENT,
      unit: '%',
    },
  ];
}

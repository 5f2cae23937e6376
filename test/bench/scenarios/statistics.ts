import { createMetrics } from '../../../server/statistics/prometheus.js';
import { readReportedLatency } from '../../../server/statistics/reported-latency.js';
import { encodeStats } from '../../../shared/protocol/codec.js';
import type { Stats } from '../../../shared/protocol/messages.js';
import { MessageParser, SERVER_ACCEPTS } from '../../../shared/protocol/parser.js';
import { envelopeOf, plainHistogram } from '../../helpers/encoded-histogram.js';
import { encodedLatencies, MeasuredServer, streamReport } from '../../helpers/measured-server.js';
import type { MeasuredClient } from '../../helpers/measured-server.js';
import { seededRandom } from '../../helpers/path-simulator.js';
import { median } from '../quantiles.js';
import type { Scenario } from '../scenario.js';
import { cell } from '../table.js';

const ROUNDS = 5;
const CLIENTS = 1000;
const FRAMES_A_SECOND = 30;
const MAX_CORE_PERCENT = 3;
/** A server where a scrape is dear. */
const WALL = { streams: 16, clients: 1000 };

/** What it costs to measure on the server: each frame, each report of a client, each look at the figures. */
export const statistics: Scenario = {
  name: 'statistics',
  title: 'Statistics of the server: cost of a frame, of a report, and of looking at them',
  async run({ quick, say }) {
    const seconds = quick ? 2 : 10;
    const rounds: Record<string, number>[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      say(`round ${round}`);
      rounds.push({ ...measure(seconds), [SCRAPE]: await measureScrape(quick ? 3 : 20) });
    }
    const costs = Object.keys(rounds[0] ?? {}).map((what): [string, number] => [
      what,
      median(rounds.map((costUs) => costUs[what] ?? NaN)) ?? NaN,
    ]);
    const reportUs = costs.find(([what]) => what === REPORT)?.[1] ?? NaN;
    return {
      tables: [
        {
          title: `Medians of ${ROUNDS} rounds, CPU time`,
          head: ['what', 'µs'],
          rows: costs.map(([what, costUs]) => [what, cell(costUs)]),
        },
      ],
      bars: [
        {
          name: `${CLIENTS} clients that report each second`,
          measured: (reportUs * CLIENTS) / 10_000,
          relation: '<=' as const,
          limit: MAX_CORE_PERCENT,
          unit: '% of a core',
        },
      ],
      notes: ['Reading the STATS message (JSON and its schema) is the session’s work and a row of its own.'],
      figures: { costs: Object.fromEntries(costs) },
    };
  },
};

const REPORT = 'a report of 30 latencies, read into all figures';
const SCRAPE = `a scrape by Prometheus: ${WALL.clients} clients that watch ${WALL.streams} streams each`;

/** CPU time of each thing in microseconds, that of the garbage it makes included. */
function measure(seconds: number): Record<string, number> {
  const { server, cam, clients, reports } = fixture(seconds);
  const bomb = envelopeOf(plainHistogram(new Array<number>(8000).fill(0)));
  const message = encodeStats(statsOf(reports[0]!, cam.id));
  const parser = new MessageParser({ accepts: SERVER_ACCEPTS, onMessage: () => undefined });
  const frames = 20_000;
  const costs = {
    'a published frame': usPerCall(frames, () => {
      server.clock.sleep(33_333);
      server.publish(cam, 1);
    }),
    'a STATS message, taken apart and checked': usPerCall(5000, () => parser.push(message)),
    [REPORT]:
      usPerCall(seconds, (second) => {
        for (const [n, client] of clients.entries()) {
          server.clients.report(client, statsOf(reports[(n + second) % reports.length]!, cam.id));
        }
        // What was over the budget of its moment is read in the slices that follow.
        server.clock.advance(1_000_000);
      }) / CLIENTS,
    'a histogram of 30 latencies, decoded': usPerCall(5000, (n) =>
      readReportedLatency(reports[n % reports.length]!, FRAMES_A_SECOND),
    ),
    'the longest histogram that is taken': usPerCall(1000, () => readReportedLatency(bomb, FRAMES_A_SECOND)),
    'the figures of a stream': usPerCall(500, () => server.statistics.stream('cam')),
    'the figures of a client': usPerCall(500, (n) => server.statistics.client(`${n}`)),
  };
  if (server.statistics.reports.read < seconds * CLIENTS) throw new Error('not every report was read');
  server.statistics.close();
  return costs;
}

async function measureScrape(repeats: number): Promise<number> {
  const server = new MeasuredServer();
  const streams = Array.from({ length: WALL.streams }, (_, n) => server.addStream(`cam${n}`));
  const reports = streams.map((stream) => streamReport(stream, [3000, 4000, 9000]));
  for (let n = 0; n < WALL.clients; n += 1) {
    const client = server.connect(`${n}`);
    for (const { name } of streams) client.watch(name, { sent: 3 });
    if (n < 100) server.report(client, reports);
  }
  server.clock.advance(1_000_000);
  const { clients, statistics: measured } = server;
  const metrics = createMetrics({ clients, statistics: measured });
  const before = process.cpuUsage();
  for (let n = 0; n < repeats; n += 1) await metrics.render();
  const { user, system } = process.cpuUsage(before);
  metrics.close();
  measured.close();
  return (user + system) / repeats;
}

/** A stream with clients that were sent more than they will report. */
function fixture(seconds: number) {
  const random = seededRandom(1);
  const server = new MeasuredServer();
  const cam = server.addStream('cam');
  const clients = Array.from({ length: CLIENTS }, (_, n): MeasuredClient => server.connect(`${n}`));
  for (const client of clients) client.watch('cam', { sent: FRAMES_A_SECOND * (seconds + 1) });
  const latencies = () => Array.from({ length: FRAMES_A_SECOND }, () => 3000 + random() * 9000);
  const reports = Array.from({ length: 100 }, () => encodedLatencies(latencies()));
  return { server, cam, clients, reports };
}

function statsOf(latency: string, id: number): Stats {
  const stream = streamReport({ id }, null, { received: FRAMES_A_SECOND, bytes: 900_000, latency });
  return { intervalMs: 1000, clock: { offsetUs: 12.5, errorUs: 80.25 }, streams: [stream] };
}

function usPerCall(repeats: number, call: (n: number) => unknown): number {
  const before = process.cpuUsage();
  for (let n = 0; n < repeats; n += 1) call(n);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / repeats;
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeClip, SIZES } from '../clips.js';
import { median } from '../quantiles.js';
import type { BenchContext, Scenario, ScenarioResult } from '../scenario.js';
import { cell, milliseconds } from '../table.js';
import type { Table } from '../table.js';
import { cpuMsPerFrame, watchServer } from '../watched-server.js';
import type { Watched } from '../watched-server.js';

const NO_OP = 'export const processFrame = (frame) => frame;\n';
const FRAMES = 150;
/** The first run after the clip was made has slower frames, whatever it does. */
const WARM_UP = { settleMs: 3000, measureMs: 1000 };

/** A list of processors, and every round that it was measured in. */
interface Measured {
  readonly name: string;
  readonly processors: readonly string[];
  readonly rounds: Watched[];
}

/** What processors cost, and how much later a frame is because of them. */
export const processing: Scenario = {
  name: 'processing',
  title: 'Processing: a file of 1080p30 with and without processors, one client',
  async run(context): Promise<ScenarioResult> {
    const size = SIZES.find(({ name }) => name === '1080p')!;
    context.say('making a clip of 1080p');
    const { path } = await makeClip(context, size, FRAMES);
    const measured = await waysIn(context);
    const watching = context.quick ? { settleMs: 2000, measureMs: 4000 } : { settleMs: 4000, measureMs: 10_000 };
    await watchServer(context.children, ['--', path], WARM_UP);
    for (let round = 1; round <= (context.quick ? 1 : 3); round += 1) {
      for (const { name, processors, rounds } of measured) {
        context.say(`${name}, round ${round}`);
        const args = processors.flatMap((processor) => ['--processor', processor]);
        rounds.push(await watchServer(context.children, [...args, '--', path], watching));
      }
    }
    return { tables: [tableOf(measured)], bars: [], notes: NOTES, figures: measured };
  },
};

const NOTES = [
  'A module that does nothing shows what it costs to hand a picture of 6 MB to a worker thread and back. Processing is what' +
    ' the frames themselves say: from the decoded picture to the last processor, waiting for its turn included. Added latency' +
    ' is the difference of the medians from the moment a frame is due.',
];

async function waysIn({ folder }: BenchContext): Promise<Measured[]> {
  const module = join(folder, 'no-op.mjs');
  await writeFile(module, NO_OP);
  const ways = {
    'no processor': [],
    'a module that does nothing': [module],
    watermark: ['watermark'],
    timecode: ['timecode'],
    'watermark and timecode': ['watermark', 'timecode'],
  };
  return Object.entries(ways).map(([name, processors]) => ({ name, processors, rounds: [] }));
}

function tableOf(measured: readonly Measured[]): Table {
  const [none] = measured;
  const rows = measured.map((each) => [
    each.name,
    cell(cpuOf(each), 2),
    cell(none === each ? null : cpuOf(each) - cpuOf(none), 2),
    milliseconds(medianOf(each, ({ spans }) => spans.processing.p50)),
    milliseconds(medianOf(each, ({ spans }) => spans.processing.p99)),
    milliseconds(latencyOf(each)),
    milliseconds(none === each ? null : latencyOf(each) - latencyOf(none)),
    cell(each.rounds.reduce((sum, { lost, skipped }) => sum + lost + skipped, 0)),
  ]);
  const head = ['processors', 'CPU ms/frame', 'added', 'processing p50 ms', 'p99', 'latency p50 ms', 'added'];
  return {
    title: `Medians of ${none?.rounds.length ?? 0} rounds in turn; CPU of the server and its FFmpeg`,
    head: [...head, 'lost or skipped'],
    rows,
  };
}

function cpuOf(measured: Measured | undefined): number {
  return median(measured?.rounds.map(cpuMsPerFrame) ?? []) ?? NaN;
}

function latencyOf(measured: Measured | undefined): number {
  return measured ? (medianOf(measured, ({ spans }) => spans.total.p50) ?? NaN) : NaN;
}

function medianOf({ rounds }: Measured, get: (watched: Watched) => number | null): number | null {
  return median(rounds.flatMap((watched) => get(watched) ?? []));
}

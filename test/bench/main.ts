/** `npm run bench`: runs the scenarios, prints their tables and bars, and writes everything as JSON. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { Children } from './children.js';
import { hasGstreamer } from './gstreamer.js';
import { describeMachine, formatMachine } from './machine.js';
import { parseOptions, USAGE } from './options.js';
import type { BenchOptions } from './options.js';
import { hasProcessFigures } from './process-figures.js';
import { formatResult, formatSummary, writeReport } from './report.js';
import type { ScenarioReport } from './report.js';
import type { BenchContext, Scenario } from './scenario.js';
import { cameras } from './scenarios/cameras.js';
import { compare } from './scenarios/compare.js';
import { encode } from './scenarios/encode.js';
import { fanOut } from './scenarios/fan-out.js';
import { health } from './scenarios/health.js';
import { idle } from './scenarios/idle.js';
import { latency } from './scenarios/latency.js';
import { load } from './scenarios/load.js';
import { measuring } from './scenarios/measuring.js';
import { memory } from './scenarios/memory.js';
import { mjpeg } from './scenarios/mjpeg.js';
import { parser } from './scenarios/parser.js';
import { passThrough } from './scenarios/pass-through.js';
import { processing } from './scenarios/processing.js';
import { publish } from './scenarios/publish.js';
import { reconnect } from './scenarios/reconnect.js';
import { recording } from './scenarios/recording.js';
import { rtspEncode } from './scenarios/rtsp-encode.js';
import { statistics } from './scenarios/statistics.js';
import { websocket } from './scenarios/websocket.js';

const SCENARIOS: readonly Scenario[] = [
  ...[encode, fanOut, latency, parser, memory, measuring, statistics, websocket, mjpeg],
  ...[passThrough, cameras, idle, reconnect, health, processing, recording, publish, rtspEncode, load, compare],
];

// An interrupted run may still wait for something that nobody wants any more.
process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  let options;
  try {
    options = parseOptions(
      argv,
      SCENARIOS.map((scenario) => scenario.name),
    );
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (!hasProcessFigures()) {
    console.error('The benchmark reads CPU and memory of its processes from /proc, which this system does not have.');
    return 1;
  }
  return bench(options);
}

/** Runs everything; whatever happens, no child and no temporary file is left. */
async function bench(options: BenchOptions): Promise<number> {
  const children = new Children(options.cpuProf);
  const folder = await mkdtemp(join(tmpdir(), 'frame-streamer-bench-'));
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve('interrupted'));
  });
  process.on('exit', () => children.killAll());
  try {
    const running = runAll(options, children, folder);
    // When the run is interrupted its children end, and what it throws because of that is no news.
    running.catch(() => undefined);
    const outcome = await Promise.race([running, interrupted]);
    if (outcome !== 'interrupted') return 0;
    console.error('interrupted');
    return 130;
  } catch (error) {
    console.error(error);
    return 1;
  } finally {
    await children.endAll();
    // Somebody may still be writing there when the run was interrupted.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function runAll(options: BenchOptions, children: Children, folder: string): Promise<void> {
  const ffmpeg = await findFfmpeg(process.env);
  const machine = describeMachine(ffmpeg);
  console.log(`${formatMachine(machine)}\n`);
  const say = (line: string) => console.error(`… ${line}`);
  const context = { quick: options.quick, children, folder, ffmpeg, hasGstreamer: hasGstreamer(), say };
  const startedAt = new Date().toISOString();
  const reports: ScenarioReport[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => options.only.includes(name))) {
    reports.push(await runOne(scenario, context));
  }
  console.log(formatSummary(reports));
  const file = await writeReport({ startedAt, quick: options.quick, machine, scenarios: reports }, options.out);
  console.log(`\nwritten to ${file}`);
}

async function runOne(scenario: Scenario, context: BenchContext): Promise<ScenarioReport> {
  const { name, title } = scenario;
  const startMs = performance.now();
  const result = await scenario.run(context);
  const seconds = Math.round((performance.now() - startMs) / 100) / 10;
  const report = { name, title, seconds, commands: context.children.takeCommands(), ...result };
  console.log(`${formatResult(report)}\n`);
  return report;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { SystemClock } from '../shared/clock.js';
import { errorExit } from '../shared/command-line.js';
import { StreamerError, toStreamerError } from '../shared/errors.js';
import { createLogger, type Logger } from '../shared/logger.js';
import { redactUrl } from '../shared/redact.js';
import { join, joinText } from './bench/join.js';
import type { JoinConfig } from './bench/join-config.js';
import { parseClientCommand } from './cli.js';
import type { RunCommand } from './commands/run-command.js';
import type { ClientConfig } from './config.js';
import type { FiguresSource, FiguresView } from './figures-view.js';
import { decodeJpeg } from './jpeg-decoder.js';
import { performRun } from './perform-run.js';
import { failureExitCode, failureOf, probe } from './probe/probe.js';
import type { ProbeResult } from './probe/probe.js';
import type { ProbeConfig } from './probe/probe-config.js';
import { ffmpegWhenNeeded } from './probe/probe-ffmpeg.js';
import { ProbeClock } from './probe/probe-clock.js';
import { MachineClock } from './probe/time-code-clock.js';
import { openLogFile, toAll } from './report/log-file.js';
import { formatProbe } from './report/probe-text.js';
import { summarize } from './report/summary.js';
import { formatSummary } from './report/text.js';
import { loadTrust } from './tls-trust.js';
import { PlainView } from './ui/plain-view.js';
import { ProgressLines } from './ui/progress-lines.js';
import type { ProgressView } from './ui/progress.js';
import { terminalTraits } from './ui/terminal-traits.js';
import { watch } from './watch.js';
import type { WatchResult } from './watch.js';

const PROGRAM = 'streamer-client';
/** Ended by Ctrl+C before anything was measured, as a shell reports it: 128 + SIGINT. */
const EXIT_INTERRUPTED = 130;
/** Where the output is no terminal. */
const USUAL_COLUMNS = 80;

const clock = new SystemClock();

/** Where figures go. */
type OutputConfig = Pick<ClientConfig, 'json' | 'plain' | 'logLevel'>;

async function main(): Promise<number> {
  const command = parseClientCommand(process.argv.slice(2), process.env);
  try {
    switch (command.kind) {
      case 'exit':
        process[command.stream].write(command.text);
        return command.exitCode;
      case 'watch':
        return await runWatch(command.config);
      case 'probe':
        return await runProbe(command.config);
      case 'join':
        return await runJoin(command.config);
      case 'run':
        return await runWithReport(command);
    }
  } catch (error) {
    return fail(toStreamerError(error));
  }
}

async function runWatch(config: ClientConfig): Promise<number> {
  const tls = config.tls && (await loadTrust(config.tls.caPath));
  const result = await watch(config, { ...(await surroundingsOf(config)), tls });
  report(config, result);
  return exitCodeOf(result);
}

async function runProbe(config: ProbeConfig): Promise<number> {
  const { clockUrl, token } = config;
  // That takes up to two seconds, and longer where nobody answers.
  if (clockUrl !== null && !config.json) process.stdout.write(`asking the clock of ${redactUrl(clockUrl)}\n`);
  const timeCodeClock = clockUrl === null ? new MachineClock(clock) : await ProbeClock.open(clockUrl, token, clock);
  const parts = { ...(await surroundingsOf(config)), ffmpeg: ffmpegWhenNeeded(process.env), timeCodeClock };
  const result = await probe(config, parts);
  return reportProbe(config, result);
}

/** A device of benchmarks; it tells each result when it is there, and with --json all of them at the end. */
async function runJoin(config: JoinConfig): Promise<number> {
  let quit: () => void = () => undefined;
  const quitRequest = new Promise<void>((resolve) => (quit = resolve));
  const view = await openProgress(config, quit);
  const stopRequest = Promise.race([waitForSignal(), quitRequest]);
  const outcome = await join(config, { clock, view, stopRequest }).finally(() => view.close());
  if (config.json) process.stdout.write(`${JSON.stringify({ ...outcome, error: outcome.error?.code ?? null })}\n`);
  else process.stdout.write(joinText(outcome));
  return outcome.error ? fail(outcome.error) : 0;
}

/** A measuring command with a report. */
async function runWithReport(command: RunCommand): Promise<number> {
  const { exitCode, error } = await performRun(command, {
    clock,
    logger: loggerOf(command.output, command.output.logFile),
    env: process.env,
    commandLine: process.argv.slice(2),
    columns: process.stdout.columns ?? USUAL_COLUMNS,
    openView: (quit) => openProgress(command.output, quit),
    stopRequest: waitForSignal(),
    print: (text) => process.stdout.write(text),
  });
  return error ? fail(error, exitCode) : exitCode;
}

async function openProgress(config: OutputConfig, quit: () => void): Promise<ProgressView> {
  const traits = wantsDashboard(config) ? terminalTraits(process.env, process.platform) : null;
  if (!traits) return new ProgressLines((line) => config.json || process.stdout.write(`${line}\n`));
  const { ProgressScreen } = await import('./ui/progress-screen.js');
  const screen = new ProgressScreen({
    clock,
    input: process.stdin,
    output: process.stdout,
    traits,
    onQuit: quit,
  });
  closeWhateverHappens(screen);
  return screen;
}

/** What every run takes from the process. */
async function surroundingsOf(config: OutputConfig) {
  return { clock, logger: loggerOf(config), openView: await viewOpener(config), stopRequest: waitForSignal() };
}

/** Log lines would tear a full screen, and go to the file only, where there is one. */
function loggerOf(config: OutputConfig, logFile: string | null = null): Logger {
  const destinations = [
    ...(wantsDashboard(config) ? [] : [process.stderr]),
    ...(logFile === null ? [] : [openLogFile(logFile)]),
  ];
  const level = destinations.length === 0 ? 'silent' : config.logLevel;
  return createLogger({ level, pretty: true, destination: toAll(destinations) });
}

function wantsDashboard(config: OutputConfig): boolean {
  const isTerminal = process.stdout.isTTY && process.stdin.isTTY;
  return isTerminal && !config.plain && !config.json && terminalTraits(process.env, process.platform) !== null;
}

type OpenView = (source: FiguresSource, quit: () => void) => FiguresView;

async function viewOpener(config: OutputConfig): Promise<OpenView> {
  if (config.json) return () => ({ render: () => undefined, close: () => undefined });
  const traits = wantsDashboard(config) ? terminalTraits(process.env, process.platform) : null;
  if (!traits) return () => new PlainView((text) => process.stdout.write(`${text}\n`));
  // Loaded only here, since the libraries behind it take longer to load than all the rest.
  const { Dashboard } = await import('./ui/dashboard.js');
  return (source, quit) => {
    const dashboard = new Dashboard({
      title: PROGRAM,
      clock,
      input: process.stdin,
      output: process.stdout,
      traits,
      decode: (jpeg, width, height) => decodeJpeg(jpeg, { width, height }),
      latestJpeg: source.latestJpeg?.bind(source),
      snapshotToFile: () => saveSnapshot(source),
      onReset: () => source.reset(),
      onQuit: quit,
    });
    closeWhateverHappens(dashboard);
    return dashboard;
  };
}

/** However the process ends, the terminal must be usable after it, and an error readable. */
function closeWhateverHappens(view: { close(): void }): void {
  process.once('exit', () => view.close());
  process.once('uncaughtException', (error) => {
    view.close();
    process.exit(fail(toStreamerError(error)));
  });
}

/** Writes the figures so far beside the user, under a name that says when. */
async function saveSnapshot(source: FiguresSource): Promise<string> {
  const time = new Date().toISOString().replace(/[-:]/g, '').replace(/\..*$/, 'Z');
  const name = `streamer-snapshot-${time}.json`;
  await writeFile(name, `${JSON.stringify(summarize(source.snapshot(), source.histograms()), null, 2)}\n`);
  return name;
}

function report(config: ClientConfig, { measurement, error }: WatchResult): void {
  const snapshot = measurement.snapshot();
  if (config.json) process.stdout.write(`${JSON.stringify(summarize(snapshot, measurement.histograms()))}\n`);
  // Of a run that never began the error says all there is.
  else if (!error || snapshot.streams.length > 0) process.stdout.write(`${formatSummary(snapshot)}\n`);
}

function reportProbe(config: ProbeConfig, { session, interrupted }: ProbeResult): number {
  const snapshot = session.snapshot();
  if (config.json) process.stdout.write(`${JSON.stringify(summarize(snapshot, session.histograms()))}\n`);
  else process.stdout.write(`${formatProbe(snapshot, process.stdout.columns ?? USUAL_COLUMNS)}\n`);
  const failure = failureOf(session, interrupted);
  if (!failure) return 0;
  const cameNothing = snapshot.streams.every(({ frames }) => frames.received === 0);
  return interrupted && cameNothing && session.ended.size === 0
    ? EXIT_INTERRUPTED
    : fail(failure, failureExitCode(session));
}

function exitCodeOf({ measurement, error, interrupted }: WatchResult): number {
  const { streams } = measurement.snapshot();
  if (error) return fail(error);
  if (streams.some(({ frames }) => frames.received > 0)) return 0;
  if (interrupted) return EXIT_INTERRUPTED;
  const came = streams.some(({ frames }) => frames.kept > 0) ? 'Only frames of the past came' : 'Not one frame came';
  return fail(new StreamerError('NO_FRAMES', `${came}; is the stream live?`));
}

function fail(error: StreamerError, exitCode = error.exitCode): number {
  process.stderr.write(errorExit(PROGRAM, error).text);
  return exitCode;
}

/** The first signal ends the run with its summary, a second one ends it at once. */
function waitForSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(EXIT_INTERRUPTED);
        asked = true;
        resolve();
      });
    }
  });
}

// The reader of a pipe may go away (`streamer-client --plain | head`): that ends the output, not the run's clean-up.
process.stdout.on('error', () => undefined);
process.exitCode = await main();

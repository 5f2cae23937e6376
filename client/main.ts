#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { SystemClock } from '../shared/clock.js';
import { errorExit } from '../shared/command-line.js';
import { StreamerError, toStreamerError } from '../shared/errors.js';
import { createLogger } from '../shared/logger.js';
import { parseClientCommand } from './cli.js';
import type { ClientConfig } from './config.js';
import { decodeJpeg } from './jpeg-decoder.js';
import type { Measurement } from './measurement.js';
import { summarize } from './report/summary.js';
import { formatSummary } from './report/text.js';
import { loadTrust } from './tls-trust.js';
import { PlainView } from './ui/plain-view.js';
import { terminalTraits } from './ui/terminal-traits.js';
import { watch } from './watch.js';
import type { FiguresView, WatchParts, WatchResult } from './watch.js';

const PROGRAM = 'streamer-client';
/** Ended by Ctrl+C before anything was measured, as a shell reports it: 128 + SIGINT. */
const EXIT_INTERRUPTED = 130;

const clock = new SystemClock();

async function main(): Promise<number> {
  const command = parseClientCommand(process.argv.slice(2), process.env);
  if (command.kind === 'exit') {
    process[command.stream].write(command.text);
    return command.exitCode;
  }
  const { config } = command;
  const usesDashboard = wantsDashboard(config);
  const logger = createLogger({
    level: usesDashboard ? 'silent' : config.logLevel,
    pretty: true,
    destination: process.stderr,
  });
  try {
    const tls = config.tls && (await loadTrust(config.tls.caPath));
    const openView = await viewOpener(config);
    const result = await watch(config, { clock, logger, openView, tls, stopRequest: waitForSignal() });
    report(config, result);
    return exitCodeOf(result);
  } catch (error) {
    return fail(toStreamerError(error));
  }
}

function wantsDashboard(config: ClientConfig): boolean {
  const isTerminal = process.stdout.isTTY && process.stdin.isTTY;
  return isTerminal && !config.plain && !config.json && terminalTraits(process.env, process.platform) !== null;
}

async function viewOpener(config: ClientConfig): Promise<WatchParts['openView']> {
  if (config.json) return () => ({ render: () => undefined, close: () => undefined });
  const traits = wantsDashboard(config) ? terminalTraits(process.env, process.platform) : null;
  if (!traits) return () => new PlainView((text) => process.stdout.write(`${text}\n`));
  // Loaded only here, since the libraries behind it take longer to load than all the rest.
  const { Dashboard } = await import('./ui/dashboard.js');
  return (measurement, quit) => {
    const dashboard = new Dashboard({
      title: PROGRAM,
      clock,
      input: process.stdin,
      output: process.stdout,
      traits,
      decode: (jpeg, width, height) => decodeJpeg(jpeg, { width, height }),
      latestJpeg: (streamId) => measurement.latestJpeg(streamId),
      snapshotToFile: () => saveSnapshot(measurement),
      onReset: () => measurement.reset(),
      onQuit: quit,
    });
    closeWhateverHappens(dashboard);
    return dashboard;
  };
}

/** However the process ends, the terminal must be usable after it, and an error readable. */
function closeWhateverHappens(view: FiguresView): void {
  process.once('exit', () => view.close());
  process.once('uncaughtException', (error) => {
    view.close();
    process.exit(fail(toStreamerError(error)));
  });
}

/** Writes the figures so far beside the user, under a name that says when. */
async function saveSnapshot(measurement: Measurement): Promise<string> {
  const time = new Date().toISOString().replace(/[-:]/g, '').replace(/\..*$/, 'Z');
  const name = `streamer-snapshot-${time}.json`;
  await writeFile(name, `${JSON.stringify(summarize(measurement.snapshot(), measurement.histograms()), null, 2)}\n`);
  return name;
}

function report(config: ClientConfig, { measurement, error }: WatchResult): void {
  const snapshot = measurement.snapshot();
  if (config.json) process.stdout.write(`${JSON.stringify(summarize(snapshot, measurement.histograms()))}\n`);
  // Of a run that never began the error says all there is.
  else if (!error || snapshot.streams.length > 0) process.stdout.write(`${formatSummary(snapshot)}\n`);
}

function exitCodeOf({ measurement, error, interrupted }: WatchResult): number {
  const { streams } = measurement.snapshot();
  if (error) return fail(error);
  if (streams.some(({ frames }) => frames.received > 0)) return 0;
  if (interrupted) return EXIT_INTERRUPTED;
  const came = streams.some(({ frames }) => frames.kept > 0) ? 'Only frames of the past came' : 'Not one frame came';
  return fail(new StreamerError('NO_FRAMES', `${came}; is the stream live?`));
}

function fail(error: StreamerError): number {
  const { text, exitCode } = errorExit(PROGRAM, error);
  process.stderr.write(text);
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

#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { SystemClock } from '../shared/clock.js';
import { errorExit } from '../shared/command-line.js';
import { toStreamerError } from '../shared/errors.js';
import { createLogger } from '../shared/logger.js';
import type { Logger } from '../shared/logger.js';
import { startApp } from './app.js';
import type { App, AppParts } from './app.js';
import { parseServerCommand } from './cli.js';
import type { ServeCommand } from './cli.js';
import type { ServerConfig } from './config.js';
import { findFfmpeg } from '../shared/ffmpeg/ffmpeg-binary.js';
import { createStreamOpener } from './stream-opener.js';
import { checkStreams } from './source-check.js';
import { StandardInput } from './sources/standard-input.js';

/** After the last stream ended, slow clients get this long to take their last frames. */
const END_GRACE_US = 500_000;
/** A shutdown that takes longer than this is cut short. */
const SHUTDOWN_LIMIT_MS = 1800;
/** The same while recordings have to be completed. */
const RECORDING_SHUTDOWN_LIMIT_MS = 10_000;

/*
 * JPEGs lie outside the heap, which is small; V8 marks it anew, step by step, for every few megabytes of them, which takes
 * more than the frames themselves. Marked at once it takes a third of that, and the latency's p99 falls as well.
 */
setFlagsFromString('--no-incremental-marking');

const clock = new SystemClock();

async function main(): Promise<number> {
  const command = parseServerCommand(process.argv.slice(2), process.env);
  if (command.kind === 'exit') {
    process[command.stream].write(command.text);
    return command.exitCode;
  }
  return serve(command);
}

async function serve({ config, warnings }: ServeCommand): Promise<number> {
  const logger = createLogger({ level: config.logLevel, pretty: process.stdout.isTTY && !config.check });
  for (const warning of warnings) logger.warn(warning);
  const stopRequest = waitForSignal(config.tls ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP']);
  const starting = new AbortController();
  const stdin = new StandardInput(() => process.stdin, clock);
  void stopRequest.then(() => starting.abort());
  try {
    const binaries = await findFfmpeg(process.env);
    const parts = { clock, logger, binaries, stdin, env: process.env, signal: starting.signal, processFigures };
    return config.check ? await check(config, parts) : await run(config, parts, stopRequest);
  } catch (error) {
    // Asked to stop while it was starting: what that broke off is no failure.
    return starting.signal.aborted ? 0 : report(error, logger);
  } finally {
    stdin.close();
  }
}

async function check(config: ServerConfig, parts: AppParts): Promise<number> {
  const verdicts = await checkStreams(config.streams, await createStreamOpener(parts), clock);
  for (const { line } of verdicts) process.stdout.write(`${line}\n`);
  const failed = verdicts.filter(({ exitCode }) => exitCode !== 0).length;
  if (failed === 0) process.stdout.write('The configuration is good.\n');
  else process.stdout.write(`${failed} of ${verdicts.length} sources cannot be streamed at present.\n`);
  return Math.max(...verdicts.map(({ exitCode }) => exitCode));
}

async function run(config: ServerConfig, parts: AppParts, stopRequest: Promise<NodeJS.Signals>): Promise<number> {
  let reloadCertificate: App['reloadCertificate'] = null;
  if (config.tls) process.on('SIGHUP', () => void reloadCertificate?.());
  const app = await startApp(config, parts);
  reloadCertificate = app.reloadCertificate;
  const cause = await Promise.race([stopRequest, app.ended]);
  if (cause) parts.logger.info({ signal: cause }, 'shutting down');
  else await new Promise<void>((resolve) => clock.schedule(END_GRACE_US, resolve));
  await stopWithin(app, cause ? 'SERVER_CLOSING' : 'STREAMS_ENDED');
  parts.logger.info('stopped');
  return 0;
}

async function stopWithin(app: App, code: 'SERVER_CLOSING' | 'STREAMS_ENDED'): Promise<void> {
  const message = code === 'SERVER_CLOSING' ? 'The server shuts down.' : 'Every stream has come to its end.';
  setTimeout(() => process.exit(0), app.control.isRecording ? RECORDING_SHUTDOWN_LIMIT_MS : SHUTDOWN_LIMIT_MS).unref();
  await app.stop(code, message);
}

function processFigures() {
  const { user, system } = process.cpuUsage();
  return {
    nodeVersion: process.version,
    memoryBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1_000_000,
  };
}

/** The first signal asks for a clean stop, a second one gets it at once. */
function waitForSignal(signals: readonly NodeJS.Signals[]): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of signals) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve(signal);
      });
    }
  });
}

function report(thrown: unknown, logger: Logger): number {
  const error = toStreamerError(thrown);
  logger.debug({ err: error }, 'failed');
  const { text, exitCode } = errorExit('streamer-server', error);
  process.stderr.write(text);
  return exitCode;
}

// A closed pipe on standard output (`streamer-server | head`) is no reason to stop streaming.
process.stdout.on('error', () => undefined);
process.exitCode = await main();

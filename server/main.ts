#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { SystemClock } from '../shared/clock.js';
import { errorExit } from '../shared/command-line.js';
import { toStreamerError } from '../shared/errors.js';
import { parseServerCommand } from './cli.js';
import type { ServerCommand } from './cli.js';
import { generate } from './commands/generate.js';
import { publish } from './commands/publish.js';
import { serve } from './commands/serve.js';
import type { Surroundings, TextOutput } from './commands/surroundings.js';
import { StandardInput } from './sources/standard-input.js';

/*
 * JPEGs lie outside the heap, which is small; V8 marks it anew, step by step, for every few megabytes of them, which takes
 * more than the frames themselves. Marked at once it takes a third of that, and the latency's p99 falls as well.
 */
setFlagsFromString('--no-incremental-marking');

async function main(): Promise<number> {
  const command = parseServerCommand(process.argv.slice(2), process.env);
  if (command.kind === 'exit') {
    process[command.stream].write(command.text);
    return command.exitCode;
  }
  const surroundings = createSurroundings();
  try {
    return await run(command, surroundings);
  } catch (thrown) {
    const { text, exitCode } = errorExit('streamer-server', toStreamerError(thrown));
    process.stderr.write(text);
    return exitCode;
  } finally {
    surroundings.stdin.close();
  }
}

function run(command: Exclude<ServerCommand, { kind: 'exit' }>, surroundings: Surroundings): Promise<number> {
  switch (command.kind) {
    case 'serve':
      return serve(command, surroundings);
    case 'generate':
      return generate(command, surroundings);
    case 'publish':
      return publish(command, surroundings);
  }
}

function createSurroundings(): Surroundings {
  const clock = new SystemClock();
  const signals = new Signals();
  return {
    clock,
    env: process.env,
    stdin: new StandardInput(() => process.stdin, clock),
    stdout: textOutput(process.stdout),
    stderr: textOutput(process.stderr),
    stopRequest: signals.stopRequest,
    onHangup: (action) => (signals.onHangup = action),
    endWithin: (limitMs) => void setTimeout(() => process.exit(0), limitMs).unref(),
    processFigures,
  };
}

function textOutput(stream: NodeJS.WriteStream): TextOutput {
  return {
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    write: (text) => void stream.write(text),
  };
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
class Signals {
  onHangup: (() => void) | null = null;
  readonly stopRequest: Promise<NodeJS.Signals>;
  private wasAsked = false;
  private ask: (signal: NodeJS.Signals) => void = () => undefined;

  constructor() {
    this.stopRequest = new Promise((resolve) => (this.ask = resolve));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.onSignal(signal));
  }

  private onSignal(signal: NodeJS.Signals): void {
    if (signal === 'SIGHUP' && this.onHangup) return this.onHangup();
    if (this.wasAsked) process.exit(1);
    this.wasAsked = true;
    this.ask(signal);
  }
}

// A closed pipe on standard output (`streamer-server | head`) is no reason to stop streaming.
process.stdout.on('error', () => undefined);
process.exitCode = await main();

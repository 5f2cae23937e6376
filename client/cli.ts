import { hostname } from 'node:os';
import { Command } from 'commander';
import {
  type ExitRequest,
  type Subcommand,
  addOptions,
  addSubcommand,
  captureOutput,
  exitRequest,
  rawFlags,
} from '../shared/command-line.js';
import { VERSION } from '../shared/package-info.js';
import { CAMERAS_COMMAND } from './commands/cameras.js';
import { CAPACITY_COMMAND } from './commands/capacity.js';
import { COMPARE_COMMAND } from './commands/compare.js';
import { BENCH_COMMAND } from './commands/bench.js';
import { CHAOS_COMMAND } from './commands/chaos.js';
import { JOIN_COMMAND, type JoinCommand } from './commands/join.js';
import { LOAD_COMMAND } from './commands/load.js';
import { PROBE_COMMAND, type ProbeCommand } from './commands/probe.js';
import type { RunCommand } from './commands/run-command.js';
import { type ClientConfig, resolveClientConfig } from './config.js';
import { CLIENT_OPTIONS } from './options.js';

/** Watch the streams: what `streamer-client` without a subcommand does. */
export interface WatchCommand {
  readonly kind: 'watch';
  readonly config: ClientConfig;
}

/** What a command line of `streamer-client` asks for. */
export type ClientCommand = WatchCommand | ProbeCommand | JoinCommand | RunCommand | ExitRequest;

/** The commands beside watching. */
const SUBCOMMANDS: readonly Subcommand<ClientCommand>[] = [
  PROBE_COMMAND,
  LOAD_COMMAND,
  CAMERAS_COMMAND,
  CAPACITY_COMMAND,
  BENCH_COMMAND,
  JOIN_COMMAND,
  COMPARE_COMMAND,
  CHAOS_COMMAND,
];

type Env = Readonly<Record<string, string | undefined>>;

const PROGRAM = 'streamer-client';

const NOTES = `
Examples:
  ${PROGRAM}
  ${PROGRAM} --host 192.168.1.20 --stream door --stream yard
  ${PROGRAM} --duration 10 --json > summary.json
  STREAMER_TOKEN=s3cret ${PROGRAM} --host cam.example --plain

Exit codes:
  0  done
  1  could not connect, the run failed, or no frame came
  2  wrong usage; nothing was started
`;

/**
 * What the command line `argv` (without node and script) asks for. It prints nothing and never ends the process.
 */
export function parseClientCommand(argv: readonly string[], env: Env): ClientCommand {
  const output: string[] = [];
  let command: ClientCommand | null = null;
  const program = newProgram(output);
  program.action(() => {
    const flags = rawFlags(program, CLIENT_OPTIONS);
    command = { kind: 'watch', config: resolveClientConfig({ flags, env, hostname: hostname() }) };
  });
  for (const subcommand of SUBCOMMANDS) {
    addSubcommand(program.command(subcommand.name), subcommand, env, (asked) => (command = asked));
  }
  try {
    program.parse(argv, { from: 'user' });
  } catch (thrown) {
    const asked = SUBCOMMANDS.find(({ name }) => name === argv[0]);
    return exitRequest(
      asked ? `${PROGRAM} ${asked.name}` : PROGRAM,
      asked?.options ?? CLIENT_OPTIONS,
      output.join(''),
      thrown,
    );
  }
  if (command === null) throw new Error('commander ran no action');
  return command;
}

function newProgram(output: string[]): Command {
  const program = new Command(PROGRAM);
  // A flag behind a subcommand is its own.
  program.enablePositionalOptions().helpCommand(false);
  // Set before any subcommand is added, because those inherit both.
  program.exitOverride().configureOutput(captureOutput(output));
  program.description('Show what a streamer-server sends and how old every frame is when it arrives.');
  addOptions(program, CLIENT_OPTIONS);
  program.optionsGroup('Output:').version(VERSION, '-V, --version', 'print the version');
  program.helpOption('-h, --help', 'print this help').addHelpText('after', NOTES);
  return program;
}

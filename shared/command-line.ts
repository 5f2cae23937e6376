import { StreamerError } from './errors.js';
import { type OptionEntry, type OptionTable, flagName } from './option-table.js';
import { toPrintable } from './protocol/printable.js';
import { nearest } from './suggestion.js';

/** What a command line asks for when nothing is to be run: help, version, or an error to print. */
export interface ExitRequest {
  readonly kind: 'exit';
  readonly exitCode: number;
  readonly stream: 'stdout' | 'stderr';
  /** Ends with a line feed. */
  readonly text: string;
}

/** What is needed of a commander `Command`; only the cli.ts files import the library itself. */
export interface CommandBuilder {
  optionsGroup(heading: string): unknown;
  option(flags: string, help: string, parse?: (value: string, before?: string[]) => string[]): unknown;
  argument(name: string, help: string): unknown;
  /** Commander emits `option:port` for `--port`, and `option:no-loop` for `--no-loop`. */
  on(event: string, listener: () => void): unknown;
}

/** A commander `Command` for a subcommand. */
export interface SubcommandBuilder extends CommandBuilder, ParsedCommand {
  description(text: string): unknown;
  helpOption(flags: string, help: string): unknown;
  addHelpText(position: 'after', text: string): unknown;
  action(run: () => void): unknown;
}

/** A commander `Command` that has parsed its arguments. */
export interface ParsedCommand {
  readonly args: readonly string[];
  opts(): Record<string, unknown>;
  getOptionValueSource(name: string): string | undefined;
}

/** What is needed of commander's `OutputConfiguration`. */
export interface OutputCapture {
  writeOut(text: string): void;
  writeErr(text: string): void;
  getOutHelpWidth(): number;
}

/** A command under the one of the program: `streamer-server publish`. */
export interface Subcommand<T> {
  readonly name: string;
  /** One sentence for the help of both. */
  readonly description: string;
  readonly options: OptionTable;
  /** Printed under the options: examples, exit codes. */
  readonly notes: string;
  /** What its flags and the environment ask for; throws a `StreamerError` for what is wrong. */
  parse(flags: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string | undefined>>): T;
}

const HELP_COLUMNS = 80;

/** Collects in `output` what commander prints. Its errors are dropped: `exitRequest` words them. */
export function captureOutput(output: string[]): OutputCapture {
  return {
    writeOut: (text) => void output.push(text),
    writeErr: () => undefined,
    getOutHelpWidth: () => HELP_COLUMNS,
  };
}

/** Gives `command` the flags and arguments of `table`, group by group. */
export function addOptions(command: CommandBuilder, table: OptionTable): void {
  for (const entry of Object.values(table)) {
    if (isArgument(entry)) {
      command.argument(entry.flags, entry.help);
    } else {
      command.optionsGroup(`${entry.group}:`);
      addOption(command, entry);
    }
  }
  const flags = Object.values(table).map(flagName);
  for (const flag of flags) {
    const opposite = flag.replace('--', '--no-');
    if (flags.includes(opposite)) refuseBoth(command, [flag, opposite]);
  }
}

/** Commander takes `--output` and `--no-output` for one option, of which the last one given would win in silence. */
function refuseBoth(command: CommandBuilder, flags: readonly [string, string]): void {
  const given = new Set<string>();
  for (const flag of flags) {
    command.on(`option:${flag.slice('--'.length)}`, () => {
      given.add(flag);
      if (given.size > 1) throw new StreamerError('BAD_USAGE', `Give ${flags.join(' or ')}, not both.`);
    });
  }
}

/** Commander's own way to repeat, `<value...>`, would take the arguments behind it as values, too. */
function addOption(command: CommandBuilder, entry: OptionEntry): void {
  const help = helpLine(entry);
  if (entry.repeatable) command.option(entry.flags, help, (value, before = []) => [...before, value]);
  else command.option(entry.flags, help);
}

/** Gives `command` what `subcommand` is; `onAsked` gets what its flags and `env` ask for when the line names it. */
export function addSubcommand<T>(
  command: SubcommandBuilder,
  subcommand: Subcommand<T>,
  env: Readonly<Record<string, string | undefined>>,
  onAsked: (asked: T) => void,
): void {
  const { description, options, notes } = subcommand;
  command.description(description);
  addOptions(command, options);
  // In the group of its last option.
  command.helpOption('-h, --help', 'print this help');
  command.addHelpText('after', notes);
  command.action(() => onAsked(subcommand.parse(rawFlags(command, options), env)));
}

/** The raw values that stood on the command line, by option; what stood nowhere is absent. */
export function rawFlags(command: ParsedCommand, table: OptionTable): Record<string, unknown> {
  const values = command.opts();
  const raw: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(table)) {
    if (isArgument(entry) && command.args.length > 0) raw[key] = command.args;
    if (command.getOptionValueSource(key) === 'cli') raw[key] = values[key];
  }
  return raw;
}

/**
 * The exit that `thrown` stands for while a command line is parsed: commander throws when it has printed help or the
 * version (into `output`) and when the line is wrong. Anything that is no error of the user is thrown again.
 */
export function exitRequest(program: string, table: OptionTable, output: string, thrown: unknown): ExitRequest {
  if (thrown instanceof StreamerError) return errorExit(program, thrown);
  if (!isCommanderError(thrown)) throw thrown;
  if (thrown.exitCode === 0) return { kind: 'exit', exitCode: 0, stream: 'stdout', text: output };
  return errorExit(program, new StreamerError('BAD_USAGE', usageSentence(thrown, table)));
}

/** How an error ends a command: one sentence with the stable code, on one line whatever file names it quotes. */
export function errorExit(program: string, error: StreamerError): ExitRequest {
  const text = `${program}: ${toPrintable(error.message)} (${error.code})\n`;
  return { kind: 'exit', exitCode: error.exitCode, stream: 'stderr', text };
}

function isArgument(entry: OptionEntry): boolean {
  return entry.flags.startsWith('[');
}

function helpLine(entry: OptionEntry): string {
  const known = typeof entry.default === 'number' || typeof entry.default === 'string';
  // A flag without an argument says one thing only; the variable has to say which.
  const setting = typeof entry.default === 'boolean' ? `=${String(!entry.default)}` : '';
  const variables = entry.env.map((name) => name + setting).join(', ');
  const notes = [known ? `default ${entry.default}` : '', variables].filter((note) => note !== '');
  return notes.length > 0 ? `${entry.help} (${notes.join('; ')})` : entry.help;
}

interface CommanderError extends Error {
  readonly code: string;
  readonly exitCode: number;
}

function isCommanderError(thrown: unknown): thrown is CommanderError {
  return thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('commander.');
}

/** Commander's message on one line, ended by a full stop. */
function usageSentence(error: CommanderError, table: OptionTable): string {
  if (error.code === 'commander.unknownOption') return unknownFlagSentence(error.message, table);
  const message = error.message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}; --help shows what is possible.`;
}

/** Says nothing after the `=` of a flag, which may be a token behind a misspelt `--token`. */
function unknownFlagSentence(message: string, table: OptionTable): string {
  const flag = /unknown option '([^'=]*)/.exec(message)?.[1] ?? '';
  const meant = nearest(flag, Object.values(table).map(flagName));
  const hint = meant === null ? '--help shows all options.' : `did you mean ${meant}?`;
  return `There is no option ${JSON.stringify(flag)}; ${hint}`;
}

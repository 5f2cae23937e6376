import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCommand, requirePart } from './real-parts.js';
import { runCommand } from './run-command.js';

const PYTHON = process.env.FRAME_STREAMER_PYTHON ?? 'python3';
/** On PATH, or as a module of the Python that has the tools of the tests. */
const COMMAND = hasCommand('schemathesis') ? ['schemathesis'] : [PYTHON, '-m', 'schemathesis.cli'];
/** Everything that holds without knowing more of the API than its description tells. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
  'negative_data_rejection',
];

/** What requests are made of. */
export interface FuzzOptions {
  readonly url: string;
  readonly token: string;
  readonly seed: number;
  /** Of each operation. */
  readonly maxExamples: number;
  /** Operations to leave out, or the only ones to take, by their ids. */
  readonly without?: readonly string[];
  readonly only?: readonly string[];
  /** Checks beyond those that hold for any API. */
  readonly checks?: readonly string[];
  /** Configuration of schemathesis, as TOML. */
  readonly config: string;
}

/** Whether tests may use `fuzzApi`. */
export async function requireSchemathesis(): Promise<boolean> {
  const [file = '', ...args] = COMMAND;
  const found =
    (hasCommand(file) || file.includes('/')) && (await runCommand(file, [...args, '--version'])).exitCode === 0;
  return requirePart('schemathesis', found, 'pip install schemathesis, and name its python in FRAME_STREAMER_PYTHON');
}

/** Asks the API what its description allows, and what it does not; returns the exit code and the report. */
export async function fuzzApi(options: FuzzOptions): Promise<{ exitCode: number | undefined; report: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'schemathesis-'));
  try {
    const config = join(folder, 'schemathesis.toml');
    await writeFile(config, options.config);
    const [file = '', ...args] = COMMAND;
    const { exitCode, stdout, stderr } = await runCommand(file, [...args, ...argumentsFor(options, config)], {
      cwd: folder,
    });
    return { exitCode, report: stdout + stderr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function argumentsFor(options: FuzzOptions, config: string): string[] {
  const { url, token, seed, maxExamples, without = [], only = [], checks = [] } = options;
  return [
    ...['--config-file', config, 'run', `${url}/api/openapi.json`],
    ...['--header', `Authorization: Bearer ${token}`, '--checks', [...CHECKS, ...checks].join(',')],
    ...['--seed', `${seed}`, '--max-examples', `${maxExamples}`, '--request-timeout', '10'],
    ...['--generation-database', 'none', '--no-color'],
    ...without.flatMap((id) => ['--exclude-operation-id', id]),
    ...only.flatMap((id) => ['--include-operation-id', id]),
  ];
}

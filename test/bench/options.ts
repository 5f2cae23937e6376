import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface BenchOptions {
  /** Names of the scenarios to run, in the order they are listed in. */
  readonly only: readonly string[];
  readonly quick: boolean;
  /** File for the JSON; null makes one in `bench-results/`. */
  readonly out: string | null;
  /** Folder for V8 CPU profiles of the benchmark's own workers; null takes none. */
  readonly cpuProf: string | null;
}

export const USAGE = `Usage: npm run bench -- [options]

  --only NAME[,NAME…]  run these scenarios only
  --quick              short runs: to see that everything works, not to quote
  --out FILE           write the JSON there and not to bench-results/<time>.json
  --cpu-prof FOLDER    also write V8 CPU profiles of the workers, for Chrome's developer tools
`;

/** Reads the command line `argv`; throws an Error with one sentence when it is wrong. */
export function parseOptions(argv: readonly string[], scenarios: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      'cpu-prof': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const asked = (values.only ?? []).flatMap((names) => names.split(','));
  const unknown = asked.find((name) => !scenarios.includes(name));
  if (unknown !== undefined) throw new Error(`There is no scenario ${unknown}; there are ${scenarios.join(', ')}.`);
  const only = asked.length === 0 ? scenarios : scenarios.filter((name) => asked.includes(name));
  return { only, quick: values.quick, out: values.out ?? null, cpuProf: values['cpu-prof'] ?? null };
}

import type { Subcommand } from '../../shared/command-line.js';
import { resolveBenchConfig } from '../bench/bench-config.js';
import { BENCH_OPTIONS } from '../bench/bench-options.js';
import type { RunCommand } from './run-command.js';

const NOTES = `
Devices: on each machine "streamer-client join HOST --name phone-3", on a phone
the page http://HOST:8080/#join, in Python "python -m frame_streamer.join HOST".
All measure the same frames of the stream, each with its own clock error. Who
left, came late, did not keep up, or has too uncertain a clock is named, and is
not in the total. docs/bench.md has more.

Examples:
  streamer-client bench --devices 3 --duration 60 --report bench.html
  streamer-client bench --host cam.example --devices 10 --json > bench.json
  streamer-client bench --local 2 --devices 2 --duration 10

Exit codes:
  0  done, or stopped by the user, also before anything was measured
  1  could not connect, refused by the server, or no device joined
  2  wrong usage; nothing was started
  3  invalid: no device measured the whole window, kept up, and has a certain
     clock
`;

/** `streamer-client bench`. */
export const BENCH_COMMAND: Subcommand<RunCommand> = {
  name: 'bench',
  description: 'Measure one stream on several devices at once, and merge what they measured.',
  options: BENCH_OPTIONS,
  notes: NOTES,
  parse: (flags, env) => {
    const config = resolveBenchConfig(flags, env);
    return {
      kind: 'run',
      name: 'bench',
      output: config.output,
      run: async (parts) => {
        const { runBench } = await import('../bench/run-bench.js');
        return runBench(config, parts);
      },
    };
  },
};

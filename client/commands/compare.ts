import type { Subcommand } from '../../shared/command-line.js';
import { resolveCompareConfig } from '../compare/compare-config.js';
import { COMPARE_OPTIONS } from '../compare/compare-options.js';
import type { RunCommand } from './run-command.js';

const NOTES = `
Files: what --report FILE.json of load, cameras, capacity, bench and chaos
wrote, or what watching and probe printed with --json.

Conditions, with commas between them, are about B and say when to fail:
  p99>+10%   it grew by more than 10 %     fps<-5%   it fell by more than 5 %
  p99>+5ms   it grew by more than 5 ms     p99>50ms  it is more than 50 ms
  lost>0     a frame was lost              lost>0.1% more than 0.1 % of them
  Figures: p50 p90 p99 p999 max age fps lost skipped throughput reconnects
  outage failed cpu capacity; failed is sessions without a connection at the end.
  A limit of a change (+10%) is passed where the change is beyond it
  and the whole 95 % interval on that side of no change; one of a value (50ms)
  where the whole interval of B is beyond it. p99 and p999 of runs with too few
  frames are not known: fewer than 10 independent ones beyond them.

Examples:
  streamer-client compare before.json after.json
  streamer-client compare before.json after.json --fail-if 'p99>+10%,lost>0'
  streamer-client compare --a a1.json --a a2.json --a a3.json \\
    --b b1.json --b b2.json --b b3.json --report compare.html

Exit codes:
  0  done; with --fail-if: no condition holds for sure
  1  a condition of --fail-if holds
  2  wrong usage, a file that is no report, or runs that are unlike
  3  a condition that these runs cannot tell: they are too short, or one side
     does not have the figure; the verdict says what would tell
`;

/** `streamer-client compare A.json B.json`. */
export const COMPARE_COMMAND: Subcommand<RunCommand> = {
  name: 'compare',
  description: 'Compare two runs, or sets of repeated runs: what is better or worse for sure.',
  options: COMPARE_OPTIONS,
  notes: NOTES,
  parse: (flags, env) => {
    const config = resolveCompareConfig(flags, env);
    return {
      kind: 'run',
      name: 'compare',
      output: config.output,
      run: async (parts) => {
        const { runCompare } = await import('../compare/run-compare.js');
        return runCompare(config, parts);
      },
    };
  },
};

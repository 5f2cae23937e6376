import type { Subcommand } from '../../shared/command-line.js';
import { resolveCapacityConfig } from '../capacity/capacity-config.js';
import { CAPACITY_OPTIONS } from '../capacity/capacity-options.js';
import type { RunCommand } from './run-command.js';

const NOTES = `
Objective: terms with commas between them, all of which have to hold.
  p50 p90 p99 p999 max            latency of frames, with a unit: p99<100ms
  age-p99 and so on               age of the newest frame; stalls count in it
  lost skipped corrupt            frames, as a count or a share: lost<=0.1%
  fps fps-min                     of the expected rate: fps>=0.95; or fps>=25fps
  reconnects failed               sessions; failed=0 is meant if nothing is said
  fairness                        between sessions, 0 to 1
  server-cpu server-memory        where --server-api answers: server-cpu<90%

The expected rate is the announced one. Of a target that announces none (MJPEG)
it is measured before the search, with one session alone.

A server of this package takes 100 clients where its --max-clients says nothing
else: start it with as many as are to be tried.

Passwords behind ffmpeg+rtsp:// are seen by other users of the machine.

Examples:
  streamer-client capacity streamer://10.0.0.5:8000/cam \\
    --slo 'p99<100ms,lost=0,fps>=0.95' --report capacity.html
  streamer-client capacity --api-url http://vms/api/cameras \\
    --slo 'fps>=0.9,reconnects=0'
  streamer-client capacity --publish rtsp://10.0.0.5:8554/load \\
    --slo 'lost=0,fps>=0.95'
  streamer-client capacity http://10.0.0.5:8080/streams/cam.mjpg \\
    --slo 'fps>=0.95' --at-least 100 --plain

Exit codes:
  0  done; with --at-least, so many hold the objective
  1  fewer than --at-least do, or the run failed
  2  wrong usage; nothing was measured
  3  invalid: this machine was the bottleneck, the objective cannot be measured,
     or it was stopped before --at-least was decided
`;

/** `streamer-client capacity TARGET…`. */
export const CAPACITY_COMMAND: Subcommand<RunCommand> = {
  name: 'capacity',
  description: 'Find how many sessions, cameras or streams a server bears within an objective.',
  options: CAPACITY_OPTIONS,
  notes: NOTES,
  parse: (flags, env) => {
    const config = resolveCapacityConfig(flags, env);
    return {
      kind: 'run',
      name: 'capacity',
      output: config.output,
      run: async (parts) => {
        const { runCapacity } = await import('../capacity/run-capacity.js');
        return runCapacity(config, parts);
      },
    };
  },
};

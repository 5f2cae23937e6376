import { hostname } from 'node:os';
import type { Subcommand } from '../../shared/command-line.js';
import { resolveJoinConfig } from '../bench/join-config.js';
import type { JoinConfig } from '../bench/join-config.js';
import { JOIN_OPTIONS } from '../bench/join-options.js';

/** Be a device of benchmarks: what `streamer-client join` does. */
export interface JoinCommand {
  readonly kind: 'join';
  readonly config: JoinConfig;
}

const NOTES = `
The device waits for benchmarks that "streamer-client bench" runs against the
same server, measures each, and sends what it measured. A clock that is set
wrong does no harm: it is compared with the server's, and the report has the
error of that. docs/bench.md has more, also how a phone or a Python program is a
device.

Examples:
  streamer-client join 192.168.1.20 --name kitchen-pi
  streamer-client join ws://cam.example:8080 --once --plain

Exit codes:
  0  done
  1  could not connect, or the run failed
  2  wrong usage; nothing was started
`;

/** `streamer-client join HOST`. */
export const JOIN_COMMAND: Subcommand<JoinCommand> = {
  name: 'join',
  description: 'Be a device of a latency benchmark that "bench" runs on several devices.',
  options: JOIN_OPTIONS,
  notes: NOTES,
  parse: (flags, env) => ({ kind: 'join', config: resolveJoinConfig(flags, env, hostname()) }),
};

import type { Subcommand } from '../../shared/command-line.js';
import { resolveChaosConfig } from '../chaos/chaos-config.js';
import { CHAOS_OPTIONS } from '../chaos/chaos-options.js';
import type { RunCommand } from './run-command.js';

const NOTES = `
Without a number of any kind there are 10 of each, and a storm of 10 a second.
Only this machine is attacked, unless --i-own-this-server says that the server
and the network to it are yours. Loads of other users suffer from an attack.
A streamer-server takes 100 clients by default: start it with --max-clients
above all attackers and good clients together, or it refuses some of them.

Examples:
  streamer-server --max-clients 300 video.mp4
  streamer-client chaos streamer://127.0.0.1:8000
  streamer-client chaos streamer://127.0.0.1:8000/cam --stalled 100 \\
    --good 20 --phase 30 --max-harm 1.5 --report chaos.html
  streamer-client chaos ws://127.0.0.1:8080/ws/cam --garbage 20 \\
    --reconnect-storm 50 --json > chaos.json

Exit codes:
  0  the good clients were not harmed, or Ctrl+C ended it early
  1  they were, or no good client could connect
  2  wrong usage; nobody was attacked
  3  invalid: this machine, and not the server, made the figures
`;

/** `streamer-client chaos TARGET`. */
export const CHAOS_COMMAND: Subcommand<RunCommand> = {
  name: 'chaos',
  description: 'Attack your own server with clients that misbehave, and say what that does to good ones.',
  options: CHAOS_OPTIONS,
  notes: NOTES,
  parse: (flags, env) => {
    const config = resolveChaosConfig(flags, env);
    return {
      kind: 'run',
      name: 'chaos',
      output: config.output,
      run: async (parts) => {
        const { runChaos } = await import('../chaos/run-chaos.js');
        return runChaos(config, parts);
      },
    };
  },
};

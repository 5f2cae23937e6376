import type { Subcommand } from '../../shared/command-line.js';
import { resolveLoadConfig } from '../load/load-config.js';
import { LOAD_OPTIONS } from '../load/load-options.js';
import type { RunCommand } from './run-command.js';

const NOTES = `
Targets:
  streamer://host:8000[/stream]        our own protocol over TCP
  ws://host:8080/ws/stream             our own protocol over WebSocket
  http://host:8080/....mjpg            MJPEG, every part counted
  rtsp://user:password@host:8554/path  a light reader: counts packets and frames
  ffmpeg+rtsp://...                    read by FFmpeg, one child a session
  Passwords behind ffmpeg+rtsp:// are seen by other users of the machine.
  Behind streamer:// and ws:// a server's own token: ?token=TOKEN.
  Without a stream the server's first one is read.

Examples:
  streamer-client load streamer://127.0.0.1:8000 --clients 80 --ramp 10
  streamer-client load tcp=streamer://10.0.0.5:8000/cam \\
    ws=ws://10.0.0.5:8080/ws/cam --clients 200 --duration 60 --report load.html
  streamer-client load rtsp://10.0.0.5:8554/cam --clients 50 --json > load.json
  A streamer-server takes 100 clients; start it with --max-clients for more.

Ctrl+C ends the run and reports what there is, which is no failure.

Exit codes:
  0  done
  1  no session could connect, no frame came, or the run failed
  2  wrong usage; nothing was measured
  3  invalid: this machine, and not the server, made the figures
`;

/** `streamer-client load TARGET…`. */
export const LOAD_COMMAND: Subcommand<RunCommand> = {
  name: 'load',
  description: 'Connect many measuring sessions to a server, and say what each of them got, and how old it was.',
  options: LOAD_OPTIONS,
  notes: NOTES,
  parse: (flags, env) => {
    const config = resolveLoadConfig(flags, env);
    return {
      kind: 'run',
      name: 'load',
      output: config.output,
      run: async (parts) => {
        const { runLoad } = await import('../load/run-load.js');
        return runLoad(config, parts);
      },
    };
  },
};

import type { Subcommand } from '../../shared/command-line.js';
import { resolveProbeConfig } from '../probe/probe-config.js';
import type { ProbeConfig } from '../probe/probe-config.js';
import { PROBE_OPTIONS } from '../probe/probe-options.js';

/** Measure paths: what `streamer-client probe` does. */
export interface ProbeCommand {
  readonly kind: 'probe';
  readonly config: ProbeConfig;
}

const NOTES = `
URLs:
  streamer://host:8000[/stream]        our own protocol over TCP
  ws://host:8080/...                   our own protocol over WebSocket
  http://host:8080/....mjpg            MJPEG; with .m3u8 HLS, else any video
  rtsp://user:password@host:8554/path  RTSP; ?transport=udp if not over TCP
  rtmp://...  srt://...  udp://...  rtp://...  tcp://...  film.mp4
  Behind streamer://, ws:// and http:// a server's own token: ?token=TOKEN.
  --token goes to every streamer:// and ws:// host that has none in its URL.
  Passwords in a URL that FFmpeg opens are seen by other users of the machine.

Latency is measured where pictures carry a time code (--processor timecode of
streamer-server), or the path states capture times. docs/probe.md has more.

Examples:
  streamer-client probe rtsp://127.0.0.1:8554/cam
  streamer-client probe tcp=streamer://127.0.0.1:8000 \\
    hls=http://127.0.0.1:8888/cam/index.m3u8 --duration 30
  streamer-client probe 'srt://10.0.0.5:8890?streamid=read:cam' \\
    --clock streamer://10.0.0.5:8000 --json

Exit codes:
  0  done; pictures came from every URL
  1  from one URL at least nothing came
  2  wrong usage; nothing was measured
`;

/** `streamer-client probe URL…`. */
export const PROBE_COMMAND: Subcommand<ProbeCommand> = {
  name: 'probe',
  description: 'Measure what comes from any URLs, side by side, and how old each picture is.',
  options: PROBE_OPTIONS,
  notes: NOTES,
  parse: (flags, env) => ({ kind: 'probe', config: resolveProbeConfig(flags, env) }),
};

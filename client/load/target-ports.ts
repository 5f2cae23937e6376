import type { LoadTarget } from './crowd.js';

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  ...{ 'streamer:': 8000, 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443, 'rtsp:': 554, 'rtsps:': 322 },
};

/** The ports that sessions to `targets` connect to. Children of FFmpeg have their own sockets, which are not ours. */
export function targetPorts(targets: readonly LoadTarget[]): ReadonlySet<number> {
  const ours = targets.filter(({ kind, url }) => kind !== 'ffmpeg' && URL.canParse(url));
  return new Set(
    ours.map(({ url }) => {
      const { port, protocol } = new URL(url);
      return port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port);
    }),
  );
}

import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchContext } from './scenario.js';

/** A way to publish one file, over and over, as many streams. */
export interface PublishWay {
  readonly name: string;
  /** Starts it; its processes. */
  start(context: BenchContext, file: string, urls: readonly string[]): readonly ChildProcess[];
}

const BINARY = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));
const QUIET = ['-v', 'error', '-nostdin', '-nostats'];
const RTSP = ['-f', 'rtsp', '-rtsp_transport', 'tcp'];

/** All of them copy: nothing is decoded or encoded. */
export const PUBLISH_WAYS: readonly PublishWay[] = [
  {
    name: 'one ffmpeg a stream',
    start: (context, file, urls) =>
      urls.map((url) => ffmpeg(context, [...looped(file), '-map', '0:v', '-c', 'copy', ...RTSP, url])),
  },
  {
    name: 'one ffmpeg, an output a stream',
    start: (context, file, urls) => {
      const outputs = urls.flatMap((url) => ['-map', '0:v', '-c', 'copy', ...RTSP, url]);
      return [ffmpeg(context, [...looped(file), ...outputs])];
    },
  },
  {
    name: 'one ffmpeg, tee',
    start: (context, file, urls) => {
      const slaves = urls.map((url) => `[f=rtsp:rtsp_transport=tcp]${url}`).join('|');
      return [ffmpeg(context, [...looped(file), '-map', '0:v', '-c', 'copy', '-f', 'tee', slaves])];
    },
  },
  { name: 'streamer-server publish', start: (context, file, urls) => [startPublish(context, file, urls, [])] },
];

/** Starts `streamer-server publish` for streams at these addresses, which are as it names them. */
export function startPublish(
  { children, folder }: BenchContext,
  file: string,
  urls: readonly string[],
  more: readonly string[],
): ChildProcess {
  const to = urls[0]?.replace(/\/[^/]*$/, '') ?? '';
  const limits = ['--max-streams', '1000', '--max-cpu-percent', '100', '--max-memory-percent', '100'];
  const args = [
    'publish',
    '--to',
    to,
    '--streams',
    String(urls.length),
    '--video',
    file,
    ...limits,
    '--plain',
    '--cache',
    folder,
  ];
  return drained(
    children.start(process.execPath, [BINARY, ...args, ...(more.length === 0 ? ['--report', 'off'] : more)]),
  );
}

function looped(file: string): string[] {
  return ['-re', '-stream_loop', '-1', '-i', file];
}

function ffmpeg({ children, ffmpeg: { ffmpegPath } }: BenchContext, args: readonly string[]): ChildProcess {
  return drained(children.start(ffmpegPath, [...QUIET, ...args]));
}

/** What nobody reads would stop it one day. */
function drained(child: ChildProcess): ChildProcess {
  child.stdout?.resume();
  child.stderr?.resume();
  return child;
}

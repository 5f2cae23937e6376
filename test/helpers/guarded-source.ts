import { availableParallelism } from 'node:os';
import { onTestFinished } from 'vitest';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import { imageToJpeg } from '../../server/pipeline/jpeg-codec.js';
import { GuardedNetwork } from '../../server/sources/guarded-network.js';
import { openSource } from '../../server/sources/open-source.js';
import { SourceGuard } from '../../server/sources/source-guard.js';
import { parseSourceSpec } from '../../server/sources/source-spec.js';
import { SystemClock } from '../../shared/clock.js';
import { STREAM_DEFAULTS } from './config-of-test.js';
import type { HlsVideo } from './hls-video.js';
import { HttpPeer, answerOf } from './http-peer.js';
import type { PeerRequest } from './http-peer.js';
import { ofTest } from './of-test.js';
import { SourceLog } from './source-log.js';

/** Only these names are allowed; no DNS of this world knows them, so who gets there came by the guard. */
const ALLOWED = ['cam.test', 'cdn.test', 'rebind.test'];

type Resolve = (name: string) => Promise<readonly string[]>;

/** Plays a source as if it had been added over HTTP, until the end of the test. */
export async function playGuarded(url: string, resolve?: Resolve): Promise<SourceLog> {
  const { source } = await openGuarded(url, resolve);
  const log = new SourceLog(source, 0, (frame) => frame.kind === 'raw' && frame.release());
  onTestFinished(() => log.stop());
  return log;
}

/** Opens a source as if it had been added over HTTP; the names that are allowed are at `resolve`, or this machine. */
export async function openGuarded(text: string, resolve: Resolve = async () => ['127.0.0.1']) {
  const network = new GuardedNetwork(new SourceGuard(ALLOWED, resolve), process.env);
  onTestFinished(() => network.close());
  const settings = { ...STREAM_DEFAULTS, isGuarded: true, source: parseSourceSpec(`cam=${text}`) };
  return openSource(settings, { ...(await sourceParts()), network });
}

/** What sources need of this machine. */
export async function sourceParts() {
  const binaries = await findFfmpeg(process.env);
  const version = await readFfmpegVersion(binaries.ffmpegPath);
  const machine = { parallelEncodes: availableParallelism(), platform: process.platform, convertImage: imageToJpeg };
  return { ...binaries, ...version, ...machine, clock: new SystemClock() };
}

/** Serves the files of `video`, its playlist as `playlist` has it, and for `/elsewhere.ts` the answer `elsewhere`. */
export function serveHls(
  video: HlsVideo,
  playlist: (peer: HttpPeer) => string,
  elsewhere?: (peer: HttpPeer) => Buffer,
) {
  return ofTest(
    HttpPeer.start(({ path, socket }: PeerRequest, peer) => {
      const name = path.slice(1);
      const type = ['Content-Type: application/vnd.apple.mpegurl'];
      if (name === 'index.m3u8') return void socket.write(answerOf('200 OK', type, playlist(peer)));
      if (name === 'elsewhere.ts' && elsewhere) return void socket.write(elsewhere(peer));
      const body = video.files.get(name);
      socket.write(body ? answerOf('200 OK', [], body) : answerOf('404 Not Found'));
    }),
  );
}

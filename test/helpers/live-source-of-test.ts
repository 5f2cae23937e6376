import { onTestFinished } from 'vitest';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import { FfmpegLiveSource } from '../../server/sources/ffmpeg-live-source.js';
import type { FfmpegLiveOptions } from '../../server/sources/ffmpeg-live-source.js';
import type { LiveInput } from '../../server/sources/live-input.js';
import { networkInput } from '../../server/sources/network-input.js';
import { rtspInput } from '../../server/sources/rtsp-input.js';
import type { SourceFrame } from '../../server/sources/source.js';
import { SystemClock } from '../../shared/clock.js';
import { SourceLog } from './source-log.js';

export const clock = new SystemClock();
/** What asks nothing of the pictures. */
export const AS_IT_IS = { width: null, height: null, quality: null, isProcessed: false };

type Options = Partial<FfmpegLiveOptions>;

/** A live source of `input` that is read by the FFmpeg a user of this machine would get. */
export async function liveSource(input: LiveInput, options: Options = {}): Promise<FfmpegLiveSource> {
  const { ffmpegPath } = await findFfmpeg(process.env);
  const { passEveryFrame } = await readFfmpegVersion(ffmpegPath);
  const basics = { ffmpegPath, passEveryFrame, hwaccel: 'none', maxBuffers: 4, wanted: AS_IT_IS, fps: null };
  return new FfmpegLiveSource({ ...basics, startTimeUs: clock.nowUs(), ...input, ...options }, clock);
}

/** A source of an RTSP address. */
export async function rtspSource(url: string, options: Options = {}, transport: 'tcp' | 'udp' = 'tcp') {
  const { rtspTimeoutOption } = await readFfmpegVersion((await findFfmpeg(process.env)).ffmpegPath);
  return liveSource(rtspInput({ kind: 'rtsp', name: 'cam', url, transport }, rtspTimeoutOption), options);
}

/** A source of an address of SRT, UDP or TCP. */
export function networkSource(url: string, options: Options = {}) {
  return liveSource(networkInput({ kind: 'network', name: 'cam', url }), options);
}

/** Runs a source until the end of the test; raw pictures go back at once. */
export function runOfTest(source: FfmpegLiveSource, nextSequence = 0, whenFrame = releaseAtOnce): SourceLog {
  const log = new SourceLog(source, nextSequence, whenFrame);
  onTestFinished(() => log.stop());
  return log;
}

function releaseAtOnce(frame: SourceFrame): void {
  if (frame.kind === 'raw') frame.release();
}

import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import type { FfmpegBinaries } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { chooseVideoEncoder } from '../../shared/ffmpeg/video-encoder.js';
import { createFileSource } from '../sources/file-source.js';
import { createPatternSource } from '../sources/pattern-source.js';
import { outputSize } from '../sources/output-size.js';
import type { Size } from '../sources/output-size.js';
import type { Source } from '../sources/source.js';
import { probeVideo } from '../sources/video-probe.js';
import { LiveVideo } from './live-video.js';
import { encoderWish } from './prepare-video.js';
import type { EncodingSettings } from './publish-config.js';
import type { VideoSpec } from './video-spec.js';

/** What videos with time codes are made with. */
export interface TimecodedParts {
  readonly binaries: FfmpegBinaries;
  /** FFmpeg's options after `-i` with which every decoded frame goes out once. */
  readonly passEveryFrame: readonly string[];
  readonly encoding: EncodingSettings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onWarning: (warning: string | StreamerError) => void;
}

/** Raw pictures at once: two decoded ahead, one in the encoder's hands, one that is filled. */
const MAX_BUFFERS = 4;

/**
 * Makes a video whose pictures carry the time they are due. Throws as `probeVideo`, `outputSize` and `chooseVideoEncoder`
 * do.
 */
export async function timecodedVideo(spec: VideoSpec, parts: TimecodedParts): Promise<LiveVideo> {
  const { binaries, encoding, clock, onWarning } = parts;
  const { size, fps, open } = await sourceOf(spec, parts);
  const encoder = await chooseVideoEncoder(binaries.ffmpegPath, encoderWish(encoding, fps));
  if (encoder.warning !== null) onWarning(encoder.warning);
  return new LiveVideo(
    spec.name,
    { codec: encoder.codec, ...size, fps },
    { ffmpegPath: binaries.ffmpegPath, clock, encoder, openSource: open, onWarning },
  );
}

interface RawSource {
  readonly size: Size;
  readonly fps: number;
  readonly open: () => Source;
}

async function sourceOf({ input, loop, fps }: VideoSpec, parts: TimecodedParts): Promise<RawSource> {
  const { binaries, passEveryFrame, encoding, clock, signal } = parts;
  const decoding = { ffmpegPath: binaries.ffmpegPath, hwaccel: 'none', passEveryFrame, maxBuffers: MAX_BUFFERS };
  if (input.kind === 'pattern') {
    const size = even(outputSize(input, encoding));
    const open = () =>
      createPatternSource({ ...decoding, spec: input, fps, ...size, startTimeUs: clock.nowUs() }, clock);
    return { size, fps: fps ?? input.fps, open };
  }
  const { path } = input;
  const probe = await probeVideo(binaries.ffprobePath, path, signal);
  const size = even(outputSize(probe, encoding));
  // Processed pictures are decoded ones, whatever the file holds.
  const wanted = { ...size, quality: null, isProcessed: true };
  const open = () =>
    createFileSource({ ...decoding, path, probe, fps, ...size, wanted, loop, startTimeUs: clock.nowUs() }, clock);
  return { size, fps: fps ?? probe.fps, open };
}

/** Encoders with subsampled colours take even sizes only. */
function even({ width, height }: Size): Size {
  return { width: Math.max(2, width - (width % 2)), height: Math.max(2, height - (height % 2)) };
}

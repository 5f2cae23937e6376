import { startFfmpeg } from '../../shared/ffmpeg/ffmpeg.js';
import type { ByteSink, FfmpegRequest } from '../../shared/ffmpeg/ffmpeg.js';
import type { StreamerError } from '../../shared/errors.js';
import { until } from './until.js';

/** Options after `-i` for raw pictures. */
export const RAW_VIDEO = ['-pix_fmt', 'rgb24', '-f', 'rawvideo'];
/** Bytes of a picture of the patterns below. */
export const PATTERN_FRAME_BYTES = 16 * 16 * 3;
/** A pattern without end, and one of thirty pictures. */
export const ENDLESS = { input: 'testsrc=size=16x16:rate=30', inputOptions: ['-f', 'lavfi'], outputOptions: RAW_VIDEO };
export const ONE_SECOND = { ...ENDLESS, input: 'testsrc=size=16x16:rate=30:duration=1' };
/** The most a counting sink takes at a time. */
export const TARGET_BYTES = 5000;

/** Takes bytes until `limitBytes` came, then says no for ever. */
export class CountingSink implements ByteSink {
  bytes = 0;
  ends = 0;
  private readonly memory = Buffer.alloc(TARGET_BYTES);

  constructor(public limitBytes: number) {}

  target(): Buffer {
    return this.memory;
  }

  filled(lengthBytes: number): boolean {
    this.bytes += lengthBytes;
    return this.bytes < this.limitBytes;
  }

  end(): void {
    this.ends += 1;
  }
}

/** Starts the FFmpeg at `ffmpegPath` into a counting sink: the endless pattern, unless `request` says otherwise. */
export function runFfmpeg(ffmpegPath: string, request: Partial<FfmpegRequest> = {}, { limitBytes = Infinity } = {}) {
  const sink = new CountingSink(limitBytes);
  const exits: (StreamerError | null)[] = [];
  let onFirstExit: (error: StreamerError | null) => void = () => undefined;
  const exit = new Promise<StreamerError | null>((resolve) => (onFirstExit = resolve));
  const run = startFfmpeg({
    ffmpegPath,
    ...ENDLESS,
    output: sink,
    shownInput: 'the input',
    onExit: (error) => {
      exits.push(error);
      onFirstExit(error);
    },
    ...request,
  });
  /** Resolves when the child is gone and the last byte was read. */
  const over = async () => {
    const error = await exit;
    await until(() => sink.ends > 0);
    return error;
  };
  return { run, sink, exit, exits, over };
}

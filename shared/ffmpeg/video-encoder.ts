/** What an encoder is wanted for. */
export interface EncoderWish {
  /** `h264`, `h265` or `mjpeg` for the software encoder, or FFmpeg's name of an encoder, such as `h264_nvenc`. */
  readonly encoder: string;
  /** Bits a second, on average and at most. */
  readonly bitrateBps: number;
  /** Seconds from key picture to key picture. */
  readonly gopSeconds: number;
  /** Pictures a second, as they are expected. */
  readonly fps: number;
  /** As the encoder calls it; `ultrafast` of libx264 and libx265, none of others where it is left out. */
  readonly preset?: string;
  /** As FFmpeg calls it; `yuv420p` where it is left out. */
  readonly pixelFormat?: string;
}

/** How to encode, and what to tell whoever wanted it otherwise. */
export interface EncoderChoice {
  readonly codec: 'h264' | 'h265' | 'mjpeg';
  /** FFmpeg's name. */
  readonly encoder: string;
  /** FFmpeg's options before the input: a device, where the encoder has one. */
  readonly globalOptions: readonly string[];
  /** FFmpeg's options between input and output: filters and encoder, with no picture held back. */
  readonly options: readonly string[];
  readonly warning: string | null;
}

/**
 * Finds an encoder that works here: the one named by `wish.encoder`, tried once in a process, else a software one of
 * its codec, with a warning.
 *
 * @throws {StreamerError} ENCODER_NOT_FOUND when there is none of that codec, BAD_USAGE when nobody knows the name,
 *   FFMPEG_NOT_FOUND when FFmpeg does not run.
 */
export async function chooseVideoEncoder(_ffmpegPath: string, _wish: EncoderWish): Promise<EncoderChoice> {
  return Promise.reject(new Error('not yet'));
}

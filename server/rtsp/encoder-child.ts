import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import type { EncoderChoice } from '../../shared/ffmpeg/video-encoder.js';
import type { CodedPicture } from './coded-video.js';

/** What goes into an encoder: `jpeg` pictures, or raw RGB24 ones. All are of one size. */
export interface EncoderInput {
  readonly kind: 'jpeg' | 'rgb24';
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Options of an encoder. */
export interface EncoderChildOptions {
  readonly ffmpegPath: string;
  readonly encoder: EncoderChoice;
  readonly input: EncoderInput;
  /** Pictures a second, as they are expected. */
  readonly fps: number;
  /** What is encoded, as messages name it. */
  readonly name: string;
}

/** What an encoder tells. */
export interface EncoderChildEvents {
  onPicture(picture: CodedPicture): void;
  /** Called once, when FFmpeg is gone by itself: with FFMPEG_FAILED. Not called after `stop`. */
  onExit(error: StreamerError): void;
}

/** A picture for an encoder. */
export interface FrameToEncode {
  /** JPEG, or RGB24 rows without padding. Not to be written to until FFmpeg has it, so best never. */
  readonly data: Buffer;
  readonly captureTimeUs: number;
}

/** An FFmpeg child that encodes frames as they come. Frames of another size need another child. */
export class EncoderChild {
  constructor(
    private readonly options: EncoderChildOptions,
    private readonly events: EncoderChildEvents,
    private readonly parts: { readonly clock: Clock },
  ) {}

  /** False when it takes no more for now: the frame is to be left out. */
  encode(_frame: FrameToEncode): boolean {
    void [this.options, this.events, this.parts];
    return false;
  }

  /** Frames that went in and did not come out. */
  get framesLost(): number {
    return 0;
  }

  /** Ends the child; resolves when it is gone. No picture comes any more. */
  async stop(): Promise<void> {
    return;
  }
}

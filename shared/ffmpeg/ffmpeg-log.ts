/** A video stream as FFmpeg describes it; 0 where it does not know. */
export interface LoggedVideo {
  /** FFmpeg's name of the codec, such as `h264` or `mjpeg`. */
  readonly codec: string;
  /** Pixels as coded: before rotation, and not necessarily square. */
  readonly width: number;
  readonly height: number;
  /** Frames per second. */
  readonly fps: number;
}

/** What a line of the log tells. */
export type LogEvent =
  /** The video that FFmpeg chose from its input. */
  | { readonly kind: 'chosen'; readonly video: LoggedVideo }
  /** The decoded pictures have this size from now on. */
  | { readonly kind: 'size'; readonly width: number; readonly height: number };

/** Options that make FFmpeg log all that is read here; `info`, its default, does without the size of pictures. */
export const LOG_OPTIONS: readonly string[] = ['-loglevel', 'verbose'];

const SECTION = /^(Input|Output) #\d+, /;
const VIDEO = /^ +Stream #(\d{1,3}:\d{1,4})\S*: Video: ([a-z0-9_]{1,32})/;
const SIZE = /, (\d{1,5})x(\d{1,5})(?=[ ,]|$)/;
const RATE = /, (\d{1,4}(?:\.\d{1,4})?) fps(?=[ ,]|$)/;
const MAPPING = /^ +Stream #(\d{1,3}:\d{1,4}) -> #\d+:\d+ \(/;
const PICTURES = /^\[graph [^\]]* input from stream [^\]]*\] w:(\d{1,5}) h:(\d{1,5}) /;
/** What is said to have more is a time base that was taken for a rate. */
const MAX_FPS = 240;
/** A source may announce streams without end. */
const MAX_STREAMS = 64;

/**
 * Reads FFmpeg's log for what it takes from its one input. The lines are written for people, but have kept their form
 * from FFmpeg 4 to 7; a line that is not understood is passed over, so that a new form costs the facts and nothing else.
 */
export class FfmpegLog {
  private section = '';
  private readonly inputs = new Map<string, LoggedVideo>();

  /** Takes the next line; returns what it tells, or null. */
  push(line: string): LogEvent | null {
    const section = SECTION.exec(line)?.[1];
    if (section !== undefined) {
      this.section = section;
      return null;
    }
    const pictures = PICTURES.exec(line);
    if (pictures) return { kind: 'size', width: Number(pictures[1]), height: Number(pictures[2]) };
    const chosen = MAPPING.exec(line)?.[1];
    if (chosen !== undefined) return this.choose(chosen);
    if (this.section === 'Input') this.remember(line);
    return null;
  }

  private remember(line: string): void {
    const [, index, codec] = VIDEO.exec(line) ?? [];
    if (index === undefined || codec === undefined || this.inputs.size === MAX_STREAMS) return;
    const [, width = 0, height = 0] = (SIZE.exec(line) ?? []).map(Number);
    const fps = Number(RATE.exec(line)?.[1] ?? 0);
    this.inputs.set(index, { codec, width, height, fps: fps <= MAX_FPS ? fps : 0 });
  }

  private choose(index: string): LogEvent | null {
    const video = this.inputs.get(index);
    return video ? { kind: 'chosen', video } : null;
  }
}

/** The interface of a processor: the package entry `frame-streamer/processor`. docs/processors.md explains it. */

/** A picture on its way through the processors. */
export interface ProcessorFrame {
  /** RGB24: three bytes a pixel, lines from top to bottom without padding. Gone when `processFrame` has returned. */
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  /** Microseconds since the epoch. */
  readonly captureTimeUs: number;
  /** Number of the frame in its stream. */
  readonly sequence: number;
  readonly stream: string;
}

/** What a processor may return: the frame it was given, changed or not, or any other picture. */
export type ProcessedFrame = Pick<ProcessorFrame, 'data' | 'width' | 'height'>;

/** Red, green and blue, 0 to 255 each. */
export type Color = readonly [red: number, green: number, blue: number];

/** A rectangle in pixels; what lies outside the picture is not drawn. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What surrounds a processor: the same object in every call. */
export interface ProcessorContext {
  readonly stream: string;
  /** What stood behind the `?` of the processor. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Writes a line to the server's log; of very many lines, most are left out. */
  log(message: string): void;
  /** Draws the edge of a box, 2 pixels wide and yellow unless told. */
  drawBox(frame: ProcessedFrame, box: Box, style?: { readonly color?: Color; readonly thicknessPx?: number }): void;
  /** Writes a line of text whose upper left corner is at (x, y): white, two pixels a dot of the font, unless told. */
  drawText(
    frame: ProcessedFrame,
    text: string,
    at: { readonly x: number; readonly y: number },
    style?: { readonly color?: Color; readonly scale?: number },
  ): void;
}

/** Nothing, or what is waited for, or what is there at once. */
type Awaitable<T> = T | Promise<T>;

/** The exports of a processor module. */
export interface ProcessorModule {
  /** Called for each frame, one at a time. Returns the picture to send, or null to leave the frame out. */
  processFrame(frame: ProcessorFrame, context: ProcessorContext): Awaitable<ProcessedFrame | null>;
  /** Called once before the first frame, to load what takes long. */
  setup?(context: ProcessorContext): Awaitable<void>;
  /** Called once after the last frame; not after a failure. */
  close?(context: ProcessorContext): Awaitable<void>;
}

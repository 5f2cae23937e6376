import type { FrameHeader } from '../protocol/messages.js';

/** A frame as it arrived. Times are microseconds of our clock; the recorder keeps the object for up to some seconds. */
export interface FrameObservation {
  readonly header: FrameHeader;
  /** Length of the JPEG alone. */
  readonly jpegBytes: number;
  /** When the frame's last byte was here. */
  readonly receiveTimeUs: number;
  /** Server clock minus ours at that moment; null while there is no estimate. */
  readonly offsetUs: number | null;
  /** Bound of the error of `offsetUs`; null together with it. */
  readonly errorUs: number | null;
}

/** A reading of the server's clock: its offset from ours and the bound of the error, in microseconds. */
export interface ClockReading {
  readonly offsetUs: number;
  readonly errorUs: number;
}

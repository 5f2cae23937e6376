import type { StreamerError } from '../../shared/errors.js';
import type { CodedPicture } from './coded-video.js';

/** What a reader tells, and what it asks. */
export interface TsReaderEvents {
  /** A picture is complete. It belongs to nobody else. */
  onPicture(picture: CodedPicture): void;
  /** The stream cannot be used: it is no MPEG-TS, or has no H.264 or H.265. Told once; nothing comes after it. */
  onError(error: StreamerError): void;
  /** When the picture shown at `ptsTicks` was captured, in microseconds since the epoch; called once a picture, in order. */
  captureTimeUsOf(ptsTicks: number): number;
}

/** Reads the first video stream, H.264 or H.265, of an MPEG transport stream (ISO/IEC 13818-1), however it is chunked. */
export class TsReader {
  constructor(private readonly events: TsReaderEvents) {}

  /** Pictures that were left out because something of them, or before them, was lost. */
  get picturesLost(): number {
    return 0;
  }

  /** Takes the next bytes; they may be written to again once it has returned. */
  push(_chunk: Buffer): void {
    void this.events;
  }

  /** Nothing more comes: a picture whose end was not known is complete. */
  end(): void {
    return;
  }
}

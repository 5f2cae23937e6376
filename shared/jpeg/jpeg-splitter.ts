import { StreamerError } from '../errors.js';
import { BROKEN, JpegScanner, MORE } from './jpeg-scanner.js';
import { Marker } from './jpeg-markers.js';
import { PendingBytes } from './pending-bytes.js';

/** What a splitter needs. */
export interface JpegSplitterOptions {
  /** The longest picture it takes, in bytes. */
  readonly maxBytes: number;
  /** A picture begins. It may turn out to be broken; then another `onStart` comes before `onJpeg`. */
  readonly onStart: () => void;
  /** A picture is complete, without what stood before and behind it; its bytes belong to nobody else. */
  readonly onJpeg: (jpeg: Buffer) => void;
}

const SOI_BYTES = Buffer.of(0xff, Marker.SOI);

/**
 * Cuts JPEGs that come one after the other, such as FFmpeg's `image2pipe` writes them, however they are chunked. What
 * stands between them is skipped, and so is a picture that is broken off by the next one. It holds at most `maxBytes`
 * and one chunk. A chunk may be written to again once `push` has returned.
 */
export class JpegSplitter {
  private readonly pending: PendingBytes;
  private readonly scanner = new JpegScanner();
  private isInPicture = false;

  constructor(private readonly options: JpegSplitterOptions) {
    this.pending = new PendingBytes(options.maxBytes);
  }

  /** Bytes of memory held for an unfinished picture. */
  get bufferedBytes(): number {
    return this.pending.capacityBytes;
  }

  /**
   * Takes the next bytes. Throws StreamerError SOURCE_BAD_ANSWER when a picture is longer than `maxBytes`; what a
   * callback throws passes through. Either ends the splitter: it must not be used again.
   */
  push(chunk: Buffer): void {
    const view = this.pending.join(chunk);
    this.pending.keep(view, this.split(view));
  }

  /** Nothing more comes; a picture that is not complete is left out. */
  end(): void {
    this.pending.release();
    this.isInPicture = false;
  }

  /** Delivers every complete picture in `view`; returns how many of its bytes are done with. */
  private split(view: Buffer): number {
    let offset = 0;
    for (;;) {
      if (!this.isInPicture) {
        const start = view.indexOf(SOI_BYTES, offset);
        if (start === -1) return endsWithPrefix(view) ? Math.max(offset, view.length - 1) : view.length;
        offset = start;
        this.begin();
      }
      const lengthBytes = this.scanner.scan(view.subarray(offset));
      this.checkLength(lengthBytes === MORE ? view.length - offset : lengthBytes);
      if (lengthBytes === MORE) return offset;
      this.isInPicture = false;
      if (lengthBytes === BROKEN) {
        offset += this.scanner.positionBytes;
      } else {
        this.options.onJpeg(copyOf(view, offset, lengthBytes));
        offset += lengthBytes;
      }
    }
  }

  private begin(): void {
    this.isInPicture = true;
    this.scanner.reset();
    this.options.onStart();
  }

  private checkLength(lengthBytes: number): void {
    if (lengthBytes <= this.options.maxBytes) return;
    const text = `The source sends a picture of more than ${this.options.maxBytes} bytes; lower its resolution or quality.`;
    throw new StreamerError('SOURCE_BAD_ANSWER', text);
  }
}

/** Whether the last byte may be the first half of a marker; in a view of no bytes there is none. */
function endsWithPrefix(view: Buffer): boolean {
  return view[view.length - 1] === 0xff;
}

function copyOf(view: Buffer, offset: number, lengthBytes: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(lengthBytes);
  view.copy(copy, 0, offset, offset + lengthBytes);
  return copy;
}

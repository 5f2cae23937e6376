import type { Clock } from '../../shared/clock.js';
import { JpegSplitter } from '../../shared/jpeg/jpeg-splitter.js';
import { MultipartParser } from '../../shared/jpeg/multipart-parser.js';
import type { MultipartPart } from '../../shared/jpeg/multipart-parser.js';
import { MAX_JPEG_BYTES } from '../../shared/protocol/messages.js';
import { mayBePicture } from '../../shared/http/http-content.js';
import type { HeaderLookup } from '../../shared/http/stated-time.js';

/** How JPEGs follow each other: bare, or as the parts of a multipart stream. */
export type JpegSequence = 'jpeg' | 'multipart';

/** A picture as it was cut out, which may be broken. */
export interface CutJpeg {
  readonly bytes: Buffer;
  /** When its first byte came, in microseconds since the epoch. */
  readonly arrivalTimeUs: number;
  /** The headers of its part; a bare JPEG has none. */
  readonly header: HeaderLookup;
}

/** Cuts bytes that come without a word on what they are into JPEGs; it holds one unfinished picture at most. */
export class JpegCutter {
  private cutter: JpegSplitter | MultipartParser;
  private arrivalTimeUs = 0;

  constructor(
    private readonly sequence: JpegSequence,
    private readonly clock: Clock,
    private readonly onPicture: (picture: CutJpeg) => void,
  ) {
    this.cutter = this.create();
  }

  /**
   * Takes the next bytes. Throws StreamerError SOURCE_BAD_ANSWER when they cannot be cut, and goes on with the next
   * picture that is found in what comes then.
   */
  push(chunk: Buffer): void {
    try {
      this.cutter.push(chunk);
    } catch (error) {
      this.cutter = this.create();
      throw error;
    }
    // What follows the last part is the beginning of another stream, as when files are joined.
    if (this.cutter instanceof MultipartParser && this.cutter.isClosed) this.cutter = this.create();
  }

  private create(): JpegSplitter | MultipartParser {
    const begin = () => void (this.arrivalTimeUs = this.clock.nowUs());
    if (this.sequence === 'jpeg') {
      const onJpeg = (bytes: Buffer) => this.take(bytes, () => undefined);
      return new JpegSplitter({ maxBytes: MAX_JPEG_BYTES, onStart: begin, onJpeg });
    }
    const onPart = (part: MultipartPart) => this.takePart(part);
    return new MultipartParser({ boundary: null, maxPartBytes: MAX_JPEG_BYTES, onPartStart: begin, onPart });
  }

  private takePart({ headers, body }: MultipartPart): void {
    if (body.length === 0 || !mayBePicture(headers.get('content-type'))) return;
    this.take(body, (name) => headers.get(name));
  }

  private take(bytes: Buffer, header: HeaderLookup): void {
    this.onPicture({ bytes, arrivalTimeUs: this.arrivalTimeUs, header });
  }
}

import { decodeLuma } from '../jpeg-decoder.js';
import type { LumaPicture } from '../jpeg-decoder.js';
import type { ProbedPicture, ProbeSink } from './probe-events.js';

/** A picture that has not been decoded. */
export type CodedProbePicture = Omit<ProbedPicture, 'luma'>;

/** Wide enough for the squares of a time code, and a quarter of the pixels of 720p. */
const MAX_SIDE = 640;
/** So many JPEGs wait to be decoded; of more the oldest is passed on without. */
const MAX_JPEGS = 3;
/** So many pictures wait for one that is being decoded; then they go on without it. */
const MAX_WAITING = 256;

interface Waiting {
  jpeg: Buffer | null;
  pass(luma: LumaPicture | null): void;
}

/**
 * Decodes the brightness of JPEG pictures and passes them on in order. When decoding cannot keep up pictures are passed on
 * without it, so that it costs time codes but never pictures; a picture keeps the arrival time that it came with.
 */
export class LumaQueue {
  private waiting: Waiting[] = [];
  private decoding: Waiting | null = null;
  private isStopped = false;

  constructor(
    private readonly sink: Pick<ProbeSink, 'onPicture' | 'onCorrupt'>,
    private readonly decode: (jpeg: Buffer, maxSide: number) => Promise<LumaPicture> = decodeLuma,
  ) {}

  push(picture: CodedProbePicture, jpeg: Buffer): void {
    this.add({ jpeg, pass: (luma) => this.sink.onPicture({ ...picture, luma }) });
    const jpegs = this.waiting.filter((item) => item.jpeg !== null);
    if (jpegs.length > MAX_JPEGS && jpegs[0]) jpegs[0].jpeg = null;
    if (this.waiting.length > MAX_WAITING) this.giveUpDecoding();
    this.next();
  }

  /** Runs `action` when all that was pushed before has been passed on; at once where nothing waits. */
  then(action: () => void): void {
    this.add({ jpeg: null, pass: action });
    this.next();
  }

  /** Passes nothing on any more. */
  stop(): void {
    this.isStopped = true;
    this.waiting = [];
  }

  private add(item: Waiting): void {
    if (!this.isStopped) this.waiting.push(item);
  }

  private next(): void {
    while (this.decoding === null) {
      const item = this.waiting.shift();
      if (!item) return;
      if (item.jpeg === null) item.pass(null);
      else void this.decodeFirst(item, item.jpeg);
    }
  }

  private async decodeFirst(item: Waiting, jpeg: Buffer): Promise<void> {
    this.decoding = item;
    let luma: LumaPicture | null = null;
    try {
      luma = await this.decode(jpeg, MAX_SIDE);
    } catch {
      // Why it is broken is of no use to a measurement.
    }
    if (this.decoding !== item || this.isStopped) return;
    if (luma === null) this.sink.onCorrupt();
    this.passDecoded(item, luma);
  }

  private passDecoded(item: Waiting, luma: LumaPicture | null): void {
    this.decoding = null;
    item.pass(luma);
    this.next();
  }

  /** What is being decoded takes longer than anybody should wait for. */
  private giveUpDecoding(): void {
    for (const item of this.waiting) item.jpeg = null;
    if (this.decoding) this.passDecoded(this.decoding, null);
  }
}

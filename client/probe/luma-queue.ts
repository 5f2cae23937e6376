import { readJpegInfo } from '../../shared/jpeg/jpeg-info.js';
import { MAX_LUMA_PIXELS, decodeLuma } from '../jpeg-decoder.js';
import type { LumaPicture } from '../jpeg-decoder.js';
import type { ProbedPicture, ProbeSink } from './probe-events.js';

/** A picture that has not been decoded. */
export type CodedProbePicture = Omit<ProbedPicture, 'luma'>;

/** Wide enough for the squares of a time code, and a quarter of the pixels of 720p. */
const MAX_SIDE = 640;
/** So many JPEGs wait to be decoded; of more the oldest is passed on without. */
const MAX_JPEGS = 3;
/** So many pictures and events wait for a picture that is being decoded; then they go on without it. */
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
  /** What the others wait for. */
  private decoding: Waiting | null = null;
  /** The decoder cannot be interrupted, so that it works on even when nobody waits for it any more. */
  private isDecoderBusy = false;
  private isStopped = false;

  constructor(
    private readonly sink: Pick<ProbeSink, 'onPicture' | 'onCorrupt'>,
    private readonly decode: (jpeg: Buffer, maxSide: number) => Promise<LumaPicture> = decodeLuma,
  ) {}

  push(picture: CodedProbePicture, jpeg: Buffer): void {
    this.add({ jpeg, pass: (luma) => this.sink.onPicture({ ...picture, luma }) });
    const jpegs = this.waiting.filter((item) => item.jpeg !== null);
    if (jpegs.length > MAX_JPEGS && jpegs[0]) jpegs[0].jpeg = null;
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
    if (this.isStopped) return;
    this.waiting.push(item);
    if (this.waiting.length > MAX_WAITING) this.giveUpDecoding();
  }

  private next(): void {
    while (this.decoding === null) {
      const item = this.waiting.shift();
      if (!item) return;
      if (item.jpeg === null || this.isDecoderBusy || isTooLarge(item.jpeg)) item.pass(null);
      else void this.decodeFirst(item, item.jpeg);
    }
  }

  private async decodeFirst(item: Waiting, jpeg: Buffer): Promise<void> {
    this.decoding = item;
    this.isDecoderBusy = true;
    let luma: LumaPicture | null = null;
    try {
      luma = await this.decode(jpeg, MAX_SIDE);
    } catch {
      // Why it is broken is of no use to a measurement.
    }
    this.isDecoderBusy = false;
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

/** Nothing is wrong with such a picture; but whoever sends it chooses how much memory and time its decoding takes. */
function isTooLarge(jpeg: Buffer): boolean {
  try {
    const { width, height } = readJpegInfo(jpeg);
    return width * height > MAX_LUMA_PIXELS;
  } catch {
    // The decoder finds out, so that it is counted as broken.
    return false;
  }
}

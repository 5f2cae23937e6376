import { createLimit } from '../in-parallel.js';
import { createJpegCodec } from './jpeg-codec.js';
import type { JpegCodec, PictureSize } from './jpeg-codec.js';

/** A JPEG in another size or quality. */
export interface ScaleRequest extends PictureSize {
  /** What tells the picture from every other one, such as its stream and sequence number. */
  readonly id: string;
  readonly jpeg: Buffer;
  /** 1 to 100. */
  readonly quality: number;
}

/** Why a picture is not made: too many others are waited for. */
export class ScalerBusyError extends Error {}

/** Live streams encode on the same threads and go first. */
const MAX_PARALLEL = 2;
/** Pictures that wait for their turn; who comes after these is asked to come again. */
const MAX_WAITING = 64;
const MAX_CACHED = 64;
const MAX_CACHED_BYTES = 32 * 1024 * 1024;

/**
 * Makes JPEGs of other sizes, a few at a time, and keeps the newest ones, so that many who ask for the same picture cost
 * one encode. Memory is bounded whatever is asked for.
 */
export class PictureScaler {
  private readonly limit = createLimit(MAX_PARALLEL);
  /** Oldest first; those that are being made count no bytes yet. */
  private readonly cache = new Map<string, { readonly made: Promise<Buffer>; bytes: number }>();
  private cachedBytes = 0;
  private underWay = 0;

  constructor(private readonly createCodec: (quality: number) => Pick<JpegCodec, 'reencode'> = createJpegCodec) {}

  /** Rejects with ScalerBusyError, or with BAD_JPEG where the picture cannot be decoded. */
  scale(request: ScaleRequest): Promise<Buffer> {
    const key = `${request.id} ${request.width}x${request.height} ${request.quality}`;
    const cached = this.cache.get(key);
    if (cached) return cached.made;
    if (this.underWay >= MAX_PARALLEL + MAX_WAITING) {
      return Promise.reject(new ScalerBusyError('Too many pictures of other sizes are waited for.'));
    }
    return this.make(key, request);
  }

  private make(key: string, { jpeg, quality, width, height }: ScaleRequest): Promise<Buffer> {
    this.underWay += 1;
    const made = this.limit(() => this.createCodec(quality).reencode(jpeg, { width, height }));
    const entry = { made, bytes: 0 };
    this.cache.set(key, entry);
    const settled = (bytes: number) => {
      this.underWay -= 1;
      if (this.cache.get(key) !== entry) return;
      entry.bytes = bytes;
      this.cachedBytes += bytes;
      // One that failed may be tried again.
      if (bytes === 0) this.cache.delete(key);
      this.forgetOldest();
    };
    made.then(
      (buffer) => settled(buffer.length),
      () => settled(0),
    );
    this.forgetOldest();
    return made;
  }

  private forgetOldest(): void {
    for (const [key, { bytes }] of this.cache) {
      if (this.cache.size <= MAX_CACHED && this.cachedBytes <= MAX_CACHED_BYTES) return;
      this.cache.delete(key);
      this.cachedBytes -= bytes;
    }
  }
}

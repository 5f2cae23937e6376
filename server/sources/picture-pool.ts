/** Gives a picture's buffer back: see `RawFrame.release`. */
export type ReleasePicture = (replacement?: Buffer | null) => void;

/**
 * Memory for raw pictures of a source whose size may change: it is used again as long as the pictures are as large.
 * What is lent out is counted over restarts of the source, since an encoder may still hold pictures of the run before.
 */
export class PicturePool {
  private readonly free: Buffer[] = [];
  private lent = 0;

  /** @param maxLent pictures that may be out at once */
  constructor(private readonly maxLent: number) {}

  /** Memory of so many bytes to be filled; `lend` or `putBack` takes it. */
  take(lengthBytes: number): Buffer {
    // Of one size at a time: what is left of another one goes.
    if (this.free[0] && this.free[0].length !== lengthBytes) this.free.length = 0;
    return this.free.pop() ?? Buffer.allocUnsafeSlow(lengthBytes);
  }

  /** Counts a filled picture as out; null when as many as may be are out already, and then it is still the caller's. */
  lend(picture: Buffer): ReleasePicture | null {
    if (this.lent >= this.maxLent) return null;
    this.lent += 1;
    let isOut = true;
    return (replacement = picture) => {
      if (!isOut) return;
      isOut = false;
      this.lent -= 1;
      if (replacement) this.putBack(replacement);
    };
  }

  /** Takes memory back that was not lent. */
  putBack(buffer: Buffer): void {
    // Neither a part of some memory nor one whose memory went to a worker can be handed to a worker.
    const isWhole = buffer.length > 0 && buffer.buffer.byteLength === buffer.length;
    if (isWhole && this.free.length <= this.maxLent) this.free.push(buffer);
  }
}

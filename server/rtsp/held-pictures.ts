import type { PacketizedPicture } from './coded-video.js';

/** A connection that takes longer is not worth what a reader would be shown late for ever. */
const MAX_AGE_US = 500_000;
const MAX_PICTURES = 64;
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * The last key picture and what followed, while the server is being connected to: without them a stream would begin there
 * only with the next key picture.
 */
export class HeldPictures {
  private pictures: PacketizedPicture[] = [];
  private lengthBytes = 0;
  private letGo = 0;

  /** Pictures that were held, or offered, and not taken. */
  get lost(): number {
    return this.letGo;
  }

  add(picture: PacketizedPicture): void {
    if (picture.isKey) this.clear();
    const isFirst = this.pictures.length === 0;
    const isFull = this.pictures.length === MAX_PICTURES || this.lengthBytes + picture.lengthBytes > MAX_BYTES;
    // After a gap nothing could be decoded.
    if (isFull || (isFirst && !picture.isKey)) {
      this.clear();
      this.letGo += 1;
      return;
    }
    this.pictures.push(picture);
    this.lengthBytes += picture.lengthBytes;
  }

  /** What is held, to be sent now; nothing where that is too old. */
  take(nowUs: number): readonly PacketizedPicture[] {
    const { pictures } = this;
    const [first] = pictures;
    if (!first || nowUs - first.captureTimeUs > MAX_AGE_US) {
      this.clear();
      return [];
    }
    this.pictures = [];
    this.lengthBytes = 0;
    return pictures;
  }

  clear(): void {
    this.letGo += this.pictures.length;
    this.pictures = [];
    this.lengthBytes = 0;
  }
}

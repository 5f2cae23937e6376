import type { JpegCodec, PictureSize, RawPicture } from '../../server/pipeline/jpeg-codec.js';

/** What a `ManualCodec` makes of a picture where the test gives nothing else. */
export const ENCODED_JPEG = Buffer.from('ffd8ffd9', 'hex');

/** An encode that is running. */
export interface Encode {
  readonly picture: RawPicture;
  finish(jpeg?: Buffer): void;
  fail(error: Error): void;
}

/** A codec whose encodes are done when the test says so, in any order; what it decodes is grey at once. */
export class ManualCodec implements JpegCodec {
  readonly reencoded: [Buffer, PictureSize][] = [];
  readonly running: Encode[] = [];

  constructor(readonly parallel: number) {}

  encode(picture: RawPicture): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const leave = () => this.running.splice(this.running.indexOf(encode), 1);
      const encode: Encode = {
        picture,
        finish: (jpeg = ENCODED_JPEG) => void (leave(), resolve(jpeg)),
        fail: (error) => void (leave(), reject(error)),
      };
      this.running.push(encode);
    });
  }

  reencode(jpeg: Buffer, size: PictureSize): Promise<Buffer> {
    this.reencoded.push([jpeg, size]);
    return this.encode({ data: jpeg, ...size });
  }

  async decode(_jpeg: Buffer, { width, height }: PictureSize): Promise<RawPicture> {
    return { data: Buffer.alloc(width * height * 3, 128), width, height };
  }
}

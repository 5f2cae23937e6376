import type { Rgb } from '../drawing/picture-drawing.js';

/** An RGB24 picture. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Draws the frame at `frame`, from 0, over all of `picture`. The same number gives the same pixels. */
export type Painter = (picture: Picture, frame: number) => void;

export function newPicture(width: number, height: number): Picture {
  return { data: new Uint8Array(width * height * 3), width, height };
}

/** The colour `shareOf256` of the way from one to the other. */
export function mix(from: Rgb, to: Rgb, shareOf256: number): Rgb {
  const channel = (index: 0 | 1 | 2): number => (from[index] * (256 - shareOf256) + to[index] * shareOf256) >> 8;
  return [channel(0), channel(1), channel(2)];
}

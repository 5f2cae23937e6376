import { describe, expect, it } from 'vitest';
import { newPicture } from '../../../../server/generate/picture.js';
import { disc, fillShape, polygon, ring, type SpanShape, SUBPIXELS } from '../../../../server/generate/span-drawing.js';

const WHITE = [255, 255, 255] as const;

/** The red of each pixel of a picture with a shape, drawn in white on black; places are given in pixels. */
function redsOf(width: number, height: number, shape: SpanShape): number[] {
  const picture = newPicture(width, height);
  fillShape(picture, shape, WHITE);
  return Array.from({ length: width * height }, (_, index) => picture.data[index * 3] ?? 0);
}

function px(value: number): number {
  return Math.round(value * SUBPIXELS);
}

/** How much of the picture is white, in pixels. */
function areaOf(reds: readonly number[]): number {
  return reds.reduce((sum, red) => sum + red, 0) / 255;
}

function square(from: number, to: number): SpanShape {
  return polygon([
    [px(from), px(from)],
    [px(to), px(from)],
    [px(to), px(to)],
    [px(from), px(to)],
  ]);
}

describe('fillShape', () => {
  it('covers whole pixels wholly, and others as far as the shape reaches', () => {
    const reds = redsOf(4, 4, square(1, 3));
    expect(reds).toEqual([0, 0, 0, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0]);
    const half = redsOf(
      3,
      1,
      polygon([
        [px(0.5), 0],
        [px(2.25), 0],
        [px(2.25), px(1)],
        [px(0.5), px(1)],
      ]),
    );
    expect(half).toEqual([127, 255, 63]);
  });

  it('covers the area of the shape', () => {
    expect(areaOf(redsOf(100, 100, disc(px(50.3), px(49.8), px(40))))).toBeCloseTo(Math.PI * 40 ** 2, -2);
    expect(areaOf(redsOf(100, 100, ring(px(50), px(50), px(40), px(20))))).toBeCloseTo(Math.PI * (1600 - 400), -2);
    expect(areaOf(redsOf(100, 100, square(10.25, 60.5)))).toBeCloseTo(50.25 ** 2, -2);
  });

  it('leaves out what lies beyond the picture', () => {
    expect(areaOf(redsOf(10, 10, disc(0, 0, px(6))))).toBeCloseTo((Math.PI * 36) / 4, 0);
    expect(areaOf(redsOf(10, 10, disc(px(30), px(-30), px(6))))).toBe(0);
    expect(areaOf(redsOf(10, 10, square(-20, 30)))).toBe(100);
  });

  it('takes what edges surround twice for a hole', () => {
    const star = polygon(
      [0, 2, 4, 1, 3].map((corner): [number, number] => {
        const angle = (2 * Math.PI * corner) / 5;
        return [px(50 + 40 * Math.sin(angle)), px(50 - 40 * Math.cos(angle))];
      }),
    );
    const reds = redsOf(100, 100, star);
    expect(reds[50 * 100 + 50]).toBe(0);
    expect(reds[20 * 100 + 50]).toBe(255);
  });
});

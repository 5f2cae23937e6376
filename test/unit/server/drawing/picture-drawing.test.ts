import { describe, expect, it } from 'vitest';
import {
  darken,
  drawRectangle,
  drawText,
  fillRectangle,
  textSize,
} from '../../../../server/drawing/picture-drawing.js';
import type { Drawable } from '../../../../server/drawing/picture-drawing.js';

const WHITE = [255, 255, 255] as const;

describe('fillRectangle', () => {
  it('colours its pixels and no other', () => {
    const picture = black(4, 3);
    fillRectangle(picture, { x: 1, y: 1, width: 2, height: 1 }, [10, 20, 30]);
    expect(shown(picture)).toEqual(['....', '.##.', '....']);
    expect([...picture.data.subarray(15, 21)]).toEqual([10, 20, 30, 10, 20, 30]);
  });

  it.each([
    [{ x: -5, y: -5, width: 6, height: 6 }, ['#...', '....', '....']],
    [{ x: 3, y: 2, width: 9, height: 9 }, ['....', '....', '...#']],
    [{ x: -9, y: 0, width: 3, height: 3 }, ['....', '....', '....']],
    [{ x: 2, y: 1, width: -2, height: 1 }, ['....', '....', '....']],
    [{ x: 0, y: Number.NaN, width: Number.NaN, height: 1 }, ['....', '....', '....']],
    [{ x: 0.6, y: 0.4, width: 1, height: Number.POSITIVE_INFINITY }, ['.#..', '.#..', '.#..']],
  ])('draws of %j what is in the picture', (rectangle, expected) => {
    const picture = black(4, 3);
    fillRectangle(picture, rectangle, WHITE);
    expect(shown(picture)).toEqual(expected);
  });
});

describe('drawRectangle', () => {
  it('draws the edge inside of it', () => {
    const picture = black(5, 4);
    drawRectangle(picture, { x: 0, y: 0, width: 5, height: 4 }, WHITE, 1);
    expect(shown(picture)).toEqual(['#####', '#...#', '#...#', '#####']);
  });

  it('fills a rectangle that is thinner than its edge', () => {
    const picture = black(5, 4);
    drawRectangle(picture, { x: 1, y: 1, width: 3, height: 2 }, WHITE, 9);
    expect(shown(picture)).toEqual(['.....', '.###.', '.###.', '.....']);
  });
});

describe('drawText', () => {
  it('draws each dot as a square', () => {
    const picture = black(10, 14);
    drawText(picture, 'i', 0, 0, { color: WHITE, scale: 2 });
    expect(shown(picture).slice(0, 6)).toEqual([
      '..######..',
      '..######..',
      '....##....',
      '....##....',
      '....##....',
      '....##....',
    ]);
  });

  it('is as large as textSize says', () => {
    expect(textSize('', 3)).toEqual({ width: 0, height: 21 });
    expect(textSize('ab', 3)).toEqual({ width: 33, height: 21 });
    const picture = black(11, 7);
    drawText(picture, 'MM', 0, 0, { color: WHITE, scale: 1 });
    expect(shown(picture)[0]).toBe('#...#.#...#');
  });
});

describe('darken', () => {
  it('takes a rectangle to a quarter of its brightness', () => {
    const picture = { data: new Uint8Array(2 * 3).fill(200), width: 2, height: 1 };
    darken(picture, { x: 1, y: 0, width: 5, height: 5 });
    expect([...picture.data]).toEqual([200, 200, 200, 50, 50, 50]);
  });
});

function black(width: number, height: number): Drawable {
  return { data: new Uint8Array(width * height * 3), width, height };
}

function shown({ data, width, height }: Drawable): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => (data[(y * width + x) * 3] ? '#' : '.')).join(''),
  );
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfBlockLines, pixelsIn, type Pixels } from '../../../../client/ui/half-blocks.js';

function picture(width: number, ...colors: readonly [number, number, number][]): Pixels {
  return { data: Uint8Array.from(colors.flat()), width, height: colors.length / width };
}

const RED: [number, number, number] = [255, 0, 0];
const BLUE: [number, number, number] = [0, 0, 255];
const GREY: [number, number, number] = [128, 128, 128];

describe('halfBlockLines', () => {
  it('shows two pixels in a cell, in their own colours', () => {
    expect(halfBlockLines(picture(1, RED, BLUE), 'true')).toEqual(['\x1b[38;2;255;0;0m\x1b[48;2;0;0;255m▀\x1b[m']);
    expect(halfBlockLines(picture(1, RED, GREY), '256')).toEqual(['\x1b[38;5;196m\x1b[48;5;244m▀\x1b[m']);
  });

  it('sets a colour only where it changes', () => {
    expect(halfBlockLines(picture(2, RED, RED, BLUE, BLUE), 'true')).toEqual([
      '\x1b[38;2;255;0;0m\x1b[48;2;0;0;255m▀▀\x1b[m',
    ]);
  });

  it('leaves the lower half of an odd last row to the terminal', () => {
    expect(halfBlockLines(picture(1, RED, BLUE, GREY), 'true')[1]).toBe('\x1b[38;2;128;128;128m▀\x1b[m');
  });

  it('uses characters of fitting brightness where there are no colours', () => {
    const lines = halfBlockLines(picture(3, [0, 0, 0], GREY, [255, 255, 255]), 'none');
    expect(lines).toEqual([' =@']);
    expect(halfBlockLines(picture(1, [0, 0, 0], [255, 255, 255]), '16')).toEqual(['=']);
  });

  it('finds the nearest of the 256 colours', () => {
    const level = (n: number): number => (n === 0 ? 0 : 55 + 40 * n);
    const palette = [
      ...Array.from({ length: 216 }, (_, n) => [level(Math.floor(n / 36)), level(Math.floor(n / 6) % 6), level(n % 6)]),
      ...Array.from({ length: 24 }, (_, n) => [8 + 10 * n, 8 + 10 * n, 8 + 10 * n]),
    ];
    const distance = (index: number, color: readonly number[]): number =>
      color.reduce((sum, value, at) => sum + (value - (palette[index - 16]?.[at] ?? Number.NaN)) ** 2, 0);
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, byte, (red, green, blue) => {
        const [line = ''] = halfBlockLines(picture(1, [red, green, blue]), '256');
        const index = Number(/38;5;(\d+)m/.exec(line)?.[1]);
        const best = Math.min(...palette.map((_, at) => distance(at + 16, [red, green, blue])));
        expect(distance(index, [red, green, blue])).toBe(best);
      }),
    );
  });

  it('has two square pixels in a cell', () => {
    expect(pixelsIn({ columns: 78, rows: 20 })).toEqual({ width: 78, height: 40 });
  });
});

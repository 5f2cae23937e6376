import { describe, expect, it } from 'vitest';
import { fractalNoise } from '../../../../server/generate/fractal-noise.js';
import { RandomBits } from '../../../../shared/random-bits.js';

describe('fractalNoise', () => {
  it('is the same for a seed, and another for another', () => {
    const scale = { cellWidth: 16, cellHeight: 8 };
    const { values } = fractalNoise(64, 48, 3, scale);
    expect(fractalNoise(64, 48, 3, scale).values).toEqual(values);
    expect(fractalNoise(64, 48, 4, scale).values).not.toEqual(values);
  });

  it('uses most of the range, and changes little from one pixel to the next', () => {
    const { values } = fractalNoise(256, 256, 1, { cellWidth: 64, cellHeight: 64 });
    const steps = [...values.keys()]
      .filter((index) => index % 256 > 0)
      .map((i) => Math.abs((values[i] ?? 0) - (values[i - 1] ?? 0)));
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(160);
    expect(steps.reduce((sum, step) => sum + step, 0) / steps.length).toBeLessThan(8);
  });

  it('is as rough as it is asked to be', () => {
    const roughness = (eighths: number): number => {
      const { values } = fractalNoise(128, 128, 1, { cellWidth: 32, cellHeight: 32, roughness: eighths });
      return values.reduce((sum, value, index) => sum + Math.abs(value - (values[index - 1] ?? value)), 0);
    };
    expect(roughness(6)).toBeGreaterThan(1.5 * roughness(4));
  });
});

describe('RandomBits', () => {
  it('spreads numbers evenly, also for seeds that are alike', () => {
    const firsts = Array.from({ length: 1000 }, (_, seed) => new RandomBits(seed).below(10));
    const counts = Array.from({ length: 10 }, (_, value) => firsts.filter((first) => first === value).length);
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(160);
  });

  it('fills bytes as it counts', () => {
    const bytes = new Uint8Array(8);
    const random = new RandomBits(5);
    random.fill(bytes);
    const words = new RandomBits(5);
    expect([...new Int32Array(bytes.buffer)]).toEqual([words.next(), words.next()]);
    expect(random.next()).toBe(words.next());
  });
});

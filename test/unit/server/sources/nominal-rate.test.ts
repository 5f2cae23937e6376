import { describe, expect, it } from 'vitest';
import { NominalRate } from '../../../../server/sources/nominal-rate.js';
import { FakeSource } from '../../../helpers/supervised-source.js';
import { SeededRandom } from '../../../helpers/seeded-random.js';

const SECOND_US = 1_000_000;
const { info } = new FakeSource({ isLive: true });

/** The rate learned from frames that come after each of `gapsUs`, and the time in seconds at which it is. */
function learn(gapsUs: Iterable<number>): { fps: number; atS: number } | null {
  const nominal = new NominalRate();
  nominal.declare(info);
  let nowUs = 0;
  for (const gapUs of gapsUs) {
    nowUs += gapUs;
    nominal.add(1, nowUs);
    if (nominal.fps > 0) return { fps: nominal.fps, atS: Math.round(nowUs / SECOND_US) };
  }
  return null;
}

function* gaps(count: number, gapUs: (i: number) => number): Generator<number> {
  for (let i = 0; i < count; i += 1) yield gapUs(i);
}

describe('the rate of a source that tells none', () => {
  it.each([
    [33_366, 29.97],
    [33_333, 30],
    [40_000, 25],
    [66_000, 15],
    [81_000, 12.5],
    [1_010_000, 1],
    [45_500, 22],
    [43_000, 23.3],
  ])('a frame every %d us means the common rate beside it, if there is one: %d fps', (gapUs, fps) => {
    expect(learn(gaps(400, () => gapUs))?.fps).toBe(fps);
  });

  it('is known after two seconds, or ten frames', () => {
    expect(learn(gaps(100, () => 100_000))).toEqual({ fps: 10, atS: 2 });
    expect(learn(gaps(9, () => 2 * SECOND_US))).toBeNull();
    expect(learn(gaps(10, () => 2 * SECOND_US))).toEqual({ fps: 0.5, atS: 20 });
  });

  it('does not mind jitter', () => {
    const random = new SeededRandom(3);
    const timesUs = Array.from({ length: 400 }, (_, i) => i * 66_667 + random.below(30_000));
    expect(learn(gaps(399, (i) => (timesUs[i + 1] ?? 0) - (timesUs[i] ?? 0)))).toEqual({ fps: 15, atS: 2 });
  });

  it('does not mind a hiccup', () => {
    expect(learn(gaps(400, (i) => (i === 10 ? 400_000 : 66_667)))).toEqual({ fps: 15, atS: 2 });
  });

  it('does not mind a hasty start', () => {
    const hasty = learn(gaps(400, (i) => (i < 60 ? 1000 : 50_000)));
    expect(hasty).toEqual({ fps: 20, atS: 6 });
  });

  it('is the mean of frames that come in bursts', () => {
    expect(learn(gaps(400, (i) => (i % 5 === 0 ? 250_000 : 0)))?.fps).toBe(20);
  });

  it('is found in bounded memory, whatever comes', () => {
    const nominal = new NominalRate();
    nominal.declare(info);
    nominal.add(1e12, 0);
    nominal.add(1, 7 * SECOND_US);
    expect(nominal.fps).toBeGreaterThan(0);
    expect(Number.isFinite(nominal.fps)).toBe(true);
  });

  it('is not made of two runs', () => {
    const nominal = new NominalRate();
    nominal.declare(info);
    for (let i = 0; i < 9; i += 1) nominal.add(1, i * 200_000);
    nominal.beginRun();
    nominal.add(1, 60 * SECOND_US);
    expect(nominal.fps).toBe(0);
  });
});

describe('a declared rate', () => {
  it('is taken at once, and again when it changes', () => {
    const nominal = new NominalRate();
    nominal.declare({ ...info, fps: 25 });
    expect(nominal.fps).toBe(25);
    nominal.declare({ ...info, fps: 50 });
    expect(nominal.fps).toBe(50);
  });

  it('ends the learning', () => {
    const nominal = new NominalRate();
    nominal.declare(info);
    for (let i = 0; i < 9; i += 1) nominal.add(1, i * 100_000);
    nominal.declare({ ...info, fps: 25 });
    for (let i = 9; i < 99; i += 1) nominal.add(1, i * 100_000);
    expect(nominal.fps).toBe(25);
  });

  it('that was raised is not taken back by the same word', () => {
    const nominal = new NominalRate();
    nominal.declare({ ...info, fps: 10 });
    for (const s of [5, 10]) nominal.compare(25, 5 * SECOND_US, s * SECOND_US);
    nominal.declare({ ...info, fps: 10 });
    expect(nominal.fps).toBe(25);
    nominal.declare({ ...info, fps: 12 });
    expect(nominal.fps).toBe(12);
  });

  it.each([
    ['just above it', [13, 13, 13], 10],
    ['still changing', [20, 25, 31], 10],
    ['interrupted', [25, 12, 25, 12, 25], 10],
    ['steady', [20, 25, 25.2], 25],
  ])('against a measured one that is %s', (_which, measured, fps) => {
    const nominal = new NominalRate();
    nominal.declare({ ...info, fps: 10 });
    measured.forEach((each, i) => nominal.compare(each, 5 * SECOND_US, i * 5 * SECOND_US));
    expect(nominal.fps).toBe(fps);
  });
});

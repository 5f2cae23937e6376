import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OffsetModel, type OffsetModelOptions } from '../../../../shared/protocol/offset-model.js';

const EXACT: OffsetModelOptions = {
  maxDriftPpm: 100,
  wanderPpm: 0,
  windowUs: 60_000_000,
  ourResolutionUs: 0,
  serverResolutionUs: 0,
};

interface Pair {
  readonly atUs: number;
  readonly lowUs: number;
  readonly highUs: number;
}

function addPair(model: OffsetModel, { atUs, lowUs, highUs }: Pair): boolean {
  return model.add({ atUs, offsetUs: highUs }, { atUs, offsetUs: lowUs });
}

describe('OffsetModel', () => {
  it('gives the middle of the newest pair at its moment', () => {
    const model = new OffsetModel(EXACT);
    expect(addPair(model, { atUs: 0, lowUs: 400, highUs: 600 })).toBe(true);
    expect(model.at(0)).toEqual({ offsetUs: 500, errorUs: 100 });
    expect(model.driftPpm).toBe(0);
  });

  it('lets the error grow with the drift that is possible, on both sides of the newest pair', () => {
    const model = new OffsetModel(EXACT);
    addPair(model, { atUs: 0, lowUs: 400, highUs: 600 });
    expect(model.at(1_000_000)).toEqual({ offsetUs: 500, errorUs: 200 });
    expect(model.at(-1_000_000)).toEqual({ offsetUs: 500, errorUs: 200 });
  });

  it('narrows with an older pair that was tighter', () => {
    const model = new OffsetModel(EXACT);
    addPair(model, { atUs: 0, lowUs: 490, highUs: 510 });
    addPair(model, { atUs: 1_000_000, lowUs: 0, highUs: 1000 });
    expect(model.at(1_000_000)).toEqual({ offsetUs: 500, errorUs: 110 });
  });

  it('finds the drift from pairs far apart and goes on along it', () => {
    const model = new OffsetModel(EXACT);
    addPair(model, { atUs: 0, lowUs: -10, highUs: 10 });
    addPair(model, { atUs: 10_000_000, lowUs: 490, highUs: 510 });
    expect(model.driftPpm).toBeCloseTo(50, 9);
    // The steepest line goes from -10 to 510: 52 ppm.
    expect(model.at(20_000_000)).toEqual({ offsetUs: 1000, errorUs: 30 });
  });

  it('loosens old bounds and what lies ahead by the wander', () => {
    const model = new OffsetModel({ ...EXACT, maxDriftPpm: 0, wanderPpm: 5 });
    addPair(model, { atUs: 0, lowUs: -10, highUs: 10 });
    addPair(model, { atUs: 2_000_000, lowUs: -1000, highUs: 1000 });
    expect(model.at(2_000_000)).toEqual({ offsetUs: 0, errorUs: 20 });
    expect(model.at(3_000_000)).toEqual({ offsetUs: 0, errorUs: 25 });
  });

  it('knows no more than the greatest drift beyond the window', () => {
    const model = new OffsetModel(EXACT);
    addPair(model, { atUs: 0, lowUs: 0, highUs: 0 });
    addPair(model, { atUs: 10_000_000, lowUs: 0, highUs: 0 });
    expect(model.at(70_000_000)).toEqual({ offsetUs: 0, errorUs: 0 });
    expect(model.at(80_000_000)).toEqual({ offsetUs: 0, errorUs: 1000 });
  });

  it('adds the resolution of the clocks to the bounds and once more for the reading it is applied to', () => {
    const model = new OffsetModel({ ...EXACT, maxDriftPpm: 0, ourResolutionUs: 3, serverResolutionUs: 20 });
    addPair(model, { atUs: 0, lowUs: 0, highUs: 100 });
    expect(model.at(0)).toEqual({ offsetUs: 50, errorUs: 50 + 23 + 23 });
  });

  it('says so when no line is left, and starts again after a clear', () => {
    const model = new OffsetModel(EXACT);
    addPair(model, { atUs: 0, lowUs: -10, highUs: 10 });
    expect(addPair(model, { atUs: 1_000_000, lowUs: 111, highUs: 120 })).toBe(false);
    model.clear();
    expect(addPair(model, { atUs: 2_000_000, lowUs: 111, highUs: 121 })).toBe(true);
    expect(model.at(2_000_000)).toEqual({ offsetUs: 116, errorUs: 5 });
  });

  it('just bears what the greatest drift explains', () => {
    const model = new OffsetModel(EXACT);
    addPair(model, { atUs: 0, lowUs: -10, highUs: 10 });
    expect(addPair(model, { atUs: 1_000_000, lowUs: 109, highUs: 120 })).toBe(true);
  });

  it('forgets bounds older than the window', () => {
    const model = new OffsetModel(EXACT);
    addPair(model, { atUs: 0, lowUs: -10, highUs: 10 });
    expect(addPair(model, { atUs: 60_000_001, lowUs: 1_000_000, highUs: 1_000_200 })).toBe(true);
    expect(model.at(60_000_001)).toEqual({ offsetUs: 1_000_100, errorUs: 100 });
  });

  it('agrees with trying every slope at which two bounds meet', () => {
    const pair = fc.record({
      gapUs: fc.integer({ min: 1, max: 2_000_000 }),
      belowUs: fc.integer({ min: 0, max: 500 }),
      aboveUs: fc.integer({ min: 0, max: 500 }),
    });
    const drift = fc.integer({ min: -80, max: 80 });
    fc.assert(
      fc.property(
        fc.array(pair, { minLength: 1, maxLength: 12 }),
        drift,
        fc.nat(10_000_000),
        (gaps, driftPpm, aheadUs) => {
          const model = new OffsetModel(EXACT);
          const pairs: Pair[] = [];
          let atUs = 0;
          for (const { gapUs, belowUs, aboveUs } of gaps) {
            atUs += gapUs;
            const truthUs = (atUs * driftPpm) / 1e6;
            // One microsecond of room keeps rounding from emptying the region.
            pairs.push({ atUs, lowUs: truthUs - belowUs - 1, highUs: truthUs + aboveUs + 1 });
          }
          for (const each of pairs) expect(addPair(model, each)).toBe(true);
          const [lowUs, highUs] = rangeBySlopes(pairs, atUs, aheadUs, EXACT.maxDriftPpm / 1e6);
          const { offsetUs, errorUs } = model.at(atUs + aheadUs);
          expect(Math.abs(offsetUs - (lowUs + highUs) / 2)).toBeLessThan(0.51);
          expect(errorUs).toBeGreaterThan((highUs - lowUs) / 2 - 0.01);
          expect(errorUs).toBeLessThan((highUs - lowUs) / 2 + 1.51);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Least and greatest offset `aheadUs` after `referenceUs`, by brute force. */
function rangeBySlopes(
  pairs: readonly Pair[],
  referenceUs: number,
  aheadUs: number,
  maxSlope: number,
): [number, number] {
  const points = pairs.flatMap(({ atUs, lowUs, highUs }) => [
    { atUs, valueUs: lowUs },
    { atUs, valueUs: highUs },
  ]);
  const slopes = [-maxSlope, maxSlope];
  for (const a of points) {
    for (const b of points) if (a.atUs < b.atUs) slopes.push((b.valueUs - a.valueUs) / (b.atUs - a.atUs));
  }
  let lowUs = Infinity;
  let highUs = -Infinity;
  for (const slope of slopes) {
    if (Math.abs(slope) > maxSlope) continue;
    const most = Math.min(...pairs.map((pair) => pair.highUs + slope * (referenceUs - pair.atUs)));
    const least = Math.max(...pairs.map((pair) => pair.lowUs + slope * (referenceUs - pair.atUs)));
    if (least > most + 1e-9) continue;
    lowUs = Math.min(lowUs, least + slope * aheadUs);
    highUs = Math.max(highUs, most + slope * aheadUs);
  }
  return [lowUs, highUs];
}

import { describe, expect, it } from 'vitest';
import { TargetRecorder } from '../../../../client/load/target-recorder.js';

const LAYOUT = { startUs: 0, widthUs: 1_000_000, maxBuckets: 600 };
const MOST_US = 2 ** 31 - 1;

describe('TargetRecorder', () => {
  it('keeps latencies that are beyond its range at the end of it, on their side', () => {
    const target = new TargetRecorder(0, { endUs: Infinity, advance: () => undefined }, LAYOUT);
    const hourUs = 3_600_000_000;
    const latencies = [5000, -5000, 0.6, -hourUs, hourUs, -(2 ** 52), 2 ** 52];
    for (const latencyUs of latencies) {
      const capture = { timeUs: -latencyUs, errorUs: 0 };
      target.onFrame({ arrivalTimeUs: 0, lengthBytes: 1, capture, stagesUs: null });
    }
    const expected = [5000, -5000, 1, -MOST_US, MOST_US, -MOST_US, MOST_US];
    expect([...target.takeSecond().latenciesUs]).toEqual(expected);
  });
});

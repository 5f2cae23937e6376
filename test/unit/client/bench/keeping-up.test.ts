import { describe, expect, it } from 'vitest';
import type { CheckedDevice } from '../../../../client/bench/device-checks.js';
import { deviceDoubts } from '../../../../client/bench/device-doubts.js';
import { canJudgeDelay, maxOwnDelayUs, whyTooSlow } from '../../../../client/bench/keeping-up.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import { resultOf } from '../../../helpers/bench-room-of-test.js';

const FRAME = { fps: 50, startTimeUs: 1_000_000, stopTimeUs: 11_000_000 };

function device(ownDelayP99Us: number | undefined): CheckedDevice {
  const latency = new LatencyHistogram();
  latency.record(10_000);
  return {
    known: {
      device: { id: 1, name: 'x', platform: 'node', joinedTimeUs: 1, leftTimeUs: null },
      progress: null,
      result: resultOf([10_000], { ownDelayP99Us }),
      wasAway: false,
    },
    measured: { latency, age: new LatencyHistogram() },
    why: null,
  };
}

describe('maxOwnDelayUs', () => {
  it('is a fifth of the frame period, or a quarter of the p99 where that is more', () => {
    expect(maxOwnDelayUs(4_000, 50)).toBe(4_000);
    expect(maxOwnDelayUs(100_000, 50)).toBe(25_000);
    expect(maxOwnDelayUs(null, 0)).toBe(6_667);
  });
});

describe('whyTooSlow', () => {
  it('says nothing of a device that kept up, nor of one that does not say', () => {
    expect(whyTooSlow(4_000, 10_000, FRAME)).toBeNull();
    expect(whyTooSlow(undefined, 10_000, FRAME)).toBeNull();
  });

  it('says how late one was that did not', () => {
    expect(whyTooSlow(90_000, 10_000, FRAME)).toMatch(/late by 90\.\d ms at p99, where 4\.\d+ ms is the limit/);
  });
});

describe('deviceDoubts', () => {
  it('say of a short window that one stop decides', () => {
    const short = { ...FRAME, stopTimeUs: FRAME.stopTimeUs - 1 };
    expect([canJudgeDelay(FRAME), canJudgeDelay(short)]).toEqual([true, false]);
    expect(deviceDoubts([device(90_000)], FRAME)[1]?.why).toMatch(/left out of the total/);
    expect(deviceDoubts([device(90_000)], short)[1]?.why).toMatch(/one stop decides.*measure longer/);
  });

  it('counts who was late and who does not say', () => {
    const checks = deviceDoubts([device(100), device(90_000), device(undefined)], FRAME);
    expect(checks).toMatchObject([
      { value: 0, ok: true },
      { value: 1, ok: false, severity: 'doubt' },
      { value: 1, ok: false, severity: 'doubt' },
    ]);
    expect(deviceDoubts([device(100)], FRAME).map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(deviceDoubts([], FRAME)).toEqual([]);
  });

  it('counts who is left out, for whatever reason', () => {
    const late = { ...device(100), why: 'it joined 2.00 s late' };
    const checks = deviceDoubts([device(100), late, { ...late, measured: null }], FRAME);
    expect(checks[0]).toMatchObject({ name: 'Devices that are not in the total', value: 2, ok: false });
  });
});

import { describe, expect, it } from 'vitest';
import { RateWindow } from '../../../../server/statistics/rate-window.js';

const SECOND_US = 1_000_000;
const START_US = 1_700_000_000_300_000;

/** A window that saw frames of 100 bytes at the given times after the start. */
function windowWith(timesUs: readonly number[]): RateWindow {
  const window = new RateWindow();
  for (const timeUs of timesUs) window.onFrame(START_US + timeUs, 100);
  return window;
}

/** Times of frames that come one period after the other. */
function times(periodUs: number, untilUs: number): number[] {
  return Array.from({ length: Math.floor(untilUs / periodUs) + 1 }, (_, n) => n * periodUs);
}

describe('RateWindow', () => {
  it('has no rate before there was a second to measure', () => {
    expect(new RateWindow().rates(START_US, 40_000)).toBeNull();
    expect(windowWith([0]).rates(START_US, 40_000)).toBeNull();
    expect(windowWith([0]).rates(START_US + 1_039_999, 40_000)).toBeNull();
    expect(windowWith([0]).rates(START_US + 1_040_000, 40_000)).toEqual({ fps: 0, bytesPerSecond: 0 });
    expect(windowWith(times(40_000, 960_000)).rates(START_US + 960_000, 40_000)).toBeNull();
  });

  it('counts intervals, from the second frame on', () => {
    const window = windowWith(times(40_000, SECOND_US));
    expect(window.rates(START_US + SECOND_US, 40_000)).toEqual({ fps: 25, bytesPerSecond: 2500 });
  });

  it('does not take the burst of a start for the rate', () => {
    const window = windowWith([0, 20_000, 40_000, 60_000, 95_000]);
    expect(window.rates(START_US + 95_000, 33_000)).toBeNull();
    for (let timeUs = 128_000; timeUs <= SECOND_US; timeUs += 33_000) window.onFrame(START_US + timeUs, 100);
    window.onFrame(START_US + SECOND_US, 100);
    // Four intervals of the burst, and 28 to the end of the second.
    expect(window.rates(START_US + SECOND_US, 33_000)).toEqual({ fps: 32, bytesPerSecond: 3200 });
  });

  it('has the same rate of a steady stream whenever it is asked', () => {
    const window = new RateWindow();
    for (const timeUs of times(40_000, 40 * SECOND_US)) {
      window.onFrame(START_US + timeUs, 100);
      if (timeUs < SECOND_US) continue;
      for (const laterUs of [0, 1, 20_000, 39_999]) {
        expect(window.rates(START_US + timeUs + laterUs, 40_000)).toEqual({ fps: 25, bytesPerSecond: 2500 });
      }
    }
  });

  it('has the rate of a stream of few frames', () => {
    const window = windowWith(times(4 * SECOND_US, 60 * SECOND_US));
    expect(window.rates(START_US + 61 * SECOND_US, 4 * SECOND_US)?.fps).toBe(0.25);
  });

  it('falls from when the next frame was due, down to 0 when all frames are of the past', () => {
    const window = windowWith(times(100_000, 10 * SECOND_US));
    const lastUs = START_US + 10 * SECOND_US;
    expect(window.rates(lastUs + 100_000, 100_000)?.fps).toBe(10);
    // The window begins 4.7 s after the first frame: from the frame before that on, 54 intervals of 10.4 s had frames.
    expect(window.rates(lastUs + 5_100_000, 100_000)?.fps).toBeCloseTo(54 / 10.4, 9);
    expect(window.rates(lastUs + 11 * SECOND_US, 100_000)).toEqual({ fps: 0, bytesPerSecond: 0 });
    expect(window.rates(lastUs + 3600 * SECOND_US, 100_000)).toEqual({ fps: 0, bytesPerSecond: 0 });
  });

  it('counts a stall within the window', () => {
    const window = windowWith([0, 100_000, 200_000, 4_200_000, 4_300_000]);
    expect(window.rates(START_US + 4_300_000, 100_000)?.fps).toBe(4 / 4.3);
  });

  it('takes no more than the window of a long stall', () => {
    const window = windowWith([0, 100_000, 60 * SECOND_US, 60 * SECOND_US + 100_000]);
    // The window began 10.3 s before that frame, and one period before it a frame could have been.
    expect(window.rates(START_US + 60 * SECOND_US + 100_000, 100_000)?.fps).toBeCloseTo(2 / 10.5, 9);
  });

  it('starts over after a reset', () => {
    const window = windowWith(times(100_000, 5 * SECOND_US));
    window.reset();
    expect(window.rates(START_US + 5 * SECOND_US, 100_000)).toBeNull();
    for (const timeUs of times(200_000, SECOND_US)) window.onFrame(START_US + 6 * SECOND_US + timeUs, 50);
    expect(window.rates(START_US + 7 * SECOND_US, 200_000)).toEqual({ fps: 5, bytesPerSecond: 250 });
  });
});

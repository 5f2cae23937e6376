import { describe, expect, it } from 'vitest';
import { FrameTimes } from '../../../../server/rtsp/frame-times.js';

const START_US = 1_700_000_000_000_000;

describe('FrameTimes', () => {
  it('gives each frame the ticks since the first one, and each picture the time of its frame', () => {
    const times = new FrameTimes(30, false);
    const captured = [0, 33_333, 70_000, 99_999].map((us) => START_US + us);
    const ticks = captured.map((us) => times.enter(us, 0));
    expect(ticks).toEqual([0, 3000, 6300, 9000]);
    expect(times.inFlight).toBe(4);
    expect(ticks.map((out) => times.leave(out))).toEqual(captured);
    expect(times).toMatchObject({ inFlight: 0, framesLost: 0, oldestSentTimeUs: null });
  });

  it('counts frames as FFmpeg does where they are evenly spaced', () => {
    const times = new FrameTimes(29.97, true);
    const ticks = Array.from({ length: 4 }, (_, index) => times.enter(START_US + index * 40_000, 0));
    expect(ticks).toEqual([0, 3003, 6006, 9009]);
    expect(times.leave(3003)).toBe(START_US + 40_000);
  });

  it('leaves out frames that never came out', () => {
    const times = new FrameTimes(10, false);
    [0, 1, 2].map((index) => times.enter(START_US + index * 100_000, 50 + index));
    expect(times.oldestSentTimeUs).toBe(50);
    expect(times.leave(18_000)).toBe(START_US + 200_000);
    expect(times).toMatchObject({ inFlight: 0, framesLost: 2 });
  });

  it('gives up frames by the time when they went in, and still knows the others', () => {
    const times = new FrameTimes(10, false);
    [0, 1, 2, 3].map((index) => times.enter(START_US + index * 100_000, 50 + index));
    times.leave(0);
    times.giveUp(53);
    expect(times).toMatchObject({ inFlight: 1, framesLost: 2, oldestSentTimeUs: 53 });
    // One that comes all the same, late.
    expect([times.leave(9000), times.leave(27_000)]).toEqual([START_US + 100_000, START_US + 300_000]);
  });

  it('stands a tick of rounding', () => {
    const times = new FrameTimes(10, false);
    [0, 1].map((index) => times.enter(START_US + index * 100_000, 0));
    expect([times.leave(1), times.leave(8999)]).toEqual([START_US, START_US + 100_000]);
  });

  it('guesses the time of a picture that nobody sent', () => {
    const times = new FrameTimes(10, false);
    times.enter(START_US, 0);
    times.leave(0);
    expect(times.leave(9000)).toBe(START_US + 100_000);
    times.enter(START_US + 200_000, 0);
    expect(times.leave(18_000)).toBe(START_US + 200_000);
  });

  it('goes on where capture times repeat, jump back, or far ahead', () => {
    const times = new FrameTimes(10, false);
    const captured = [0, 0, -3600e6, -3599.9e6, 3600e6, 3600.1e6].map((us) => START_US + us);
    const ticks = captured.map((us) => times.enter(us, 0));
    expect(ticks).toEqual([0, 9000, 18_000, 27_000, 36_000, 45_000]);
    expect(ticks.map((out) => times.leave(out))).toEqual(captured);
  });

  it('keeps a pause of less than ten seconds', () => {
    const times = new FrameTimes(10, false);
    times.enter(START_US, 0);
    expect(times.enter(START_US + 9_000_000, 0)).toBe(810_000);
  });
});

import { describe, expect, it } from 'vitest';

import { SettlingClock } from '../../../../shared/receiver/settling-clock.js';
import { observedFrame, OFFSET_US, START_US } from '../../../helpers/observed-frame.js';

/** Number of the frame, offset and error that it is passed on with. */
type Passed = [n: number, offsetUs: number, errorUs: number];

describe('SettlingClock', () => {
  it('holds frames until the error has not improved for 500 ms', () => {
    const { clock, passed } = listened();
    // Frames come every 40 ms; the last improvement by a tenth comes with frame 3.
    const errorsUs = [5_000, 900, 899, 800, 790, 780];
    for (let n = 0; n < 15; n += 1) clock.onFrame(observedFrame({ n, errorUs: errorsUs[n] ?? 770 }));
    expect(passed).toEqual([]);
    expect(clock.holding).toBe(true);
    clock.onFrame(observedFrame({ n: 15, errorUs: 770 }));
    expect(passed).toEqual([]);
    clock.onFrame(observedFrame({ n: 16, errorUs: 770 }));
    expect(clock.holding).toBe(false);
    expect(passed.map(([n]) => n)).toEqual(Array.from({ length: 17 }, (_, i) => i));
  });

  it('passes a frame on with the better of its own reading and the settled one plus drift', () => {
    const { clock, passed } = listened();
    clock.onFrame(observedFrame({ n: 0, offsetUs: OFFSET_US + 900, errorUs: 1_000 }));
    for (let n = 1; n <= 14; n += 1) clock.onFrame(observedFrame({ n, errorUs: 50 }));
    // Frame 0 came 14 * 40 ms before the reading of frame 14: 560 ms at 300 ppm are 168 µs. Frame 1 had 50 itself.
    expect(passed.slice(0, 2)).toEqual([
      [0, OFFSET_US, 218],
      [1, OFFSET_US, 50],
    ]);
  });

  it('gives frames that came before the first reading a latency too', () => {
    const { clock, passed } = listened();
    clock.onFrame(observedFrame({ n: 0, offsetUs: null }));
    clock.onFrame(observedFrame({ n: 1, errorUs: 50 }));
    clock.advance(START_US + 40_000 + 10_000 + 500_000);
    expect(passed).toEqual([
      [0, OFFSET_US, 62],
      [1, OFFSET_US, 50],
    ]);
  });

  it('waits at most 2 s for a clock that goes on improving', () => {
    const { clock, passed } = listened();
    for (let n = 0; n < 50; n += 1) clock.onFrame(observedFrame({ n, errorUs: 1e6 * 0.8 ** n }));
    expect(passed).toEqual([]);
    clock.onFrame(observedFrame({ n: 50, errorUs: 1 }));
    expect(passed).toHaveLength(51);
  });

  it('passes every later frame on at once with its own reading', () => {
    const { clock, passed } = settled();
    clock.onFrame(observedFrame({ n: 20, offsetUs: OFFSET_US + 3, errorUs: 4_000 }));
    expect(passed).toEqual([[20, OFFSET_US + 3, 4_000]]);
    expect(clock.holding).toBe(false);
  });

  it('settles anew when the estimate is lost, and does not use the old one', () => {
    const { clock, passed } = settled();
    clock.onFrame(observedFrame({ n: 20, offsetUs: null }));
    clock.onFrame(observedFrame({ n: 21, offsetUs: 77, errorUs: 50 }));
    clock.advance(START_US + 60_000_000);
    expect(passed).toEqual([
      [20, 77, 62],
      [21, 77, 50],
    ]);
  });

  it('settles anew on another connection, after passing on what it holds', () => {
    const { clock, passed } = listened();
    clock.onFrame(observedFrame({ n: 0, errorUs: 40 }));
    clock.restart();
    expect(passed).toEqual([[0, OFFSET_US, 40]]);
    clock.onFrame(observedFrame({ n: 50, offsetUs: 9, errorUs: 60 }));
    expect(passed).toHaveLength(1);
    clock.flush();
    expect(passed.at(-1)).toEqual([50, 9, 60]);
  });

  it('gives up what it holds when a connection ends without any reading', () => {
    const { clock, passed } = listened();
    clock.onFrame(observedFrame({ n: 0, offsetUs: null }));
    clock.restart();
    clock.onFrame(observedFrame({ n: 1, errorUs: 40 }));
    clock.flush();
    expect(passed).toEqual([[1, OFFSET_US, 40]]);
  });

  it('does not use the reading of another connection', () => {
    const { clock, passed } = settled();
    clock.restart();
    clock.onFrame(observedFrame({ n: 20, offsetUs: null }));
    clock.flush();
    expect(passed).toEqual([]);
  });

  it('forgets what it holds when told so', () => {
    const { clock, passed } = listened();
    clock.onFrame(observedFrame({ n: 0, errorUs: 40 }));
    clock.drop();
    clock.flush();
    expect(passed).toEqual([]);
  });

  it('holds no more than 1024 frames', () => {
    const { clock, passed } = listened();
    for (let n = 0; n < 1_025; n += 1) clock.onFrame(observedFrame({ n, offsetUs: null }));
    expect(clock.holding).toBe(false);
    const rushed = listened();
    for (let n = 0; n < 1_025; n += 1) rushed.clock.onFrame({ ...observedFrame(), receiveTimeUs: START_US + n });
    expect(rushed.passed).toHaveLength(1_025);
    expect(passed).toEqual([]);
  });
});

function listened(): { clock: SettlingClock; passed: Passed[] } {
  const passed: Passed[] = [];
  const clock = new SettlingClock(({ header }, offsetUs, errorUs) => passed.push([header.sequence, offsetUs, errorUs]));
  return { clock, passed };
}

function settled(): { clock: SettlingClock; passed: Passed[] } {
  const { clock, passed } = listened();
  clock.onFrame(observedFrame({ errorUs: 50 }));
  clock.advance(START_US + 1_000_000);
  passed.length = 0;
  return { clock, passed };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Playout } from '../../../../client/probe/playout.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

/** A playout whose pictures are their numbers; `shown` says when each was. */
function playoutOfTest() {
  const clock = new FakeClock(0);
  const shown: [picture: number, atUs: number][] = [];
  let rooms = 0;
  const playout = new Playout<number>(
    clock,
    (picture) => shown.push([picture, clock.nowUs()]),
    () => (rooms += 1),
  );
  return { clock, playout, shown, rooms: () => rooms };
}

describe('Playout', () => {
  it('shows the first at once, and the others when they are due', () => {
    const { clock, playout, shown } = playoutOfTest();
    for (const picture of [0, 1, 2]) playout.push(picture, 5_000_000 + picture * 40_000);
    expect(shown).toEqual([[0, 0]]);
    clock.advance(80_000);
    expect(shown).toEqual([
      [0, 0],
      [1, 40_000],
      [2, 80_000],
    ]);
  });

  it('waits when there is none, and does not make up for that', () => {
    const { clock, playout, shown } = playoutOfTest();
    playout.push(0, 0);
    clock.advance(100_000);
    playout.push(1, 40_000);
    playout.push(2, 80_000);
    clock.advance(1_000_000);
    expect(shown.map(([, atUs]) => atUs)).toEqual([0, 100_000, 140_000]);
  });

  it('does not fall behind because the process was held up', () => {
    const { clock, playout, shown } = playoutOfTest();
    for (const picture of [0, 1, 2, 3]) playout.push(picture, picture * 40_000);
    clock.sleep(100_000);
    clock.advance(100_000);
    expect(shown.map(([, atUs]) => atUs)).toEqual([0, 100_000, 100_000, 120_000]);
  });

  it('shows at once what is on another time line', () => {
    const { clock, playout, shown } = playoutOfTest();
    playout.push(0, 50_000_000);
    playout.push(1, 0);
    playout.push(2, 3_600_000_000);
    expect(shown.map(([picture]) => picture)).toEqual([0, 1, 2]);
    expect(clock.pending).toBe(0);
  });

  it('says when it has enough, and when there is room again', () => {
    const { clock, playout, rooms } = playoutOfTest();
    let pushed = 0;
    while (!playout.isFull) playout.push(pushed, 40_000 * pushed++);
    expect(pushed).toBe(9);
    clock.advance(40_000);
    expect([playout.isFull, rooms()]).toEqual([false, 1]);
    clock.advance(1_000_000);
    expect(rooms()).toBe(1);
  });

  it('shows nothing after it was stopped', () => {
    const { clock, playout, shown } = playoutOfTest();
    playout.push(0, 0);
    playout.push(1, 40_000);
    playout.stop();
    clock.advance(1_000_000);
    expect(shown).toHaveLength(1);
  });

  it('shows every picture, in order, none before it is due', () => {
    const step = fc.record({
      mediaUs: fc.integer({ min: 0, max: 100_000 }),
      waitUs: fc.integer({ min: 0, max: 100_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const { clock, playout, shown } = playoutOfTest();
        const times = steps.map(({ mediaUs }, index) =>
          steps.slice(0, index).reduce((sum, before) => sum + before.mediaUs, mediaUs),
        );
        for (const [index, { waitUs }] of steps.entries()) {
          playout.push(index, times[index] ?? 0);
          clock.advance(waitUs);
        }
        clock.advance(60_000_000);
        expect(shown.map(([picture]) => picture)).toEqual(steps.map((_, index) => index));
        for (const [index, [, atUs]] of shown.entries()) {
          if (index > 0) expect(atUs - (shown[index - 1]?.[1] ?? 0)).toBeGreaterThanOrEqual(steps[index]?.mediaUs ?? 0);
        }
      }),
    );
  });
});

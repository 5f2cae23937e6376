import { beforeEach, describe, expect, it } from 'vitest';
import { TimerLateness } from '../../../shared/timer-lateness.js';
import { FakeClock } from '../../helpers/fake-clock.js';

describe('TimerLateness', () => {
  let clock: FakeClock;
  let late: number[];
  let lateness: TimerLateness;
  beforeEach(() => {
    clock = new FakeClock();
    late = [];
    lateness = new TimerLateness(clock, (lateUs) => late.push(lateUs));
  });

  it('looks every 20 ms', () => {
    clock.advance(100_000);
    expect(late).toEqual([0, 0, 0, 0, 0]);
  });

  it('counts every timer that was due in a stop, each with its own lateness', () => {
    clock.sleep(105_000);
    clock.advance(0);
    expect(late).toEqual([85_000, 65_000, 45_000, 25_000, 5000]);
    // The grid stays, so that lateness does not add up.
    clock.advance(15_000);
    expect(late.slice(5)).toEqual([0]);
  });

  it('does not make up for the sleep of a machine', () => {
    clock.sleep(3_600_000_000);
    clock.advance(0);
    expect(late).toEqual([0]);
  });

  it('says when a timer was due', () => {
    const dueUs: number[] = [];
    const fromUs = clock.nowUs();
    new TimerLateness(clock, (_, atUs) => dueUs.push(atUs - fromUs));
    clock.sleep(45_000);
    clock.advance(0);
    expect(dueUs).toEqual([20_000, 40_000]);
  });

  it('can be told to count what is due already', () => {
    clock.sleep(45_000);
    lateness.catchUp();
    lateness.catchUp();
    expect(late).toEqual([25_000, 5000]);
  });

  it('stops', () => {
    lateness.close();
    expect(clock.pending).toBe(0);
  });
});

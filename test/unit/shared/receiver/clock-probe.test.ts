import { describe, expect, it } from 'vitest';
import { ClockProbe } from '../../../../shared/receiver/clock-probe.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const SECOND_US = 1_000_000;
/** The server's clock minus ours. */
const OFFSET_US = 5_000_000;

/** A probe and a server that answers `delayUs` after a ping, half of that on each way. */
function create() {
  const clock = new FakeClock();
  const pings: number[] = [];
  const probe = new ClockProbe(clock, (t0Us) => pings.push(t0Us));
  const answer = (delayUs = 1000) => {
    const t0Us = pings.at(-1)!;
    clock.advance(delayUs);
    const serverUs = t0Us + delayUs / 2 + OFFSET_US;
    probe.onPong(t0Us, serverUs, serverUs, clock.nowUs());
  };
  /** Lets the probe ping as it likes for a while, with an answer to each ping. */
  const run = (durationUs: number) => {
    const endUs = clock.nowUs() + durationUs;
    while (clock.nowUs() < endUs) {
      const before = pings.length;
      answer();
      while (pings.length === before && clock.nowUs() < endUs) clock.advance(1000);
    }
  };
  return { clock, probe, pings, answer, run };
}

describe('ClockProbe', () => {
  it('pings at once and knows nothing before the answer', () => {
    const { clock, probe, pings } = create();
    expect(pings).toEqual([clock.nowUs()]);
    expect(probe.estimate(clock.nowUs())).toBeNull();
  });

  it('knows the offset within half the delay after one answer', () => {
    const { clock, probe, answer } = create();
    answer(1000);
    const estimate = probe.estimate(clock.nowUs());
    expect(estimate?.offsetUs).toBe(OFFSET_US);
    expect(estimate?.errorUs).toBeGreaterThanOrEqual(500);
    expect(estimate?.errorUs).toBeLessThanOrEqual(510);
    expect(estimate?.rttMinUs).toBe(1000);
  });

  it('has one ping under way at a time', () => {
    const { clock, pings, answer } = create();
    clock.advance(60 * SECOND_US);
    expect(pings).toHaveLength(1);
    answer();
    expect(pings).toHaveLength(1);
    clock.advance(SECOND_US);
    expect(pings).toHaveLength(2);
    clock.advance(60 * SECOND_US);
    expect(pings).toHaveLength(2);
  });

  it('pings at least twice a second as long as it is answered, so that the server never takes it for gone', () => {
    const { clock, pings, run } = create();
    run(120 * SECOND_US);
    const gapsUs = pings.slice(1).map((timeUs, index) => timeUs - pings[index]!);
    expect(Math.max(...gapsUs)).toBeLessThanOrEqual(SECOND_US / 2 + 1000);
    expect(clock.pending).toBeLessThanOrEqual(1);
  });

  it('ignores answers to pings that it did not send, and a second answer', () => {
    const { clock, probe, pings, answer } = create();
    probe.onPong(pings[0]! - 1, 1, 1, clock.nowUs());
    probe.onPong(0, 1, 1, clock.nowUs());
    expect(probe.estimate(clock.nowUs())).toBeNull();
    answer();
    probe.onPong(pings[0]!, 1, 1, clock.nowUs());
    expect(probe.estimate(clock.nowUs())?.samples).toBe(1);
  });

  it('forgets everything and pings anew when the machine slept', () => {
    const { clock, probe, pings, run } = create();
    run(10 * SECOND_US);
    const before = pings.length;
    clock.stepWall(3600 * SECOND_US);
    expect(probe.estimate(clock.nowUs())).toBeNull();
    expect(pings.length).toBe(before + 1);
    expect(probe.estimate(clock.nowUs())).toBeNull();
    expect(pings.length).toBe(before + 1);
    run(SECOND_US);
    expect(probe.estimate(clock.nowUs())?.offsetUs).toBe(OFFSET_US);
  });

  it('does not take an answer whose ping slept on the way', () => {
    const { clock, probe, pings } = create();
    const [t0Us = NaN] = pings;
    clock.advance(500);
    clock.stepWall(60 * SECOND_US);
    probe.onPong(t0Us, t0Us + OFFSET_US, t0Us + OFFSET_US, clock.nowUs());
    expect(probe.estimate(clock.nowUs())).toBeNull();
    expect(pings).toEqual([t0Us, t0Us + 500]);
    // Should the old answer come twice, its ping is no longer ours.
    probe.onPong(t0Us, t0Us + OFFSET_US, t0Us + OFFSET_US, clock.nowUs());
    expect(probe.estimate(clock.nowUs())).toBeNull();
  });

  it('leaves no timer when it is stopped, and ignores an answer that is late', () => {
    const { clock, probe, pings, answer } = create();
    answer();
    probe.stop();
    expect(clock.pending).toBe(0);
    const second = create();
    second.probe.stop();
    second.answer();
    expect(second.clock.pending).toBe(0);
    clock.advance(60 * SECOND_US);
    expect(pings).toHaveLength(1);
  });
});

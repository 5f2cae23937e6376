import { beforeEach, describe, expect, it } from 'vitest';
import { ServerClock } from '../../../../client/load/server-clock.js';
import type { ClockMember } from '../../../../client/load/server-clock.js';
import { ServerClocks } from '../../../../client/load/server-clocks.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { SeededRandom } from '../../../helpers/seeded-random.js';

const OFFSET_US = 123_456_789;
const DRIFT = 100e-6;
const SECOND_US = 1_000_000;

describe('ServerClock', () => {
  let clock: FakeClock;
  let server: ServerClock;
  let startUs: number;

  beforeEach(() => {
    clock = new FakeClock();
    startUs = clock.nowUs();
    server = new ServerClock(clock);
  });

  it('asks over one connection after the other, and never is farther from the truth than it says', () => {
    const members = [1, 2, 3].map((seed) => new MemberOfTest(seed));
    for (const member of members) server.join(member);
    for (let i = 0; i < 600; i += 1) {
      clock.advance(100_000);
      const estimate = server.estimate(clock.nowUs());
      expect(Math.abs((estimate?.offsetUs ?? NaN) - trueOffsetUs(clock.nowUs()))).toBeLessThanOrEqual(
        estimate?.errorUs ?? 0,
      );
      const reading = server.reading(clock.nowUs() + 900);
      expect(Math.abs((reading?.offsetUs ?? NaN) - trueOffsetUs(clock.nowUs() + 900))).toBeLessThanOrEqual(
        reading?.errorUs ?? 0,
      );
      // A moment that is past, as of a frame that waited until the clock had settled.
      const pastUs = clock.nowUs() - 2 * SECOND_US;
      const past = server.estimate(pastUs);
      if (i > 30)
        expect(Math.abs((past?.offsetUs ?? NaN) - trueOffsetUs(pastUs))).toBeLessThanOrEqual(past?.errorUs ?? 0);
    }
    const pings = members.map((member) => member.pings);
    expect(Math.max(...pings) - Math.min(...pings)).toBeLessThanOrEqual(1);
    // As often as one session alone does, however many there are.
    expect(pings.reduce((sum, count) => sum + count)).toBeLessThan(250);
    expect(server.estimate(clock.nowUs())?.errorUs).toBeLessThan(1000);
  });

  it('tells every connection when it has settled', () => {
    const members = [new MemberOfTest(1), new MemberOfTest(2)];
    for (const member of members) server.join(member);
    expect(server.isSettled).toBe(false);
    clock.advance(3 * SECOND_US);
    expect(server.isSettled).toBe(true);
    expect(members.map((member) => member.settled)).toEqual([1, 1]);
  });

  it('asks the next one when a connection goes that owes an answer, or gives none', () => {
    const silent = new MemberOfTest(1, true);
    const other = new MemberOfTest(2);
    server.join(silent);
    server.join(other);
    expect(silent.pings).toBe(1);
    server.leave(silent);
    expect(other.pings).toBe(1);
    clock.advance(SECOND_US);
    expect(server.estimate(clock.nowUs())).not.toBeNull();

    server.join(silent);
    const before = other.pings;
    clock.advance(10 * SECOND_US);
    expect(other.pings).toBeGreaterThan(before);
  });

  it('ignores answers to what it did not ask', () => {
    const silent = new MemberOfTest(1, true);
    const other = new MemberOfTest(2, true);
    server.join(silent);
    server.join(other);
    const nowUs = clock.nowUs();
    server.onPong(silent, nowUs - 5, 1, 2, nowUs);
    server.onPong(other, nowUs, 1, 2, nowUs);
    expect(server.estimate(nowUs)).toBeNull();
  });

  it('starts over when the machine slept', () => {
    server.join(new MemberOfTest(1));
    clock.advance(3 * SECOND_US);
    clock.stepWall(60 * SECOND_US);
    expect(server.estimate(clock.nowUs())).toBeNull();
    expect(server.isSettled).toBe(false);
    clock.advance(3 * SECOND_US);
    expect(server.isSettled).toBe(true);
  });

  it('asks nobody when nobody is left', () => {
    const member = new MemberOfTest(1);
    server.join(member);
    clock.advance(SECOND_US);
    server.leave(member);
    clock.advance(100_000);
    const { pings } = member;
    clock.advance(60 * SECOND_US);
    expect(member.pings).toBe(pings);
    expect(clock.pending).toBe(0);
  });

  /** A connection with delays of its own, in both directions. */
  class MemberOfTest implements ClockMember {
    pings = 0;
    settled = 0;
    private readonly random: SeededRandom;

    constructor(
      seed: number,
      private readonly isSilent = false,
    ) {
      this.random = new SeededRandom(seed);
    }

    sendPing(t0Us: number): void {
      this.pings += 1;
      if (this.isSilent) return;
      const thereUs = 200 + this.random.below(2000);
      const backUs = 200 + this.random.below(20_000);
      clock.schedule(thereUs + backUs, () => {
        const t1Us = Math.round(t0Us + thereUs + trueOffsetUs(t0Us + thereUs));
        server.onPong(this, t0Us, t1Us, t1Us, clock.nowUs());
      });
    }

    onClockSettled(): void {
      this.settled += 1;
    }
  }

  function trueOffsetUs(atUs: number): number {
    return OFFSET_US + (atUs - startUs) * DRIFT;
  }
});

describe('ServerClocks', () => {
  it('shares a clock only between connections to the same process', () => {
    const clocks = new ServerClocks(new FakeClock());
    const { clock } = clocks.take('host:8000', 'cam', 1000);
    expect(clocks.take('host:8000', 'cam', 1000).clock).toBe(clock);
    // A server that was restarted, and others behind the same address, began their streams at another time.
    expect(clocks.take('host:8000', 'cam', 2000).clock).not.toBe(clock);
    expect(clocks.take('other:8000', 'cam', 1000).clock).not.toBe(clock);
  });

  it('forgets a clock with the last connection', () => {
    const clocks = new ServerClocks(new FakeClock());
    const first = clocks.take('host:8000', 'cam', 1000);
    const member = { sendPing: () => undefined, onClockSettled: () => undefined };
    first.clock.join(member);
    first.release();
    expect(clocks.take('host:8000', 'cam', 1000).clock).toBe(first.clock);
    first.clock.leave(member);
    first.release();
    expect(clocks.entries()).toEqual([]);
    expect(clocks.take('host:8000', 'cam', 1000).clock).not.toBe(first.clock);
  });
});

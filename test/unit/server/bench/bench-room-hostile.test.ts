import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEVICES, MAX_LISTED_DEVICES } from '../../../../shared/protocol/bench-messages.js';
import type { BenchRequest } from '../../../../shared/protocol/bench-messages.js';
import { encodeBench } from '../../../../shared/protocol/codec.js';
import { keyOf, PROGRESS, resultOf, roomOfTest, runningBench } from '../../../helpers/bench-room-of-test.js';

const OPEN = { kind: 'open', durationMs: 5000, stream: 'cam' } as const;
const RESULT = resultOf([5000, 6000]);
const MIB = 1024 * 1024;

describe('BenchRoom against hostile clients', () => {
  it('has at most 256 devices, those that left among them, and forgets the one that was there shortest', () => {
    const { clock, peer, coordinator } = runningBench();
    const more = Array.from({ length: MAX_DEVICES - 2 }, (_, n) => peer().join(`d${n}`));
    expect(peer().join('one too many').kinds()).toEqual(['refused BENCH_FULL']);
    clock.advance(250_000);
    const told = coordinator.take();
    expect(told.map((notice) => (notice.kind === 'devices' ? notice.devices.length : 0))).toEqual([
      MAX_LISTED_DEVICES,
      MAX_DEVICES - 2 - MAX_LISTED_DEVICES,
    ]);
    more[7]?.go();
    clock.advance(1);
    more[3]?.go();
    expect(peer().join('another').kinds()).toEqual(['joined', 'announced', 'run']);
    // The place of the one that was there longer is still its own.
    expect(peer().join('d3').take()[0]).toMatchObject({ deviceId: 6 });
    expect(peer().join('d7').kinds()).toEqual(['refused BENCH_FULL']);
  });

  it('tells a coordinator that does not read no progress and no lists, and does not let it open another benchmark', () => {
    const { clock, peer, devices, coordinator, benchId } = runningBench();
    coordinator.isBehind = true;
    for (let n = 0; n < 5000; n += 1) peer().join(`n${n}`).go();
    devices[0].say({ kind: 'progress', benchId, ...PROGRESS });
    clock.advance(4_000_000);
    expect(coordinator.take()).toEqual([]);
    coordinator.isBehind = false;
    clock.advance(250_000);
    const named = coordinator.take().flatMap((notice) => (notice.kind === 'devices' ? notice.devices : []));
    expect(named).toHaveLength(4 * MAX_DEVICES);
    coordinator.isBehind = true;
    coordinator.say({ kind: 'leave' }).take();
    expect(coordinator.say(OPEN).kinds()).toEqual(['refused BENCH_REFUSED']);
  });

  it('passes on at most one result for each place that there was in the window', () => {
    const { clock, peer, coordinator, benchId } = runningBench();
    const result = { kind: 'result', benchId, ...RESULT } as const;
    clock.advance(5_000_000);
    for (let n = 0; n < 1000; n += 1) peer().join(`n${n}`).say(result).go();
    expect(coordinator.kinds().filter((kind) => kind === 'deviceResult')).toEqual([]);
  });

  it('does not let those who come and go push a device out that was there', () => {
    const { clock, peer, devices, coordinator, benchId } = runningBench();
    coordinator.isBehind = true;
    clock.advance(1_000_000);
    devices[0].go();
    for (let n = 0; n < 6000; n += 1) {
      if (n % 100 === 0) clock.advance(1);
      peer().join(`n${n}`).go();
    }
    expect(peer().join('a').take()[0]).toEqual({ kind: 'joined', deviceId: 1, name: 'a' });
    devices[1].go();
    coordinator.isBehind = false;
    clock.advance(250_000);
    const told = coordinator.take().flatMap((notice) => (notice.kind === 'devices' ? notice.devices : []));
    expect(told.filter(({ id }) => id <= 2)).toMatchObject([
      { name: 'a', leftTimeUs: null },
      { name: 'b', leftTimeUs: expect.any(Number) },
    ]);
    clock.advance(5_000_000);
    const result = { kind: 'result', benchId, ...RESULT } as const;
    expect(peer().join('b').say(result).kinds()).toEqual(['joined', 'announced', 'run']);
  });

  it('lets one connection be few devices in one benchmark, and again in the next', () => {
    const { peer, coordinator } = runningBench();
    const names = Array.from({ length: 9 }, (_, n) => `n${n}`);
    const spam = () => {
      const one = peer();
      return names.map((name) => one.join(name).say({ kind: 'leave' }).kinds()[0]);
    };
    expect(spam()).toEqual([...names.slice(1).map(() => 'joined'), 'refused BENCH_REFUSED']);
    const one = peer();
    for (const name of names) one.join(name).say({ kind: 'leave' });
    one.take();
    // A place that it has already is its own.
    expect(one.join('n0').kinds()[0]).toBe('joined');
    one.say({ kind: 'leave' });
    coordinator.say({ kind: 'leave' });
    coordinator.say(OPEN);
    expect(one.take() && one.join('another').kinds()[0]).toBe('joined');
  });

  it('ends a coordinator that has not read its results 30 s after its benchmark', () => {
    const { clock, devices, coordinator, benchId } = runningBench();
    clock.advance(5_000_000);
    devices[0].say({ kind: 'result', benchId, ...RESULT });
    coordinator.unreadResultBytes = 1;
    coordinator.say({ kind: 'leave' });
    clock.advance(29_999_999);
    expect(coordinator.wasEnded).toBe(false);
    clock.advance(1);
    expect(coordinator.wasEnded).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('leaves a coordinator alone that reads in time, or goes by itself', () => {
    for (const [end, wasEnded] of [
      ['read', false],
      ['go', false],
      ['nothing', true],
    ] as const) {
      const { clock, devices, coordinator, benchId } = runningBench();
      clock.advance(5_000_000);
      devices[0].say({ kind: 'result', benchId, ...RESULT });
      coordinator.unreadResultBytes = 1;
      coordinator.say({ kind: 'leave' });
      if (end === 'read') coordinator.unreadResultBytes = 0;
      if (end === 'go') coordinator.go();
      clock.advance(30_000_000);
      expect(coordinator.wasEnded).toBe(wasEnded);
      expect(clock.pending).toBe(0);
    }
  });

  it('holds 16 MiB of results for all coordinators together, and ends those first whose benchmark is over', () => {
    const { clock, peer, devices, coordinator, benchId } = runningBench();
    clock.advance(5_000_000);
    coordinator.unreadResultBytes = 9 * MIB;
    devices[0].say({ kind: 'result', benchId, ...RESULT });
    coordinator.say({ kind: 'leave' });
    const next = peer().say(OPEN);
    const [opened] = next.take();
    next.say({ kind: 'start', leadMs: 0 });
    clock.advance(5_000_000);
    next.unreadResultBytes = 7 * MIB;
    const result = { kind: 'result', benchId: opened?.kind === 'opened' ? opened.benchId : 0, ...RESULT } as const;
    devices[0].say(result);
    expect([coordinator.wasEnded, next.wasEnded]).toEqual([false, false]);
    next.unreadResultBytes = 7 * MIB + 1;
    devices[1].say(result);
    expect([coordinator.wasEnded, next.wasEnded]).toEqual([true, false]);
  });

  it('ends the coordinator of the open benchmark where it alone has too much unread', () => {
    const { clock, devices, coordinator, benchId } = runningBench();
    clock.advance(5_000_000);
    coordinator.unreadResultBytes = 16 * MIB + 1;
    devices[0].take();
    devices[0].say({ kind: 'result', benchId, ...RESULT });
    expect(coordinator.wasEnded).toBe(true);
    expect(devices[0].kinds()).toEqual(['over']);
    expect(clock.pending).toBe(0);
  });

  it('lets an admin open in the place of one who is none, and nobody else', () => {
    const { peer, devices, coordinator } = runningBench();
    expect(peer().say(OPEN).kinds()).toEqual(['refused BENCH_BUSY']);
    const [admin, other] = [peer(), peer()];
    admin.isAdmin = other.isAdmin = true;
    expect(admin.say({ ...OPEN, stream: 'none' }).kinds()).toEqual(['refused UNKNOWN_STREAM']);
    expect(coordinator.kinds()).toEqual([]);
    expect(admin.say(OPEN).kinds()[0]).toBe('opened');
    expect(coordinator.take()).toMatchObject([{ kind: 'over', reason: 'An admin opened another benchmark.' }]);
    expect(devices[0].kinds()).toEqual(['over', 'announced']);
    expect(other.say(OPEN).kinds()).toEqual(['refused BENCH_BUSY']);
  });

  it('survives anything in any order, with timers and notices that fit the wire', () => {
    const names = fc.constantFrom('a', 'b', 'c');
    const request: fc.Arbitrary<BenchRequest> = fc.oneof(
      names.map((name): BenchRequest => ({ kind: 'join', name, platform: 'other', key: keyOf(name) })),
      fc.constant<BenchRequest>(OPEN),
      fc.constantFrom<BenchRequest>({ kind: 'start', leadMs: 0 }, { kind: 'start', leadMs: 60_000 }),
      fc.constantFrom<BenchRequest>({ kind: 'stop' }, { kind: 'leave' }),
      fc.constant<BenchRequest>({ kind: 'progress', benchId: 1, ...PROGRESS }),
      fc.constant<BenchRequest>({ kind: 'result', benchId: 1, ...RESULT }),
    );
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ who: fc.nat(4), request }) },
      { weight: 1, arbitrary: fc.record({ who: fc.nat(4), gone: fc.constant(true) }) },
      { weight: 2, arbitrary: fc.record({ passUs: fc.constantFrom(1000, 250_000, 6_000_000, 31_000_000) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { clock, peer } = roomOfTest();
        const peers = Array.from({ length: 5 }, () => peer());
        let benchId = 1;
        for (const one of steps) {
          if ('passUs' in one) clock.advance(one.passUs);
          else if ('gone' in one) {
            peers[one.who]?.go();
            peers[one.who] = peer();
          } else {
            const said = 'benchId' in one.request ? { ...one.request, benchId } : one.request;
            peers[one.who]?.say(said);
          }
          for (const each of peers) {
            for (const notice of each.take()) {
              encodeBench(notice);
              if (notice.kind === 'opened') benchId = notice.benchId;
            }
          }
          expect(clock.pending).toBeLessThanOrEqual(2);
        }
        for (const each of peers) each.go();
        expect(clock.pending).toBe(0);
      }),
    );
  });
});

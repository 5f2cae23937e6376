import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEVICES, MAX_LISTED_DEVICES } from '../../../../shared/protocol/bench-messages.js';
import type { BenchRequest } from '../../../../shared/protocol/bench-messages.js';
import { encodeBench } from '../../../../shared/protocol/codec.js';
import { keyOf, PROGRESS, resultOf, roomOfTest, runningBench } from '../../../helpers/bench-room-of-test.js';

const OPEN = { kind: 'open', durationMs: 5000, stream: 'cam' } as const;
const RESULT = resultOf([5000, 6000]);

describe('BenchRoom against hostile clients', () => {
  it('has at most 256 devices, those that left among them, and forgets the one that left first', () => {
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
    // The place of the one that left second is still its own.
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

import { describe, expect, it } from 'vitest';
import type { BenchRequest } from '../../../../shared/protocol/bench-messages.js';
import { keyOf, PROGRESS, resultOf, roomOfTest, runningBench } from '../../../helpers/bench-room-of-test.js';
import type { FakePeer } from '../../../helpers/bench-room-of-test.js';

const OPEN = { kind: 'open', durationMs: 5000, stream: 'cam' } as const;
const RESULT = resultOf([5000, 6000]);

describe('BenchRoom', () => {
  it('runs a benchmark from the first device to the last result', () => {
    const { clock, peer } = roomOfTest();
    const early = peer().join('early');
    expect(early.take()).toEqual([{ kind: 'joined', deviceId: 1, name: 'early' }]);
    const coordinator = peer('boss').say(OPEN);
    const [opened, devices] = coordinator.take();
    const benchId = opened?.kind === 'opened' ? opened.benchId : 0;
    expect(devices).toMatchObject({ kind: 'devices', devices: [{ id: 1, name: 'early', leftTimeUs: null }] });
    expect(early.take()).toEqual([{ kind: 'announced', benchId, stream: 'cam' }]);

    const second = peer().join('second');
    expect(second.kinds()).toEqual(['joined', 'announced']);
    expect(coordinator.kinds()).toEqual([]);
    clock.advance(250_000);
    expect(coordinator.take()).toMatchObject([{ kind: 'devices', devices: [{ id: 2 }] }]);

    coordinator.say({ kind: 'start', leadMs: 3000 });
    const startTimeUs = clock.nowUs() + 3_000_000;
    const run = { kind: 'run', benchId, stream: 'cam', startTimeUs, stopTimeUs: startTimeUs + 5_000_000 };
    for (const one of [coordinator, early, second]) expect(one.take()).toEqual([run]);

    clock.advance(4_000_000);
    early.say({ kind: 'progress', benchId, ...PROGRESS });
    expect(coordinator.take()).toEqual([{ kind: 'deviceProgress', deviceId: 1, ...PROGRESS }]);
    clock.advance(4_000_000);
    early.say({ kind: 'result', benchId, ...RESULT });
    second.say({ kind: 'result', benchId, ...RESULT });
    expect(coordinator.take()).toEqual([
      { kind: 'deviceResult', deviceId: 1, ...RESULT },
      { kind: 'deviceResult', deviceId: 2, ...RESULT },
    ]);
    coordinator.say({ kind: 'leave' });
    for (const one of [early, second]) expect(one.kinds()).toEqual(['over']);
    // All timers of the benchmark went with it, and the devices stay for the next one.
    expect(clock.pending).toBe(0);
    peer('next').say(OPEN);
    expect(early.kinds()).toEqual(['announced']);
  });

  it('tells who joins late the window, unless its result is there', () => {
    const { clock, peer, devices, coordinator, benchId } = runningBench();
    clock.advance(1_000_000);
    expect(peer().join('late').kinds()).toEqual(['joined', 'announced', 'run']);
    clock.advance(4_000_000);
    devices[0].say({ kind: 'result', benchId, ...RESULT }).go();
    expect(peer().join('a').kinds()).toEqual(['joined', 'announced']);
    expect(coordinator.kinds()).toEqual(['devices', 'deviceResult']);
  });

  it('gives a device that comes back its own place, and its old connection none', () => {
    const { clock, peer, devices, coordinator, benchId } = runningBench();
    devices[0].go();
    clock.advance(1_000_000);
    const back = peer().join('a');
    expect(back.take()[0]).toEqual({ kind: 'joined', deviceId: 1, name: 'a' });
    clock.advance(250_000);
    expect(coordinator.take()).toMatchObject([
      { kind: 'devices', devices: [{ id: 1, leftTimeUs: expect.any(Number) }] },
      { kind: 'devices', devices: [{ id: 1, leftTimeUs: null }] },
    ]);
    // The server has not noticed yet that this one is lost.
    const again = peer().join('b');
    expect(again.take()[0]).toEqual({ kind: 'joined', deviceId: 2, name: 'b' });
    clock.advance(5_000_000);
    expect(devices[1].say({ kind: 'result', benchId, ...RESULT }).kinds()).toEqual(['refused BENCH_REFUSED']);
    devices[1].go();
    expect(again.say({ kind: 'result', benchId, ...RESULT }).kinds()).toEqual([]);
    expect(coordinator.kinds()).toEqual(['devices', 'deviceResult']);
  });

  it('gives nobody the place of another: the key has to be known', () => {
    const { peer } = runningBench();
    expect(peer().join('a', 'f'.repeat(16)).take()[0]).toMatchObject({ deviceId: 3, name: 'a (2)' });
    expect(peer().join('a', 'e'.repeat(16)).take()[0]).toMatchObject({ deviceId: 4, name: 'a (3)' });
    expect(
      peer()
        .join('x'.repeat(62) + '📷')
        .take()[0],
    ).toMatchObject({ name: 'x'.repeat(62) + '📷' });
    const cut = peer()
      .join('x'.repeat(62) + '📷', 'd'.repeat(16))
      .take()[0];
    expect(cut).toMatchObject({ name: `${'x'.repeat(60)} (2)` });
    const pair = `${'y'.repeat(59)}📷yyy`;
    peer().join(pair);
    expect(peer().join(pair, 'd'.repeat(16)).take()[0]).toMatchObject({ name: `${'y'.repeat(59)} (2)` });
  });

  it('stops a window early, and a benchmark before its window', () => {
    const { clock, peer, devices, coordinator, benchId } = runningBench();
    clock.advance(2_000_000);
    coordinator.say({ kind: 'stop' });
    const stopTimeUs = clock.nowUs();
    expect(devices[0].take()).toMatchObject([
      { kind: 'run', benchId, startTimeUs: stopTimeUs - 2_000_000, stopTimeUs },
    ]);
    expect(coordinator.kinds()).toEqual(['run']);
    expect(devices[0].say({ kind: 'result', benchId, ...RESULT }).kinds()).toEqual([]);
    expect(coordinator.say({ kind: 'stop' }).kinds()).toEqual(['deviceResult', 'refused BENCH_REFUSED']);
    coordinator.say({ kind: 'leave' });

    for (const lead of [null, 3000]) {
      const other = peer().say(OPEN);
      if (lead !== null) other.say({ kind: 'start', leadMs: lead });
      expect(other.say({ kind: 'stop' }).kinds().at(-1)).toBe('over');
      expect(other.say({ kind: 'stop' }).kinds()).toEqual(['refused BENCH_REFUSED']);
    }
    expect(clock.pending).toBe(0);
  });

  it('is over when the coordinator is gone, and devices stay', () => {
    const { clock, peer, devices, coordinator } = runningBench();
    coordinator.go();
    for (const device of devices)
      expect(device.take()).toMatchObject([{ kind: 'over', reason: 'The coordinator is gone.' }]);
    expect(clock.pending).toBe(0);
    peer().say(OPEN);
    expect(devices[0].kinds()).toEqual(['announced']);
  });

  it('ends what its coordinator does not end', () => {
    const { clock, coordinator, devices } = runningBench();
    clock.advance(5_000_000 + 29_999_999);
    expect(devices[0].kinds()).toEqual([]);
    clock.advance(1);
    expect(devices[0].kinds()).toEqual(['over']);
    expect(coordinator.kinds()).toEqual(['over']);
    coordinator.say(OPEN).take();
    clock.advance(3_600_000_000);
    expect(coordinator.kinds()).toEqual(['over']);
    expect(clock.pending).toBe(0);
  });

  it('numbers benchmarks differently after a restart', () => {
    const [first, second] = [roomOfTest(), roomOfTest()];
    second.clock.advance(5000);
    const ids = [first, second].map(({ peer }) => peer().say(OPEN).take()[0]);
    expect(ids[0]).not.toEqual(ids[1]);
    const again = first.peer();
    first.peer().say({ kind: 'leave' });
    expect(again.say(OPEN).kinds()).toEqual(['refused BENCH_BUSY']);
  });

  it.each<[string, (parties: ReturnType<typeof runningBench>) => FakePeer, BenchRequest, string]>([
    ['a second coordinator', ({ peer }) => peer(), OPEN, 'BENCH_BUSY'],
    ['opening twice', ({ coordinator }) => coordinator, OPEN, 'BENCH_REFUSED'],
    ['starting twice', ({ coordinator }) => coordinator, { kind: 'start', leadMs: 0 }, 'BENCH_REFUSED'],
    ['a start of somebody else', ({ peer }) => peer(), { kind: 'start', leadMs: 0 }, 'BENCH_REFUSED'],
    ['a stop of a device', ({ devices }) => devices[0], { kind: 'stop' }, 'BENCH_REFUSED'],
    [
      'a coordinator that joins',
      ({ coordinator }) => coordinator,
      { kind: 'join', name: 'x', platform: 'node', key: keyOf('x') },
      'BENCH_REFUSED',
    ],
    [
      'a device that joins again',
      ({ devices }) => devices[0],
      { kind: 'join', name: 'x', platform: 'node', key: keyOf('x') },
      'BENCH_REFUSED',
    ],
    ['progress of nobody', ({ peer }) => peer(), { kind: 'progress', benchId: 1, ...PROGRESS }, 'BENCH_REFUSED'],
    ['a result of nobody', ({ peer }) => peer(), { kind: 'result', benchId: 1, ...RESULT }, 'BENCH_REFUSED'],
    [
      'a result for another benchmark',
      ({ devices }) => devices[0],
      { kind: 'result', benchId: 1, ...RESULT },
      'BENCH_REFUSED',
    ],
  ])('refuses %s, and all goes on', (_name, who, request, code) => {
    const parties = runningBench();
    expect(who(parties).say(request).take()).toMatchObject([{ kind: 'refused', code }]);
    expect(parties.coordinator.kinds().filter((kind) => kind === 'over')).toEqual([]);
  });

  it('takes one result of each device, when the window is over', () => {
    const { clock, peer, devices, coordinator, benchId } = runningBench();
    const result = { kind: 'result', benchId, ...RESULT } as const;
    clock.advance(4_999_999);
    expect(devices[0].say(result).kinds()).toEqual(['refused BENCH_REFUSED']);
    clock.advance(1);
    expect(devices[0].say(result).kinds()).toEqual([]);
    expect(devices[0].say(result).kinds()).toEqual(['refused BENCH_REFUSED']);
    expect(peer().join('too late').say(result).kinds()).toEqual([
      'joined',
      'announced',
      'run',
      'refused BENCH_REFUSED',
    ]);
    expect(coordinator.kinds()).toEqual(['deviceResult']);
  });

  it('takes a device for none that is busy as a coordinator, and no stream that is not there', () => {
    const { peer } = roomOfTest();
    expect(peer().join('a').say(OPEN).kinds()).toEqual(['joined', 'refused BENCH_REFUSED']);
    expect(
      peer()
        .say({ ...OPEN, stream: 'nowhere' })
        .kinds(),
    ).toEqual(['refused UNKNOWN_STREAM']);
  });
});

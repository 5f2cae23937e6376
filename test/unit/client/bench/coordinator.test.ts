import { describe, expect, it } from 'vitest';
import { Coordinator } from '../../../../client/bench/coordinator.js';
import type { BenchDevice, BenchNotice } from '../../../../shared/protocol/bench-messages.js';
import { resultOf } from '../../../helpers/bench-room-of-test.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { fakeLinks } from '../../../helpers/fake-link.js';
import { streamInfo } from '../../../helpers/observed-frame.js';

const CAM = streamInfo({ name: 'cam' });
const DEVICE: BenchDevice = { id: 1, name: 'x', platform: 'node', joinedTimeUs: 1, leftTimeUs: null };
const OPENED: BenchNotice = { kind: 'opened', benchId: 1 };
const DEVICES: BenchNotice = { kind: 'devices', devices: [DEVICE] };
const SECOND_US = 1_000_000;

/** A coordinator of a window of a second, in front of a server that says what the test says. */
function coordinatorOfTest({
  features = ['bench'] as readonly string[] | null,
  hasClock = true,
  durationMs = 1000,
} = {}) {
  const clock = new FakeClock();
  const { links, openLink } = fakeLinks(clock, { hasClock });
  const usual = { name: 'boss', token: null, stream: null, devices: 1, durationMs, waitMs: 60_000, leadMs: 0 };
  const coordinator = new Coordinator({ host: '127.0.0.1', port: 1, ...usual }, clock, openLink);
  const outcome = coordinator.run();
  // It is looked at where the test says so.
  outcome.catch(() => undefined);
  const link = links[0]!;
  const welcome = () => link.welcome([CAM], features);
  const run = (startUs = clock.nowUs(), durationUs = durationMs * 1000): BenchNotice => {
    return { kind: 'run', benchId: 1, stream: 'cam', startTimeUs: startUs, stopTimeUs: startUs + durationUs };
  };
  return { clock, coordinator, outcome, link, welcome, run };
}

/** The same, with its window open. */
function running(options: Parameters<typeof coordinatorOfTest>[0] = {}) {
  const fixture = coordinatorOfTest(options);
  const window = fixture.run();
  fixture.welcome().say(OPENED, DEVICES, window);
  return { ...fixture, window };
}

describe('Coordinator', () => {
  it('runs a benchmark to the last result', async () => {
    const { clock, link, outcome, window, coordinator } = running();
    clock.advance(SECOND_US);
    expect(coordinator.phase).toBe('collecting');
    link.say({ kind: 'deviceResult', deviceId: 1, ...resultOf([1]) });
    expect(await outcome).toMatchObject({ trouble: null, interrupted: false, devices: [{ result: { received: 1 } }] });
    expect(window).toMatchObject((await outcome)!.window);
    expect(link.requests.map(({ kind }) => kind)).toEqual(['open', 'start', 'leave']);
    expect(clock.pending).toBe(0);
  });

  it('tells that a server knows no benchmarks', async () => {
    const { outcome, welcome } = coordinatorOfTest({ features: null });
    welcome();
    await expect(outcome).rejects.toMatchObject({ code: 'BENCH_UNKNOWN' });
  });

  it('bears a server that says things nobody asked for, in any order', async () => {
    const { clock, link, outcome, welcome, run } = coordinatorOfTest();
    const window = run();
    welcome().say(
      { kind: 'deviceResult', deviceId: 7, ...resultOf([1]) },
      { kind: 'deviceProgress', deviceId: 7, frames: 1, latencyP50Us: null, latencyP99Us: null, clockErrorUs: null },
      { kind: 'joined', deviceId: 1, name: 'x' },
      { kind: 'announced', benchId: 1, stream: 'cam' },
      window,
      OPENED,
      DEVICES,
      { kind: 'deviceResult', deviceId: 1, ...resultOf([1]) },
      window,
      { kind: 'opened', benchId: 2 },
      { kind: 'deviceResult', deviceId: 1, ...resultOf([5]) },
      { kind: 'deviceResult', deviceId: 1, ...resultOf([6, 7]) },
      window,
    );
    clock.advance(SECOND_US);
    link.say(window);
    const { devices, trouble } = (await outcome)!;
    expect(trouble).toBeNull();
    // One result a device: the first that came when there was a window.
    expect(devices.map(({ result }) => result?.received)).toEqual([1]);
  });

  it('remembers only so many devices, and none that only passed by instead of one that was there', async () => {
    const { coordinator, welcome, outcome } = coordinatorOfTest();
    const lists = Array.from({ length: 20 }, (_, list): BenchNotice => {
      const ids = Array.from({ length: 128 }, (_, n) => 2 + list * 128 + n);
      return { kind: 'devices', devices: ids.map((id) => ({ ...DEVICE, id, leftTimeUs: 2 })) };
    });
    const [here, gone] = [
      { ...DEVICE, id: 5000 },
      { ...DEVICE, id: 5001, leftTimeUs: 1000 },
    ];
    const late: BenchNotice = { kind: 'devices', devices: [here, gone] };
    welcome().say(OPENED, ...lists, late, ...lists, { kind: 'over', benchId: 1, reason: 'no' });
    // With a device it begins, and without a window it has nothing to report.
    await expect(outcome).rejects.toMatchObject({ code: 'BENCH_OVER' });
    expect(coordinator.devices).toHaveLength(1024);
    expect(coordinator.devices.map(({ device }) => device.id)).toEqual(expect.arrayContaining([5000, 5001]));
  });

  it('reports what it has when the server ends the benchmark in its window', async () => {
    const { link, outcome } = running();
    link.say({ kind: 'over', benchId: 1, reason: 'the server says so' });
    const { trouble, devices } = (await outcome)!;
    const message = 'The server ended the benchmark: the server says so';
    expect(trouble).toMatchObject({ code: 'BENCH_OVER', message });
    expect(devices).toHaveLength(1);
  });

  it.each<[string, BenchNotice[]]>([
    ['it is connected', []],
    ['a device is there', [OPENED]],
  ])('has nothing to report, and no error, when the user stops it before %s', async (_name, notices) => {
    const { clock, coordinator, outcome, welcome } = coordinatorOfTest();
    if (notices.length > 0) welcome().say(...notices);
    coordinator.stop();
    expect(await outcome).toBeNull();
    expect(clock.pending).toBe(0);
  });

  it('has nothing to report when the user stops it before the window began', async () => {
    const early = coordinatorOfTest();
    early.welcome().say(OPENED, DEVICES, early.run(early.clock.nowUs() + SECOND_US));
    early.coordinator.stop();
    expect(await early.outcome).toBeNull();
  });

  it('says with its port which server devices are to join', async () => {
    const { clock, outcome, welcome } = coordinatorOfTest();
    welcome().say(OPENED);
    clock.advance(60 * SECOND_US);
    await expect(outcome).rejects.toMatchObject({
      code: 'NO_DEVICES',
      message: expect.stringContaining('join 127.0.0.1:1"'),
    });
  });

  it.each([
    ['BENCH_BUSY', 'BENCH_BUSY'],
    ['FROM_THE_FUTURE', 'BENCH_REFUSED'],
  ])('passes on that the server refuses with %s, under a code of ours', async (code, expected) => {
    const { outcome, welcome } = coordinatorOfTest();
    welcome().say({ kind: 'refused', code, message: 'No.' });
    await expect(outcome).rejects.toMatchObject({ code: expected, message: 'No.' });
  });

  it.each([
    ['longer than it asked for', 0, SECOND_US + 1],
    ['shorter than it asked for', 0, SECOND_US - 1],
    ['an hour away', 3_600 * SECOND_US, SECOND_US],
  ])('takes no window that is %s', async (_name, aheadUs, durationUs) => {
    const { clock, outcome, welcome, run } = coordinatorOfTest();
    welcome().say(OPENED, DEVICES, run(clock.nowUs() + aheadUs, durationUs));
    await expect(outcome).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
    expect(clock.pending).toBe(0);
  });

  it('takes no window that another one is moved to, again and again', async () => {
    const { clock, link, outcome, run } = running();
    clock.advance(SECOND_US / 2);
    link.say(run(clock.nowUs() + 3_600 * SECOND_US));
    expect(await outcome).toMatchObject({ trouble: { code: 'BAD_MESSAGE' } });
  });

  it('ends, and by itself, where a server does not let it open, begin, or know the time', async () => {
    const silent = coordinatorOfTest();
    silent.clock.advance(15 * SECOND_US);
    await expect(silent.outcome).rejects.toMatchObject({ code: 'BENCH_OVER' });

    const unopened = coordinatorOfTest();
    unopened.welcome();
    unopened.clock.advance(15 * SECOND_US);
    await expect(unopened.outcome).rejects.toMatchObject({ code: 'BENCH_OVER' });

    const unset = coordinatorOfTest();
    unset.welcome().say(OPENED, DEVICES);
    unset.clock.advance(26 * SECOND_US);
    await expect(unset.outcome).rejects.toMatchObject({ code: 'BENCH_OVER' });

    const timeless = running({ hasClock: false });
    timeless.clock.advance(26 * SECOND_US);
    expect(await timeless.outcome).toMatchObject({ trouble: { code: 'BENCH_OVER' } });
  });

  it('moves its window on with a server whose window it moves, but not for ever', async () => {
    const { clock, link, outcome, run } = running();
    for (let n = 0; n < 60; n += 1) {
      link.say(run());
      clock.advance(SECOND_US / 2);
    }
    expect(await outcome).toMatchObject({ trouble: { code: 'BENCH_OVER' } });
    expect(clock.pending).toBe(0);
  });

  it('ends its window at once when the user wants that, and gathers what there is', async () => {
    const { clock, coordinator, link, outcome, window } = running();
    clock.advance(SECOND_US / 2);
    coordinator.stop();
    link.say({ ...window, stopTimeUs: clock.nowUs() } as BenchNotice);
    expect(coordinator.phase).toBe('collecting');
    link.say({ kind: 'deviceResult', deviceId: 1, ...resultOf([1]) });
    expect(await outcome).toMatchObject({ trouble: null, interrupted: true, devices: [{ result: { received: 1 } }] });
    expect(link.requests.map(({ kind }) => kind)).toEqual(['open', 'start', 'stop', 'leave']);
  });

  it('ends after a stop that the server ignores', async () => {
    const { clock, coordinator, outcome } = running({ durationMs: 3_600_000 });
    clock.advance(SECOND_US);
    coordinator.stop();
    clock.advance(25 * SECOND_US);
    expect(await outcome).toMatchObject({ interrupted: true, trouble: { code: 'BENCH_OVER' } });
    expect(clock.pending).toBe(0);
  });

  it('takes no other window after a stop', async () => {
    const { clock, coordinator, link, outcome, run } = running();
    clock.advance(SECOND_US / 2);
    coordinator.stop();
    link.say(run(clock.nowUs() + SECOND_US));
    expect(await outcome).toMatchObject({ interrupted: true, trouble: { code: 'BAD_MESSAGE' } });
    expect(clock.pending).toBe(0);
  });
});

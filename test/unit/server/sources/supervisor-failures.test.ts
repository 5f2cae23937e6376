import { describe, expect, it } from 'vitest';
import { StreamerError } from '../../../../shared/errors.js';
import { rawFrame, settle, supervise } from '../../../helpers/supervised-source.js';

const SECOND_US = 1_000_000;
const BROKEN = new StreamerError('FFMPEG_FAILED', 'It broke.');

describe('failures', () => {
  it('are followed by a new try after a wait, and told with code, cause and wait', async () => {
    const { supervisor, clock, runs, take, newest } = supervise();
    supervisor.setWanted(true);
    newest().sink.onFrame(rawFrame(0));
    take();
    newest().sink.onError(BROKEN);
    await settle();
    expect(newest().stops).toBe(1);
    expect(take()).toEqual(['offline: FFMPEG_FAILED: It broke. Next try in 0.2 s.']);
    clock.advance(187_499);
    expect(runs).toHaveLength(1);
    clock.advance(1);
    expect(runs).toHaveLength(2);
    expect(take()).toEqual(['connecting']);
  });

  it.each([
    ['the shortest', 0, [125, 250, 500, 1000, 2000, 4000, 5000, 5000]],
    ['the longest', 1, [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]],
  ])('wait twice as long each time up to ten seconds: %s waits', async (_which, random, waitsMs) => {
    const { supervisor, clock, runs, newest } = supervise({ random });
    supervisor.setWanted(true);
    for (const waitMs of waitsMs) {
      newest().sink.onError(BROKEN);
      await settle();
      const before = runs.length;
      clock.advance(waitMs * 1000 - 1);
      expect(runs).toHaveLength(before);
      clock.advance(1);
      expect(runs).toHaveLength(before + 1);
    }
  });

  it('wait as long for a run that is slow to go, and longer if that takes longer', async () => {
    const { supervisor, clock, runs, take, newest } = supervise({ stopsAtOnce: false, random: 1 });
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    clock.advance(100_000);
    newest().finishStop();
    await settle();
    clock.advance(149_999);
    expect(runs).toHaveLength(1);
    clock.advance(1);
    expect(runs).toHaveLength(2);
    newest().sink.onError(BROKEN);
    take();
    clock.advance(100 * SECOND_US);
    expect([runs.length, take()]).toEqual([2, []]);
    newest().finishStop();
    await settle();
    expect([runs.length, take()]).toEqual([3, ['connecting']]);
  });

  it('that come before the former run is gone are those of one run', async () => {
    const { supervisor, clock, runs, newest } = supervise();
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    newest().sink.onError(BROKEN);
    await settle();
    clock.advance(187_500);
    expect(runs).toHaveLength(2);
  });

  it.each([
    ['exactly a minute of frames', 60 * SECOND_US, 1],
    ['less than a minute of frames', 60 * SECOND_US - 1, 6],
  ])('begin with the shortest wait again after a minute of frames: %s', async (_which, deliveredUs, attempts) => {
    const { supervisor, clock, backoff, newest } = supervise();
    supervisor.setWanted(true);
    for (let i = 0; i < 5; i += 1) {
      newest().sink.onError(BROKEN);
      await settle();
      clock.advance(10 * SECOND_US);
    }
    for (let i = 0; i < 6; i += 1) {
      newest().sink.onFrame(rawFrame(i));
      clock.advance(9 * SECOND_US);
    }
    newest().sink.onFrame(rawFrame(0));
    clock.advance(deliveredUs - 54 * SECOND_US);
    newest().sink.onFrame(rawFrame(6));
    newest().sink.onError(BROKEN);
    expect(backoff.attempts).toBe(attempts);
  });

  it('do not count a minute that began or ended without frames', async () => {
    const { supervisor, clock, backoff, newest } = supervise({ fps: 0.01 });
    supervisor.setWanted(true);
    for (let i = 0; i < 3; i += 1) {
      clock.advance(90 * SECOND_US);
      newest().sink.onFrame(rawFrame(i));
      clock.advance(90 * SECOND_US);
      newest().sink.onError(BROKEN);
      await settle();
      clock.advance(10 * SECOND_US);
    }
    expect(backoff.attempts).toBe(3);
  });

  it('do not count a minute with a silence in it', async () => {
    const { supervisor, clock, backoff, newest } = supervise({ isLive: true, fps: 1 });
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    await settle();
    clock.advance(SECOND_US);
    for (let i = 0; i < 90; i += 1) {
      newest().sink.onFrame(rawFrame(i));
      clock.advance((i === 45 ? 3 : 1) * SECOND_US);
    }
    newest().sink.onError(BROKEN);
    expect(backoff.attempts).toBe(2);
  });

  it('are tried again while nobody looks only until the idle time is over', async () => {
    const { supervisor, clock, runs, take, newest } = supervise({ idleTimeoutMs: 1000, random: 1 });
    supervisor.setWanted(true);
    supervisor.setWanted(false);
    newest().sink.onError(BROKEN);
    await settle();
    clock.advance(250_000);
    expect(runs).toHaveLength(2);
    clock.advance(100 * SECOND_US);
    await settle();
    expect([runs.length, take().at(-1), clock.pending]).toEqual([2, 'idle', 0]);
  });

  it('are waited for by viewers who come and go, so that those cannot make a storm of starts', async () => {
    const { supervisor, clock, runs, take, newest } = supervise({ idleTimeoutMs: 0, random: 1 });
    supervisor.setWanted(true);
    for (let i = 0; i < 6; i += 1) {
      newest().sink.onError(BROKEN);
      await settle();
      clock.advance(8 * SECOND_US);
    }
    newest().sink.onError(BROKEN);
    await settle();
    for (let i = 0; i < 100; i += 1) {
      supervisor.setWanted(i % 2 > 0);
      clock.advance(40_000);
      await settle();
    }
    expect([runs.length, take().at(-1)]).toEqual([7, 'offline: FFMPEG_FAILED: It broke. Next try in 6.0 s.']);
    clock.advance(6 * SECOND_US);
    expect([runs.length, take()]).toEqual([8, ['connecting']]);
  });

  it('are no reason to wait for a viewer who comes after the time of the next try', async () => {
    const { supervisor, clock, runs, take, newest } = supervise({ idleTimeoutMs: 0, random: 1 });
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    supervisor.setWanted(false);
    clock.advance(250_000);
    await settle();
    take();
    supervisor.setWanted(true);
    expect([runs.length, take()]).toEqual([2, ['connecting']]);
  });

  it('of sources that bring a frame and die leave neither timers nor runs behind, a thousand times', async () => {
    const { supervisor, clock, runs, newest, take } = supervise({ isLive: true, random: 1 });
    supervisor.setWanted(true);
    const startsUs: number[] = [];
    for (let i = 0; i < 1000; i += 1) {
      startsUs.push(clock.nowUs());
      newest().sink.onFrame(rawFrame(i));
      newest().sink.onError(BROKEN);
      await settle();
      expect(clock.pending).toBe(1);
      clock.advance(Math.min(10_000, 250 * 2 ** i) * 1000);
      expect(runs).toHaveLength(i + 2);
    }
    expect(startsUs[999]! - startsUs[0]!).toBe((250 + 500 + 1000 + 2000 + 4000 + 8000 + 993 * 10_000) * 1000);
    expect(runs.slice(0, 1000).every(({ stops }) => stops === 1)).toBe(true);
    expect(take()).toHaveLength(4 * 1000 + 1);
    await supervisor.close();
    expect(newest().stops).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('to begin at all are failures like others', () => {
    const { supervisor, clock, source, take } = supervise({ random: 1 });
    source.start = () => {
      throw new Error('No such device.');
    };
    supervisor.setWanted(true);
    clock.advance(250_000);
    const failed = (wait: number) => `offline: SOURCE_FAILED: No such device. Next try in ${wait.toFixed(1)} s.`;
    expect(take()).toEqual(['connecting', failed(0.3), 'connecting', failed(0.5)]);
  });

  it('to stop do not keep the next run from its start', async () => {
    const { supervisor, clock, runs, take, newest } = supervise({ random: 1 });
    supervisor.setWanted(true);
    newest().stop = () => Promise.reject(new Error('It does not go.'));
    newest().sink.onError(BROKEN);
    await settle();
    clock.advance(250_000);
    expect(runs).toHaveLength(2);
    expect(take()[2]).toBe('warning INTERNAL: It does not go.');
  });
});

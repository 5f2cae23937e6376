import { describe, expect, it } from 'vitest';
import { StreamerError } from '../../../../shared/errors.js';
import { START_US } from '../../../helpers/fake-frames.js';
import { rawFrame, settle, supervise } from '../../../helpers/supervised-source.js';

const SECOND_US = 1_000_000;
const BROKEN = new StreamerError('FFMPEG_FAILED', 'It broke.');
const ENDED = 'ended: STREAMS_ENDED: The source has come to its end.';

describe('demand', () => {
  it('starts the source with the first viewer and stops it ten seconds after the last', async () => {
    const { supervisor, runs, take, newest, clock } = supervise();
    expect(runs).toHaveLength(0);
    supervisor.setWanted(true);
    supervisor.setWanted(true);
    expect(runs).toHaveLength(1);
    newest().sink.onFrame(rawFrame(5));
    newest().sink.onDrop(6, 7);
    supervisor.setWanted(false);
    clock.advance(5 * SECOND_US);
    supervisor.setWanted(false);
    newest().sink.onFrame(rawFrame(8));
    clock.advance(5 * SECOND_US - 1);
    expect(newest().stops).toBe(0);
    expect(take()).toEqual(['connecting', 'live', 'frame 5', 'drop 6-7', 'frame 8']);
    clock.advance(1);
    await settle();
    expect([newest().stops, take(), clock.pending]).toEqual([1, ['idle'], 0]);
  });

  it('restarts nothing for a viewer who comes in between', () => {
    const { supervisor, runs, take, newest, clock } = supervise();
    supervisor.setWanted(true);
    newest().sink.onFrame(rawFrame(0));
    for (let i = 1; i < 5; i += 1) {
      supervisor.setWanted(false);
      clock.advance(9 * SECOND_US);
      supervisor.setWanted(true);
      newest().sink.onFrame(rawFrame(i));
    }
    expect([runs.length, newest().stops]).toEqual([1, 0]);
    expect(take()).toEqual(['connecting', 'live', 'frame 0', 'frame 1', 'frame 2', 'frame 3', 'frame 4']);
  });

  it('starts anew for a viewer who comes later', async () => {
    const { supervisor, runs, take, clock } = supervise({ idleTimeoutMs: 1 });
    supervisor.setWanted(true);
    supervisor.setWanted(false);
    clock.advance(1000);
    supervisor.setWanted(true);
    await settle();
    expect(runs).toHaveLength(2);
    expect(take()).toEqual(['connecting', 'idle', 'connecting']);
  });

  it('waits for the former run to be gone, without a viewer too', async () => {
    const { supervisor, runs, take, clock, newest } = supervise({ idleTimeoutMs: 0, stopsAtOnce: false });
    supervisor.setWanted(true);
    supervisor.setWanted(false);
    clock.advance(0);
    supervisor.setWanted(true);
    supervisor.setWanted(false);
    clock.advance(0);
    supervisor.setWanted(true);
    await settle();
    expect(runs).toHaveLength(1);
    newest().finishStop();
    await settle();
    expect(runs).toHaveLength(2);
    expect(take()).toEqual(['connecting', 'idle', 'connecting', 'idle', 'connecting']);
    supervisor.setWanted(false);
    clock.advance(0);
    newest().finishStop();
    await settle();
    expect([runs.length, take(), clock.pending]).toEqual([2, ['idle'], 0]);
  });

  it('does not matter to a source that runs always', () => {
    const { supervisor, runs, newest, clock, take } = supervise({ onDemand: false });
    expect(runs).toHaveLength(1);
    newest().sink.onFrame(rawFrame(0));
    supervisor.setWanted(true);
    supervisor.setWanted(false);
    clock.advance(9 * SECOND_US);
    newest().sink.onFrame(rawFrame(1));
    clock.advance(9 * SECOND_US);
    expect([newest().stops, take()]).toEqual([0, ['connecting', 'live', 'frame 0', 'frame 1']]);
  });

  it('does not hear a run that was stopped, and releases the frames it still brings', async () => {
    const { supervisor, runs, take, clock, source } = supervise({ idleTimeoutMs: 0 });
    supervisor.setWanted(true);
    supervisor.setWanted(false);
    clock.advance(0);
    supervisor.setWanted(true);
    await settle();
    take();
    const late = rawFrame(1);
    const { sink } = runs[0]!;
    sink.onInfo({ ...source.info, width: 99 });
    sink.onFrame(late);
    sink.onDrop(2, 3);
    sink.onWarning(BROKEN);
    sink.onEnd();
    sink.onError(BROKEN);
    expect(take()).toEqual([]);
    expect([late.releases, runs[1]?.stops]).toEqual([1, 0]);
  });
});

describe('what a run says', () => {
  it('is passed on: warnings, and what is known of the source when it changes', () => {
    const { supervisor, take, newest, source } = supervise();
    supervisor.setWanted(true);
    take();
    const { sink } = newest();
    sink.onInfo(source.info);
    sink.onWarning(BROKEN);
    sink.onInfo({ ...source.info, width: 8 });
    sink.onInfo({ ...source.info, width: 8 });
    expect(take()).toEqual(['warning FFMPEG_FAILED: It broke.', 'info 8x2 30 fps h264 from 0']);
  });

  it('goes on with the next number when it is live', async () => {
    const { supervisor, clock, newest, runs } = supervise({ isLive: true });
    supervisor.setWanted(true);
    const next = async () => {
      newest().sink.onError(BROKEN);
      await settle();
      clock.advance(10 * SECOND_US);
      return newest().nextSequence;
    };
    expect(newest().nextSequence).toBe(0);
    expect(await next()).toBe(0);
    newest().sink.onFrame(rawFrame(0));
    expect(await next()).toBe(1);
    newest().sink.onDrop(1, 6);
    expect(await next()).toBe(7);
    expect(runs).toHaveLength(4);
  });
});

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

describe('the watchdog', () => {
  it.each([
    ['live', true, 0, 15],
    ['paced', false, 30, 30],
    ['slow live', true, 0.05, 40],
    ['slow paced', false, 0.05, 40],
  ])('ends a %s source that brings no first picture', async (_kind, isLive, fps, limitS) => {
    const { supervisor, clock, take, newest } = supervise({ isLive, fps });
    supervisor.setWanted(true);
    take();
    clock.advance(limitS * SECOND_US - 1);
    expect(take()).toEqual([]);
    clock.advance(1);
    await settle();
    expect(take()).toEqual([`offline: SOURCE_TIMEOUT: No first picture within ${limitS} s. Next try in 0.2 s.`]);
    expect([newest().stops, clock.pending]).toEqual([1, 1]);
  });

  it.each([
    ['at 30 fps', 30, 10],
    ['at a picture every 20 seconds', 0.05, 120],
  ])('ends a paced source that stalls, without calling it silent: %s', async (_which, fps, limitS) => {
    const { supervisor, clock, take, newest, runs } = supervise({ fps });
    supervisor.setWanted(true);
    clock.advance(12 * SECOND_US);
    newest().sink.onFrame(rawFrame(0));
    clock.advance(9 * SECOND_US);
    newest().sink.onFrame(rawFrame(1));
    take();
    clock.advance(limitS * SECOND_US - 1);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual([`offline: SOURCE_TIMEOUT: No picture for ${limitS} s. Next try in 0.2 s.`]);
    await settle();
    clock.advance(187_500);
    expect(runs).toHaveLength(2);
  });

  it('counts pictures that the server left out', () => {
    const { supervisor, clock, take, newest } = supervise({ isLive: true, fps: 10 });
    supervisor.setWanted(true);
    newest().sink.onFrame(rawFrame(0));
    for (let i = 1; i < 300; i += 1) {
      clock.advance(100_000);
      newest().sink.onDrop(i, i);
    }
    expect(take().filter((line) => !line.startsWith('drop'))).toEqual(['connecting', 'live', 'frame 0']);
  });

  it('takes a process that stood still for what it is', () => {
    const { supervisor, clock, take, newest } = supervise({ isLive: true, fps: 10 });
    supervisor.setWanted(true);
    newest().sink.onFrame(rawFrame(0));
    take();
    clock.sleep(3600 * SECOND_US);
    clock.advance(1);
    expect(take()).toEqual([]);
    clock.advance(2 * SECOND_US);
    expect(take()).toEqual(['silent: STREAM_HEALTH: No picture for 2 s; the connection is open.']);
  });

  it('is gone when the source has ended', () => {
    const { supervisor, clock, take, newest } = supervise();
    supervisor.setWanted(true);
    newest().sink.onFrame(rawFrame(0));
    newest().sink.onEnd();
    take();
    clock.advance(100 * SECOND_US);
    expect([take(), clock.pending]).toEqual([[], 0]);
  });
});

describe('the end', () => {
  it('comes from the source while it runs', () => {
    const { supervisor, clock, take, newest } = supervise({ endTimeUs: START_US + 5 * SECOND_US });
    supervisor.setWanted(true);
    newest().sink.onFrame(rawFrame(0));
    clock.advance(5 * SECOND_US);
    newest().sink.onFrame(rawFrame(149));
    newest().sink.onEnd();
    expect(take().slice(2)).toEqual(['frame 0', 'frame 149', ENDED]);
    expect(newest().stops).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('comes when the timeline is over and nobody looks', () => {
    const { clock, take, runs } = supervise({ endTimeUs: START_US + 5 * SECOND_US });
    clock.advance(5 * SECOND_US - 1);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual([ENDED]);
    expect(runs).toHaveLength(0);
  });

  it('comes when the source goes idle after the timeline was over', () => {
    const { supervisor, clock, take } = supervise({ endTimeUs: START_US + 5 * SECOND_US });
    supervisor.setWanted(true);
    clock.advance(5 * SECOND_US);
    supervisor.setWanted(false);
    clock.advance(10 * SECOND_US);
    expect(take()).toEqual(['connecting', 'idle', ENDED]);
  });

  it('comes during a wait for the next try', async () => {
    const { supervisor, clock, take, newest } = supervise({ endTimeUs: START_US + 1, random: 1 });
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    await settle();
    take();
    clock.advance(10 * SECOND_US);
    expect([take(), clock.pending]).toEqual([[ENDED], 0]);
  });

  it('is final, also for viewers who leave and come', () => {
    const { supervisor, clock, take, runs, newest } = supervise();
    supervisor.setWanted(true);
    newest().sink.onEnd();
    take();
    supervisor.setWanted(false);
    supervisor.setWanted(true);
    clock.advance(100 * SECOND_US);
    expect([take(), runs.length, clock.pending]).toEqual([[], 1, 0]);
  });

  it('never comes for a source without one', () => {
    const { clock, take } = supervise();
    expect(clock.pending).toBe(0);
    clock.advance(1_000_000 * SECOND_US);
    expect(take()).toEqual([]);
  });
});

describe('close', () => {
  it('waits until the run is gone', async () => {
    const { supervisor, newest, clock } = supervise({ stopsAtOnce: false, idleTimeoutMs: 0 });
    supervisor.setWanted(true);
    supervisor.setWanted(false);
    clock.advance(0);
    supervisor.setWanted(true);
    let closed = 0;
    const closing = [supervisor.close(), supervisor.close()].map((each) => each.then(() => (closed += 1)));
    await settle();
    expect(closed).toBe(0);
    newest().finishStop();
    await Promise.all(closing);
    expect(newest().stops).toBe(1);
  });

  it('is final and leaves no timer', async () => {
    const { supervisor, clock, runs, take, newest, source } = supervise({ endTimeUs: START_US + SECOND_US });
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    supervisor.setWanted(false);
    await supervisor.close();
    await supervisor.close();
    take();
    supervisor.setWanted(false);
    supervisor.setWanted(true);
    await supervisor.replace(source);
    clock.advance(100 * SECOND_US);
    expect([take(), runs.length, clock.pending]).toEqual([[], 1, 0]);
  });
});

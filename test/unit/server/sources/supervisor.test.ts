import { describe, expect, it } from 'vitest';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeRawFrame, START_US } from '../../../helpers/fake-frames.js';
import { supervise } from '../../../helpers/supervised-source.js';

const SECOND_US = 1_000_000;
const BROKEN = new StreamerError('FFMPEG_FAILED', 'It broke.');

describe('demand', () => {
  it('starts the source with the first viewer and stops it with the last', () => {
    const { supervisor, runs, take, newest, clock } = supervise();
    expect(runs).toHaveLength(0);
    supervisor.setWanted(true);
    supervisor.setWanted(true);
    expect(runs).toHaveLength(1);
    newest().sink.onFrame(new FakeRawFrame(5));
    newest().sink.onDrop(6, 7);
    newest().sink.onFrame(new FakeRawFrame(8));
    supervisor.setWanted(false);
    supervisor.setWanted(false);
    expect(newest().stops).toBe(1);
    expect(take()).toEqual(['connecting', 'live', 'frame 5', 'drop 6-7', 'frame 8', 'idle']);
    expect(clock.pending).toBe(0);
  });

  it('starts anew for the next viewer', () => {
    const { supervisor, runs, take } = supervise();
    for (const wanted of [true, false, true]) supervisor.setWanted(wanted);
    expect(runs).toHaveLength(2);
    expect(take()).toEqual(['connecting', 'idle', 'connecting']);
  });

  it('does not hear a run that was stopped, and releases the frames it still brings', () => {
    const { supervisor, runs, take } = supervise();
    for (const wanted of [true, false, true]) supervisor.setWanted(wanted);
    take();
    const late = new FakeRawFrame(1);
    const { sink } = runs[0]!;
    sink.onFrame(late);
    sink.onDrop(2, 3);
    sink.onEnd();
    sink.onError(BROKEN);
    expect(take()).toEqual([]);
    expect(late.releases).toBe(1);
    expect(runs[1]?.stops).toBe(0);
  });
});

describe('failures', () => {
  it('are followed by a new try after a wait, and told with code, cause and wait', () => {
    const { supervisor, clock, runs, take, newest } = supervise();
    supervisor.setWanted(true);
    newest().sink.onFrame(new FakeRawFrame(0));
    take();
    newest().sink.onError(BROKEN);
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
  ])('wait twice as long each time up to ten seconds: %s waits', (_which, random, waitsMs) => {
    const { supervisor, clock, runs, newest } = supervise({ random });
    supervisor.setWanted(true);
    for (const waitMs of waitsMs) {
      newest().sink.onError(BROKEN);
      const before = runs.length;
      clock.advance(waitMs * 1000 - 1);
      expect(runs).toHaveLength(before);
      clock.advance(1);
      expect(runs).toHaveLength(before + 1);
    }
  });

  it('begin with the shortest wait again after a minute of frames', () => {
    const { supervisor, clock, backoff, newest } = supervise();
    supervisor.setWanted(true);
    for (let i = 0; i < 5; i += 1) {
      newest().sink.onError(BROKEN);
      clock.advance(10 * SECOND_US);
    }
    newest().sink.onFrame(new FakeRawFrame(0));
    clock.advance(60 * SECOND_US - 1);
    expect(backoff.attempts).toBe(5);
    clock.advance(1);
    expect(backoff.attempts).toBe(0);
  });

  it('keep their count when the source ran for less than a minute', () => {
    const { supervisor, clock, backoff, newest } = supervise();
    supervisor.setWanted(true);
    for (let i = 0; i < 3; i += 1) {
      newest().sink.onFrame(new FakeRawFrame(i));
      clock.advance(50 * SECOND_US);
      newest().sink.onError(BROKEN);
      clock.advance(10 * SECOND_US);
    }
    expect(backoff.attempts).toBe(3);
  });

  it('do not count the time before the first frame as healthy', () => {
    const { supervisor, clock, backoff, newest } = supervise();
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    clock.advance(300 * SECOND_US);
    expect(backoff.attempts).toBe(1);
  });

  it('are not tried again when nobody looks, and the next viewer does not wait', () => {
    const { supervisor, clock, runs, take, newest } = supervise();
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    supervisor.setWanted(false);
    clock.advance(100 * SECOND_US);
    expect(runs).toHaveLength(1);
    expect(clock.pending).toBe(0);
    take();
    supervisor.setWanted(true);
    expect(take()).toEqual(['connecting']);
  });

  it('begin with the shortest wait again for the next viewer', () => {
    const { supervisor, clock, backoff, newest } = supervise();
    supervisor.setWanted(true);
    for (let i = 0; i < 5; i += 1) {
      newest().sink.onError(BROKEN);
      clock.advance(10 * SECOND_US);
    }
    supervisor.setWanted(false);
    expect(backoff.attempts).toBe(0);
  });

  it('leave neither timers nor runs behind, a thousand times', async () => {
    const { supervisor, clock, runs, newest } = supervise();
    supervisor.setWanted(true);
    for (let i = 0; i < 1000; i += 1) {
      newest().sink.onFrame(new FakeRawFrame(i));
      newest().sink.onError(BROKEN);
      expect(clock.pending).toBe(1);
      clock.advance(10 * SECOND_US);
    }
    expect(runs).toHaveLength(1001);
    expect(runs.slice(0, 1000).every(({ stops }) => stops === 1)).toBe(true);
    await supervisor.close();
    expect(newest().stops).toBe(1);
    expect(clock.pending).toBe(0);
  });
});

describe('the end', () => {
  it('comes from the source while it runs', () => {
    const { supervisor, clock, take, newest } = supervise({ endTimeUs: START_US + 5 * SECOND_US });
    supervisor.setWanted(true);
    newest().sink.onFrame(new FakeRawFrame(0));
    clock.advance(5 * SECOND_US);
    newest().sink.onFrame(new FakeRawFrame(149));
    newest().sink.onEnd();
    expect(take().slice(2)).toEqual(['frame 0', 'frame 149', 'ended: STREAMS_ENDED: The source has come to its end.']);
    expect(newest().stops).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('comes when the timeline is over and nobody looks', () => {
    const { clock, take, runs } = supervise({ endTimeUs: START_US + 5 * SECOND_US });
    clock.advance(5 * SECOND_US - 1);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual(['ended: STREAMS_ENDED: The source has come to its end.']);
    expect(runs).toHaveLength(0);
  });

  it('comes when the last viewer leaves after the timeline was over', () => {
    const { supervisor, clock, take } = supervise({ endTimeUs: START_US + 5 * SECOND_US });
    supervisor.setWanted(true);
    clock.advance(5 * SECOND_US);
    supervisor.setWanted(false);
    expect(take()).toEqual(['connecting', 'idle', 'ended: STREAMS_ENDED: The source has come to its end.']);
  });

  it('comes during a wait for the next try', () => {
    const { supervisor, clock, take, newest } = supervise({ endTimeUs: START_US + 1, random: 1 });
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    take();
    clock.advance(10 * SECOND_US);
    expect(take()).toEqual(['ended: STREAMS_ENDED: The source has come to its end.']);
  });

  it('is final', () => {
    const { supervisor, clock, take, runs } = supervise({ endTimeUs: START_US });
    clock.advance(0);
    take();
    supervisor.setWanted(true);
    supervisor.setWanted(false);
    expect([take(), runs.length, clock.pending]).toEqual([[], 0, 0]);
  });

  it('never comes for a source without one', () => {
    const { clock, take } = supervise();
    expect(clock.pending).toBe(0);
    clock.advance(1_000_000 * SECOND_US);
    expect(take()).toEqual([]);
  });
});

describe('close', () => {
  it('waits until every run that was ever stopped is gone', async () => {
    const { supervisor, runs } = supervise({ stopsAtOnce: false });
    for (const wanted of [true, false, true]) supervisor.setWanted(wanted);
    let closed = false;
    const closing = supervisor.close().then(() => (closed = true));
    runs[1]?.finishStop();
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    runs[0]?.finishStop();
    await closing;
    expect(runs.map(({ stops }) => stops)).toEqual([1, 1]);
  });

  it('is final and leaves no timer', async () => {
    const { supervisor, clock, runs, take, newest } = supervise({ endTimeUs: START_US + SECOND_US });
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    await supervisor.close();
    await supervisor.close();
    take();
    supervisor.setWanted(false);
    supervisor.setWanted(true);
    clock.advance(100 * SECOND_US);
    expect([take(), runs.length, clock.pending]).toEqual([[], 1, 0]);
  });
});

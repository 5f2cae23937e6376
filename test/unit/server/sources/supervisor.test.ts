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
    const { supervisor, clock, runs, take, newest } = supervise({ endTimeUs: START_US + SECOND_US });
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    supervisor.setWanted(false);
    await supervisor.close();
    await supervisor.close();
    take();
    supervisor.setWanted(false);
    supervisor.setWanted(true);
    clock.advance(100 * SECOND_US);
    expect([take(), runs.length, clock.pending]).toEqual([[], 1, 0]);
  });
});

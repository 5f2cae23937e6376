import { describe, expect, it } from 'vitest';
import { rawFrame, settle, supervise } from '../../../helpers/supervised-source.js';

const SECOND_US = 1_000_000;

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

  it('waits for a first picture, not for one that was left out', () => {
    const { supervisor, clock, take, newest } = supervise({ isLive: true });
    supervisor.setWanted(true);
    for (let i = 0; i < 15; i += 1) {
      clock.advance(SECOND_US);
      newest().sink.onDrop(i, i);
    }
    expect(take().at(-1)).toBe('offline: SOURCE_TIMEOUT: No first picture within 15 s. Next try in 0.2 s.');
  });

  it('is patient with a slow source whose rate nobody knows', () => {
    const { supervisor, clock, take, newest } = supervise({ isLive: true });
    supervisor.setWanted(true);
    newest().sink.onFrame(rawFrame(0));
    clock.advance(5 * SECOND_US);
    newest().sink.onFrame(rawFrame(1));
    take();
    clock.advance(15 * SECOND_US - 1);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual(['silent: STREAM_HEALTH: No picture for 15 s; the connection is open.']);
    clock.advance(15 * SECOND_US);
    expect(take()).toEqual(['offline: SOURCE_TIMEOUT: No picture for 30 s. Next try in 0.2 s.']);
  });

  it('releases a frame whose state makes the sink close everything', () => {
    const { supervisor, clock, sink, newest, take } = supervise({ isLive: true, fps: 0.5 });
    supervisor.setWanted(true);
    sink.onState = (state) => void (state === 'frozen' && supervisor.close());
    const frames = Array.from({ length: 6 }, (_, i) => rawFrame(i, 0));
    for (const frame of frames) {
      newest().sink.onFrame(frame);
      clock.advance(2 * SECOND_US);
    }
    expect(frames.map(({ releases }) => releases)).toEqual([0, 0, 0, 0, 0, 1]);
    expect([take().at(-1), clock.pending]).toEqual(['frame 4', 0]);
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

  it('does not call a source slow because the process stood still', () => {
    const { supervisor, clock, take, newest } = supervise({ isLive: true, fps: 10 });
    supervisor.setWanted(true);
    for (let i = 0; i < 200; i += 1) {
      newest().sink.onFrame(rawFrame(i));
      if (i === 100) clock.sleep(4 * SECOND_US);
      clock.advance(100_000);
    }
    expect(take().filter((line) => !line.startsWith('frame'))).toEqual(['connecting', 'live']);
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

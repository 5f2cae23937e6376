import { describe, expect, it } from 'vitest';
import type { SourceFrame } from '../../../../server/sources/source.js';
import { StreamerError } from '../../../../shared/errors.js';
import { START_US } from '../../../helpers/fake-frames.js';
import { jpegFrame, rawFrame, settle, supervise } from '../../../helpers/supervised-source.js';

const SECOND_US = 1_000_000;
const BROKEN = new StreamerError('SOURCE_FAILED', 'It broke.');

/** A live source that somebody watches, and a way to have it send frames with what is said besides them. */
function watch({ fps = 0 } = {}) {
  const { supervisor, clock, source, newest, take, runs } = supervise({ isLive: true, fps });
  let sequence = 0;
  supervisor.setWanted(true);
  const said = () => take().filter((line) => !/^(frame|jpeg|drop) /.test(line));
  said();
  /** Sends `count` frames, each `intervalUs` after what was before; returns what was said, with the time in seconds. */
  const play = (count: number, intervalUs: number, frame: (n: number) => SourceFrame = (n) => jpegFrame(n)) => {
    const lines: string[] = [];
    const note = () => said().forEach((line) => lines.push(`${(clock.nowUs() - START_US) / SECOND_US} ${line}`));
    for (let i = 0; i < count; i += 1) {
      clock.advance(intervalUs);
      note();
      newest().sink.onFrame(frame(sequence++));
      note();
    }
    return lines;
  };
  return { supervisor, clock, source, newest, said, play, runs };
}

describe('a live source', () => {
  it('is live with its first frame and stays so at its rate', () => {
    const { play } = watch({ fps: 20 });
    expect(play(2000, 50_000)).toEqual(['0.05 live']);
  });

  it('is silent when it is connected and sends no first picture', () => {
    const { newest, clock, said, source } = watch();
    clock.advance(5 * SECOND_US);
    expect(said()).toEqual([]);
    newest().sink.onInfo({ ...source.info, codec: 'mjpeg' });
    clock.advance(2 * SECOND_US - 1);
    expect(said()).toEqual(['info 0x0 0 fps mjpeg from 0']);
    clock.advance(1);
    expect(said()).toEqual(['silent: STREAM_HEALTH: Connected, but no picture for 2 s.']);
    newest().sink.onFrame(jpegFrame(0));
    expect(said()).toEqual(['live']);
  });

  it('fails all the same when the first picture never comes', async () => {
    const { newest, clock, said, source } = watch();
    newest().sink.onInfo({ ...source.info, codec: 'mjpeg' });
    clock.advance(15 * SECOND_US);
    await settle();
    expect(said().slice(1)).toEqual([
      'silent: STREAM_HEALTH: Connected, but no picture for 2 s.',
      expect.stringMatching(/^offline: SOURCE_TIMEOUT: No first picture within 15 s\./),
    ]);
  });

  it('waits two intervals for the first picture of a slow source', () => {
    const { newest, clock, said, source } = watch({ fps: 0.2 });
    newest().sink.onInfo({ ...source.info, fps: 0.2 });
    clock.advance(10 * SECOND_US - 1);
    expect(said().filter((line) => line.startsWith('silent'))).toEqual([]);
    clock.advance(1);
    expect(said()).toEqual(['silent: STREAM_HEALTH: Connected, but no picture for 10 s.']);
  });

  it('is silent when nothing comes, and live with the next frame', () => {
    const { play, clock, said } = watch({ fps: 15 });
    play(50, 66_667);
    clock.advance(2 * SECOND_US - 1);
    expect(said()).toEqual([]);
    clock.advance(1);
    expect(said()).toEqual(['silent: STREAM_HEALTH: No picture for 2 s; the connection is open.']);
    clock.advance(5 * SECOND_US);
    expect(said()).toEqual([]);
    expect(play(300, 66_667).map((line) => line.split(' ')[1])).toEqual(['live']);
  });

  it('is restarted when it stays silent', async () => {
    const { play, clock, said, runs } = watch({ fps: 15 });
    play(50, 66_667);
    clock.advance(10 * SECOND_US - 1);
    expect(said()).toHaveLength(1);
    clock.advance(1);
    expect(said()).toEqual(['offline: SOURCE_TIMEOUT: No picture for 10 s. Next try in 0.2 s.']);
    await settle();
    clock.advance(SECOND_US);
    expect(runs).toHaveLength(2);
  });

  it('of a picture every 20 seconds is neither silent nor degraded before its time', () => {
    const { play, clock, said } = watch({ fps: 0.05 });
    expect(play(100, 20 * SECOND_US)).toEqual(['20 live']);
    clock.advance(60 * SECOND_US - 1);
    expect(said()).toEqual([]);
    clock.advance(1);
    expect(said()).toEqual(['silent: STREAM_HEALTH: No picture for 60 s; the connection is open.']);
    clock.advance(60 * SECOND_US);
    expect(said()).toEqual(['offline: SOURCE_TIMEOUT: No picture for 120 s. Next try in 0.2 s.']);
  });

  it('is degraded below 70 % of its rate until it is above 80 % again', () => {
    const { play } = watch({ fps: 20 });
    play(200, 50_000);
    expect(play(200, 70_000)).toEqual([]);
    const slow = play(100, 100_000);
    expect(slow).toHaveLength(1);
    expect(slow[0]).toMatch(/ degraded: STREAM_HEALTH: Only 13\.\d of 20 fps for 5 s\.$/);
    expect(play(200, 66_000)).toEqual([]);
    const recovered = play(200, 60_000);
    expect(recovered).toHaveLength(1);
    expect(recovered[0]).toMatch(/ live$/);
  });

  it('is degraded from its first five seconds on', () => {
    const { play } = watch({ fps: 15 });
    expect(play(40, 250_000)).toEqual(['0.25 live', '5.25 degraded: STREAM_HEALTH: Only 4 of 15 fps for 5 s.']);
  });

  it('is not blamed for frames that the server left out', () => {
    const { newest, clock, said } = watch({ fps: 20 });
    newest().sink.onFrame(rawFrame(0));
    said();
    for (let i = 1; i < 400; i += 1) {
      clock.advance(50_000);
      if (i % 4 === 0) newest().sink.onFrame(rawFrame(i));
      else newest().sink.onDrop(i, i);
    }
    expect(said()).toEqual([]);
  });

  it.each([
    ['JPEG', (n: number, picture: number) => jpegFrame(n, picture)],
    ['decoded', (n: number, picture: number) => rawFrame(n, picture)],
  ])('is frozen after ten seconds of the same %s picture, until the first other one', (_kind, frame) => {
    const { play } = watch({ fps: 10 });
    play(10, 100_000, (n) => frame(n, n));
    expect(play(100, 100_000, (n) => frame(n, 99))).toEqual([]);
    expect(play(50, 100_000, (n) => frame(n, 99))).toEqual(['11.1 frozen: STREAM_HEALTH: The same picture for 10 s.']);
    expect(play(1, 100_000, (n) => frame(n, n))).toEqual(['16.1 live']);
  });

  it('is frozen after five pictures when they are slow to come', () => {
    const { play } = watch({ fps: 0.2 });
    expect(play(4, 5 * SECOND_US, (n) => jpegFrame(n, 1))).toEqual(['5 live']);
    expect(play(3, 5 * SECOND_US, (n) => jpegFrame(n, 1))).toEqual([
      '25 frozen: STREAM_HEALTH: The same picture for 20 s.',
    ]);
  });

  it('shows for ten seconds that its clock leapt', () => {
    const { play, clock } = watch({ fps: 10 });
    const offBy = (us: number) => (n: number) => jpegFrame(n, n, clock.nowUs() + us);
    expect(play(50, 100_000, offBy(0))).toEqual(['0.1 live']);
    expect(play(50, 100_000, offBy(3_500_000))).toEqual([
      "5.1 clock-jump: STREAM_HEALTH: The source's clock leapt ahead by 3.5 s.",
    ]);
    expect(play(200, 100_000, offBy(0))).toEqual(['20.1 live']);
  });

  it('is silent before it is frozen, before its clock leapt, before it is degraded', () => {
    const { play, clock, said } = watch({ fps: 10 });
    const leaping = (n: number, picture = n) => jpegFrame(n, picture, START_US - n * SECOND_US);
    const states = (lines: string[]) => lines.map((line) => line.replace(/^[\d.]* |:.*/g, ''));
    play(50, 100_000);
    expect(states(play(40, 250_000))).toEqual(['degraded']);
    expect(states(play(4, 250_000, leaping))).toEqual(['clock-jump']);
    expect(states(play(50, 250_000, (n) => leaping(n, 0)))).toEqual(['frozen']);
    clock.advance(2 * SECOND_US);
    expect(states(said())).toEqual(['silent']);
    clock.advance(SECOND_US);
    expect(states(play(1, 0, (n) => leaping(n, 0)))).toEqual(['frozen']);
    clock.advance(SECOND_US);
    expect(states(play(1, 0, leaping))).toEqual(['clock-jump']);
    // While it was silent nothing was slow: the rate is measured anew.
    expect(states(play(200, 100_000))).toEqual(['live']);
  });

  it('does not fill the log when it flaps', () => {
    const { play } = watch({ fps: 10 });
    let changes = 0;
    for (let i = 0; i < 1000; i += 1) changes += play(1, 2_100_000).length;
    // In 2100 s: ten at once, then one every six seconds; without a limit it were 2000.
    expect(changes).toBeGreaterThan(300);
    expect(changes).toBeLessThanOrEqual(360);
  });

  it('holds a state for a second', () => {
    const { play } = watch({ fps: 10 });
    play(50, 100_000, (n) => jpegFrame(n, 1));
    expect(play(51, 100_000, (n) => jpegFrame(n, 1))).toEqual([
      '10.1 frozen: STREAM_HEALTH: The same picture for 10 s.',
    ]);
    expect(play(20, 100_000)).toEqual(['11.1 live']);
  });

  it('that is restarted begins without a history', async () => {
    const { play, newest, clock, said } = watch({ fps: 10 });
    play(90, 100_000, (n) => jpegFrame(n, 1, START_US + SECOND_US));
    newest().sink.onError(BROKEN);
    await settle();
    clock.advance(SECOND_US);
    said();
    expect(play(50, 100_000, (n) => jpegFrame(n, 1, START_US))).toEqual(['10.1 live']);
  });
});

describe('a paced source', () => {
  it('is never anything but live', () => {
    const { supervisor, clock, newest, take } = supervise({ fps: 30 });
    supervisor.setWanted(true);
    for (let i = 0; i < 10; i += 1) {
      clock.advance(5 * SECOND_US);
      newest().sink.onFrame(rawFrame(i, 0));
    }
    expect(take().filter((line) => !line.startsWith('frame'))).toEqual(['connecting', 'live']);
  });
});

describe('the nominal rate', () => {
  it('is learned from the first seconds where the source does not tell it, and told', () => {
    const { play } = watch();
    expect(play(300, 66_800)).toEqual(['0.0668 live', '2.0708 info 0x0 15 fps null from 0']);
  });

  it('that is low is compared over ten pictures', () => {
    const { play } = watch();
    expect(play(30, 2 * SECOND_US).at(-1)).toBe('20 info 0x0 0.5 fps null from 0');
    const slow = play(30, 3 * SECOND_US);
    expect(slow).toHaveLength(1);
    expect(slow[0]).toMatch(/degraded: STREAM_HEALTH: Only 0\.3 of 0\.5 fps for 20 s\.$/);
  });

  it('is kept over restarts and over what the source says again, so that a slower one is degraded', async () => {
    const { play, newest, source, clock, said } = watch();
    const info = { ...source.info, width: 4, height: 2, codec: 'mjpeg' };
    newest().sink.onInfo(info);
    play(100, 50_000);
    newest().sink.onError(BROKEN);
    await settle();
    clock.advance(SECOND_US);
    newest().sink.onInfo(info);
    expect(said()).toEqual(['offline: SOURCE_FAILED: It broke. Next try in 0.2 s.', 'connecting']);
    expect(play(100, 100_000).at(-1)).toMatch(/degraded: STREAM_HEALTH: Only 10 of 20 fps for 5 s\.$/);
  });

  it('is learned again when the source says that it changed', () => {
    const { play, newest, source, said } = watch();
    play(100, 50_000);
    newest().sink.onInfo({ ...source.info, width: 8, height: 6, codec: 'mjpeg' });
    expect(said()).toEqual(['info 8x6 20 fps mjpeg from 0']);
    const told = play(100, 100_000);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/info 8x6 10 fps mjpeg from 0$/);
  });

  it('that was declared is raised when the source is lastingly faster', () => {
    const { play } = watch({ fps: 10 });
    const told = play(1000, 40_000);
    expect(told).toEqual(['0.04 live', '10.04 info 0x0 25 fps null from 0']);
  });

  it('does not follow a source that is a little faster, or for a short while', () => {
    const { play } = watch({ fps: 10 });
    expect(play(1000, 80_000)).toEqual(['0.08 live']);
    expect(play(200, 40_000)).toEqual([]);
    expect(play(500, 100_000)).toEqual([]);
  });

  it.each([90_000, Number.NaN, -1])('of %d fps is not believed', (fps) => {
    const { play } = watch({ fps });
    expect(play(50, 50_000)).toEqual(['0.05 live', '2.05 info 0x0 20 fps null from 0']);
  });
});

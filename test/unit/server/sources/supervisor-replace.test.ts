import { describe, expect, it } from 'vitest';
import { StreamerError } from '../../../../shared/errors.js';
import { START_US } from '../../../helpers/fake-frames.js';
import { FakeSource, jpegFrame, rawFrame, settle, supervise } from '../../../helpers/supervised-source.js';

const SECOND_US = 1_000_000;
const BROKEN = new StreamerError('FFMPEG_FAILED', 'It broke.');
const ENDED = 'ended: STREAMS_ENDED: The source has come to its end.';
const UNKNOWN = 'info 0x0 0 fps null from 0';

describe('replacing the source', () => {
  it('starts the new one when the old one is gone, and hears the old one no more', async () => {
    const { supervisor, source, newest, take, clock } = supervise({ isLive: true, stopsAtOnce: false });
    supervisor.setWanted(true);
    newest().sink.onInfo({ ...source.info, width: 4, height: 2, fps: 15, codec: 'mjpeg' });
    newest().sink.onFrame(jpegFrame(0));
    take();
    const other = new FakeSource({ isLive: true });
    let isReplaced = false;
    const replacing = supervisor.replace(other).then(() => (isReplaced = true));
    const late = rawFrame(1);
    newest().sink.onFrame(late);
    newest().sink.onError(BROKEN);
    await settle();
    expect([take(), late.releases, newest().stops]).toEqual([[UNKNOWN, 'connecting'], 1, 1]);
    expect([isReplaced, other.runs.length]).toEqual([false, 0]);
    newest().finishStop();
    await replacing;
    expect(other.newest.nextSequence).toBe(1);
    other.newest.sink.onInfo({ ...other.info, width: 8, height: 6, fps: 5, codec: 'h264' });
    other.newest.sink.onFrame(rawFrame(1));
    expect(take()).toEqual(['info 8x6 5 fps h264 from 0', 'live', 'frame 1']);
    expect(clock.pending).toBe(1);
  });

  it('without a viewer starts nothing', async () => {
    const { supervisor, runs, take, clock } = supervise();
    const other = new FakeSource({ fps: 10 });
    await supervisor.replace(other);
    expect([runs.length, other.runs.length, take(), clock.pending]).toEqual([0, 0, ['info 4x2 10 fps h264 from 0'], 0]);
    supervisor.setWanted(true);
    expect([runs.length, other.runs.length]).toEqual([0, 1]);
  });

  it('does not wait for the next try of one that failed', async () => {
    const { supervisor, newest, take, clock, backoff } = supervise();
    supervisor.setWanted(true);
    newest().sink.onError(BROKEN);
    take();
    const other = new FakeSource({ stopsAtOnce: true });
    await supervisor.replace(other);
    expect([other.runs.length, take(), clock.pending, backoff.attempts]).toEqual([1, ['connecting'], 1, 0]);
  });

  it('tells each source with which number to go on, the first one too', async () => {
    const { supervisor, newest } = supervise({ isLive: true, firstSequence: 7 });
    supervisor.setWanted(true);
    expect(newest().nextSequence).toBe(7);
    newest().sink.onDrop(7, 98);
    newest().sink.onFrame(jpegFrame(99));
    const paced = new FakeSource({ fps: 50 });
    await supervisor.replace(paced);
    expect(paced.newest.nextSequence).toBe(100);
    paced.newest.sink.onFrame(rawFrame(103));
    const live = new FakeSource({ isLive: true });
    await supervisor.replace(live);
    expect(live.newest.nextSequence).toBe(104);
  });

  it('brings a stream back that had ended', async () => {
    const { supervisor, newest, take, clock } = supervise();
    supervisor.setWanted(true);
    newest().sink.onEnd();
    take();
    const other = new FakeSource({ endTimeUs: START_US + SECOND_US });
    await supervisor.replace(other);
    expect(take()).toEqual(['connecting']);
    other.newest.sink.onEnd();
    supervisor.setWanted(false);
    await supervisor.replace(new FakeSource({ endTimeUs: START_US + SECOND_US }));
    clock.advance(SECOND_US);
    expect([take(), clock.pending]).toEqual([[ENDED, 'idle', ENDED], 0]);
  });

  it('twice at once starts the last one only', async () => {
    const { supervisor, newest } = supervise({ stopsAtOnce: false });
    supervisor.setWanted(true);
    const [first, second] = [new FakeSource(), new FakeSource()];
    const replaced = [supervisor.replace(first), supervisor.replace(second)];
    newest().finishStop();
    await Promise.all(replaced);
    expect([first.runs.length, second.runs.length]).toEqual([0, 1]);
  });

  it('while it closes starts nothing', async () => {
    const { supervisor, newest, clock } = supervise({ stopsAtOnce: false });
    supervisor.setWanted(true);
    const other = new FakeSource({ endTimeUs: START_US + SECOND_US });
    const gone = [supervisor.replace(other), supervisor.close()];
    newest().finishStop();
    await Promise.all(gone);
    expect([other.runs.length, clock.pending]).toEqual([0, 0]);
  });
});

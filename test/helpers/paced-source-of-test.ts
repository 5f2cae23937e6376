import { PacedSource } from '../../server/sources/paced-source.js';
import type { JpegFrame, RawFrame, SourceInfo, SourceRun, SourceSink } from '../../server/sources/source.js';
import { Timeline } from '../../server/sources/timeline.js';
import { FakeClock } from './fake-clock.js';
import { FakeFeed, pictureOf } from './fake-feed.js';

/** Begin of the timeline, in microseconds since the epoch. */
export const START_US = 1_700_000_000_000_000;
/** Frames per second: those of 100 ms make the times of a test easy to read. */
export const FPS = 10;
/** Time of a frame. */
export const FRAME_US = 100_000;
/** Why the frames are encoded, as the source tells it. */
export const ENCODING = { mode: 'encoded', reason: 'the source is h264' } as const;

/** A run that is started at `startedUs` after the begin of the timeline, and what it delivered. */
export function startPaced({ startedUs = -1, fps = FPS, lengthFrames = null as number | null, nextSequence = 0 } = {}) {
  const clock = new FakeClock(START_US + startedUs);
  const log: string[] = [];
  const frames: RawFrame[] = [];
  const jpegs: JpegFrame[] = [];
  const positions: number[] = [];
  let feed: FakeFeed | undefined;
  const source = new PacedSource(
    {
      width: 1,
      height: 1,
      codec: 'h264',
      encoding: ENCODING,
      timeline: new Timeline(START_US, fps),
      lengthFrames,
      openFeed: (position, listener) => {
        positions.push(position);
        feed = new FakeFeed(listener);
        return feed;
      },
    },
    clock,
  );
  const infos: SourceInfo[] = [];
  const sink: SourceSink = {
    onInfo: (info) => infos.push(info),
    onWarning: (error) => log.push(`warning ${error.message}`),
    onFrame: (frame) => {
      if (frame.kind === 'raw') frames.push(frame);
      else jpegs.push(frame);
      log.push(`${frame.sequence} shows ${pictureOf(frame)} at ${clock.nowUs() - START_US}`);
    },
    onDrop: (first, last) => log.push(`drop ${first}-${last}`),
    onEnd: () => log.push('end'),
    onError: (error) => log.push(error.code),
  };
  const run: SourceRun = source.start(sink, nextSequence);
  if (!feed) throw new Error('no feed was opened');
  return { clock, source, run, feed, frames, jpegs, infos, positions, take: () => log.splice(0) };
}

import type { EncodedFrame } from '../../server/hub/frame.js';
import { HubStream } from '../../server/hub/stream.js';
import { Subscriber } from '../../server/hub/subscriber.js';
import { FakeClock } from './fake-clock.js';
import { FakeFrameSink } from './fake-frame-sink.js';
import { START_US } from './fake-frames.js';

const OPTIONS = { frameBuffer: 3, policy: 'latest' } as const;
/** How the stream of `createStream` describes itself. */
export const DESCRIPTION = {
  width: 4,
  height: 2,
  fps: 30,
  timeSource: 'schedule',
  startTimeUs: START_US,
  encoding: { mode: 'encoded', reason: 'a test' },
} as const;

/** A stream with id 3 and the name `cam` that keeps three frames, and its clock. */
export function createStream() {
  const clock = new FakeClock(START_US);
  const stream = new HubStream(3, 'cam', OPTIONS, DESCRIPTION, clock);
  return { clock, stream };
}

/** A subscriber of `stream` with policy latest, and where its frames go. */
export function subscribe(stream: HubStream) {
  const sink = new FakeFrameSink();
  const subscriber = new Subscriber({ policy: 'latest', maxFps: null, fps: 30, fixedWindow: null, sink });
  stream.subscribe(subscriber);
  return { sink, subscriber };
}

/** A frame of 4x2 pixels that is captured and through every stage at the begin, where `times` says nothing else. */
export function encodedFrame(sequence: number, times: Partial<EncodedFrame> = {}): EncodedFrame {
  const stages = { decodedTimeUs: START_US, processedTimeUs: START_US, encodeStartTimeUs: START_US };
  return {
    sequence,
    captureTimeUs: START_US,
    timeSource: 'schedule',
    ...stages,
    encodedTimeUs: START_US,
    clockErrorUs: 0,
    width: 4,
    height: 2,
    jpeg: Buffer.from('ffd8ffd9', 'hex'),
    ...times,
  };
}

import type { FrameObservation } from '../../shared/receiver/observation.js';
import type { FrameHeader, StreamInfo } from '../../shared/protocol/messages.js';

/** When the measurements in tests begin, in microseconds of our clock. */
export const START_US = 1_700_000_000_000_000;
/** The server's clock is so far ahead of ours in tests. */
export const OFFSET_US = 5_000_000;

/** A live stream of 25 frames a second; `overrides` replace single fields. */
export function streamInfo(overrides: Partial<StreamInfo> = {}): StreamInfo {
  return {
    id: 1,
    name: 'sample',
    width: 1280,
    height: 720,
    fps: 25,
    timeSource: 'schedule',
    startTimeUs: START_US + OFFSET_US,
    encoding: { mode: 'encoded', reason: 'the source is h264' },
    state: 'live',
    ...overrides,
  };
}

/** What to change about `observedFrame`. */
export interface FrameOptions {
  /** Number of the frame, whose due time is START_US + n * 40 ms in our clock; 0 unless given. */
  readonly n?: number;
  readonly latencyUs?: number;
  readonly jpegBytes?: number;
  readonly offsetUs?: number | null;
  readonly errorUs?: number | null;
  readonly header?: Partial<FrameHeader>;
}

/** Frame `n` of `streamInfo()`, 10 ms old when it arrives, with a clock error of 100 µs unless `options` say otherwise. */
export function observedFrame(options: FrameOptions = {}): FrameObservation {
  const { n = 0, latencyUs = 10_000, jpegBytes = 945, offsetUs = OFFSET_US, errorUs = 100, header } = options;
  const dueUs = START_US + n * 40_000;
  return {
    header: {
      streamId: 1,
      format: 1,
      timeSource: 'schedule',
      sequence: n,
      captureTimeUs: dueUs + OFFSET_US,
      decodedOffsetUs: 1_000,
      processedOffsetUs: 1_200,
      encodeStartOffsetUs: 1_500,
      encodedOffsetUs: 4_500,
      publishedOffsetUs: 4_700,
      clockErrorUs: 0,
      width: 1280,
      height: 720,
      flags: 0,
      ...header,
    },
    jpegBytes,
    receiveTimeUs: dueUs + latencyUs,
    offsetUs,
    errorUs: offsetUs === null ? null : errorUs,
  };
}

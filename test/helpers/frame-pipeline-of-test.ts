import type { EncodedFrame } from '../../server/hub/frame.js';
import { FramePipeline } from '../../server/pipeline/frame-pipeline.js';
import type { FrameProcessing } from '../../server/pipeline/frame-processing.js';
import type { JpegFrame } from '../../server/sources/source.js';
import type { StreamerError } from '../../shared/errors.js';
import { FakeClock } from './fake-clock.js';
import { FakeRawFrame, START_US } from './fake-frames.js';
import { ManualCodec } from './manual-codec.js';

/** A pipeline with a codec that the test works by hand, and what it published, dropped and reported. */
export function createPipeline({ parallel = 2, processing = null as FrameProcessing | null, isPassedOn = true } = {}) {
  const clock = new FakeClock(START_US);
  const encoder = new ManualCodec(parallel);
  const log: string[] = [];
  const published: EncodedFrame[] = [];
  const errors: StreamerError[] = [];
  const sink = {
    publish: (frame: EncodedFrame) => {
      published.push(frame);
      log.push(`publish ${frame.sequence}`);
    },
    drop: (first: number, last: number) => void log.push(`drop ${first}-${last}`),
  };
  const pipeline = new FramePipeline(
    {
      codec: encoder,
      processing,
      isPassedOn: () => isPassedOn,
      sizeFor: () => ({ width: 2, height: 1 }),
      clock,
      onError: (error) => errors.push(error),
    },
    sink,
  );
  const accept = (sequence: number) => {
    const raw = new FakeRawFrame(sequence);
    pipeline.accept(raw);
    return raw;
  };
  const finish = async (index: number, jpeg?: Buffer) => {
    encoder.running[index]?.finish(jpeg);
    await settle();
  };
  const fail = async (index: number, error: Error) => {
    encoder.running[index]?.fail(error);
    await settle();
  };
  return { clock, encoder, pipeline, log, published, errors, accept, finish, fail };
}

/** Lets every promise that is ready run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A frame of 4x2 pixels that came as JPEG; its bytes hold its number. */
export function jpegFrame(sequence: number): JpegFrame {
  const captureTimeUs = START_US + sequence;
  return {
    kind: 'jpeg',
    data: Buffer.from(`ffd8${sequence.toString(16).padStart(2, '0')}ffd9`, 'hex'),
    width: 4,
    height: 2,
    sequence,
    captureTimeUs,
    timeSource: 'arrival',
    clockErrorUs: 0,
    decodedTimeUs: captureTimeUs + 50,
  };
}

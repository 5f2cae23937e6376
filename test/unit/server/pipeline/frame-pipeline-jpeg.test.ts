import { describe, expect, it } from 'vitest';
import { createPipeline, jpegFrame } from '../../../helpers/frame-pipeline-of-test.js';
import { ENCODED_JPEG } from '../../../helpers/manual-codec.js';

describe('FramePipeline with frames that are JPEG already', () => {
  it('publishes the very same bytes, at once', () => {
    const { pipeline, published, encoder } = createPipeline();
    const frame = jpegFrame(1);
    pipeline.accept(frame);
    const stageUs = frame.decodedTimeUs;
    expect(published).toEqual([
      {
        sequence: 1,
        captureTimeUs: frame.captureTimeUs,
        timeSource: 'arrival',
        clockErrorUs: 0,
        decodedTimeUs: stageUs,
        processedTimeUs: stageUs,
        encodeStartTimeUs: stageUs,
        encodedTimeUs: stageUs,
        width: 4,
        height: 2,
        jpeg: frame.data,
      },
    ]);
    expect(published[0]?.jpeg).toBe(frame.data);
    expect(encoder.running).toEqual([]);
  });

  it('waits for older frames that are being encoded', async () => {
    const { pipeline, accept, finish, log } = createPipeline();
    accept(0);
    pipeline.accept(jpegFrame(1));
    expect(log).toEqual([]);
    await finish(0);
    expect(log).toEqual(['publish 0', 'publish 1']);
  });

  it('encodes anew what may not be passed on, in the size that is asked for', async () => {
    const { pipeline, finish, published, encoder } = createPipeline({ isPassedOn: false });
    const frame = jpegFrame(1);
    pipeline.accept(frame);
    expect(encoder.reencoded).toEqual([[frame.data, { width: 2, height: 1 }]]);
    await finish(0);
    expect(published).toMatchObject([{ sequence: 1, width: 2, height: 1, jpeg: ENCODED_JPEG }]);
  });
});

import type { SessionFrame } from './browser-session.js';
import type { BrowserFrame } from './frame-stream.js';

/** A frame as a page gets it. The stream's id stands in for its name where nobody knows that any more. */
export function toBrowserFrame(
  frame: SessionFrame,
  image: ImageBitmap | Blob,
  streamName: string | undefined,
): BrowserFrame {
  const { header, jpeg, kept, receivedTimeUs } = frame;
  const { sequence, width, height, captureTimeUs, timeSource } = header;
  const picture = { sequence, width, height, image, jpegBytes: jpeg.length, kept };
  const times = { captureTimeUs, timeSource, receivedTimeUs, ...latencyOf(frame) };
  return {
    stream: streamName ?? String(header.streamId),
    ...picture,
    ...times,
    stages: {
      decodedUs: header.decodedOffsetUs,
      processedUs: header.processedOffsetUs,
      encodeStartUs: header.encodeStartOffsetUs,
      encodedUs: header.encodedOffsetUs,
      publishedUs: header.publishedOffsetUs,
    },
  };
}

function latencyOf({ header, kept, receivedTimeUs, clock }: SessionFrame): Pick<BrowserFrame, 'latencyUs' | 'errorUs'> {
  // It was not on its way all that time.
  if (kept || !clock) return { latencyUs: null, errorUs: null };
  return {
    latencyUs: receivedTimeUs + clock.offsetUs - header.captureTimeUs,
    errorUs: clock.errorUs + header.clockErrorUs,
  };
}

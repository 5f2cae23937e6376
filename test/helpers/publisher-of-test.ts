import { onTestFinished } from 'vitest';
import type { PacketizedPicture, VideoFormat } from '../../server/rtsp/coded-video.js';
import type { PublisherState, PublisherStatus } from '../../server/rtsp/publisher-status.js';
import type { RtspPublisherOptions } from '../../server/rtsp/rtsp-publisher.js';
import { RtspPublisher } from '../../server/rtsp/rtsp-publisher.js';
import type { Clock } from '../../shared/clock.js';
import { SystemClock } from '../../shared/clock.js';
import { until } from './until.js';

/** Of H.264 as far as a publisher looks at it. */
export const H264_FORMAT: VideoFormat = {
  codec: 'h264',
  parameterSets: [Buffer.from('6742c01eda0280bf', 'hex'), Buffer.from('68ce3c80', 'hex')],
};

/** A picture of that many bytes in packets of a thousand, one a second, captured in that second. */
export function pictureOfTest(index: number, { isKey = true, lengthBytes = 100 } = {}): PacketizedPicture {
  const sizes = Array.from({ length: Math.ceil(lengthBytes / 1000) }, (_, at) =>
    Math.min(1000, lengthBytes - at * 1000),
  );
  const payloads = sizes.map((size) => Buffer.alloc(size, index));
  return { payloads, isKey, ptsTicks: index * 90_000, captureTimeUs: 1_700_000_000_000_000 + index * 1e6, lengthBytes };
}

/** A publisher that ends with the running test, and all that it told. */
export function publisherOfTest(options: RtspPublisherOptions, clock: Clock = new SystemClock()) {
  const told: PublisherStatus[] = [];
  const publisher = new RtspPublisher(
    options,
    { clock, random: () => 0 },
    { onState: (status) => void told.push(status) },
  );
  onTestFinished(() => publisher.stop());
  /** Resolves with the status once it is in a state, or came to it again since `count` times. */
  const untilState = async (state: PublisherState, count = 1): Promise<PublisherStatus> => {
    const found = () => told.filter((status) => status.state === state)[count - 1];
    await until(() => found() !== undefined);
    return found() as PublisherStatus;
  };
  return { publisher, told, untilState };
}

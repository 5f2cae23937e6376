import sharp from 'sharp';
import { Hub } from '../../server/hub/hub.js';
import type { HubStream } from '../../server/hub/stream.js';
import type { Clock } from '../../shared/clock.js';
import { SeededRandom } from './seeded-random.js';

/** A picture of one colour that no other number gives, as a JPEG that every decoder takes. */
export async function numberedJpeg(number: number, width = 64, height = 48): Promise<Buffer> {
  const background = { r: (number * 37) % 256, g: (number * 91) % 256, b: number % 256 };
  const picture = sharp({ create: { width, height, channels: 3, background } });
  return picture.jpeg({ optimiseCoding: false }).toBuffer();
}

/** What a frame of a `CameraOfTest` is like where it differs from the usual. */
export interface CameraFrame {
  readonly sequence: number;
  readonly captureTimeUs: number;
  readonly jpeg: Buffer;
  readonly width?: number;
  readonly height?: number;
}

/** A stream of a hub of its own that publishes what the test tells it to. */
export class CameraOfTest {
  readonly hub: Hub;
  readonly stream: HubStream;

  constructor(clock: Clock, name = 'cam1') {
    this.hub = new Hub(clock);
    const encoding = { mode: 'pass-through', reason: 'the frames are made by the test' } as const;
    this.stream = this.hub.add(
      name,
      { frameBuffer: 1, policy: 'latest' },
      { width: 64, height: 48, fps: 30, timeSource: 'arrival', startTimeUs: clock.nowUs(), encoding },
    );
  }

  publish({ sequence, captureTimeUs, jpeg, width = 64, height = 48 }: CameraFrame): void {
    const stages = { decodedTimeUs: captureTimeUs, processedTimeUs: captureTimeUs };
    const encoded = { encodeStartTimeUs: captureTimeUs, encodedTimeUs: captureTimeUs, clockErrorUs: 25 };
    const times = { captureTimeUs, timeSource: 'arrival', ...stages, ...encoded } as const;
    this.stream.publish({ sequence, ...times, width, height, jpeg });
  }
}

/** A JPEG as large as its size allows: nothing in it can be compressed. */
export async function noisyJpeg(seed: number, width: number, height: number): Promise<Buffer> {
  const random = new SeededRandom(seed);
  const pixels = Buffer.from(Array.from({ length: width * height * 3 }, () => random.below(256)));
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

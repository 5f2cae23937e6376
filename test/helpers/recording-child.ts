/**
 * A process of its own that records a stream of 30 frames a second until it is killed, for tests that kill it.
 * Arguments: directory, format, FFmpeg. For each frame it published it prints its number and its time in microseconds.
 */
import { Recorder } from '../../server/recording/recorder.js';
import { SystemClock } from '../../shared/clock.js';
import { createLogger } from '../../shared/logger.js';
import { CameraOfTest, numberedJpeg } from './camera-of-test.js';

const INTERVAL_US = 33_333;
const PICTURES = 32;

const [directory = '', format = '', ffmpegPath = ''] = process.argv.slice(2);
const clock = new SystemClock();
const logger = createLogger({ level: 'warn', pretty: false, destination: 2 });
const jpegs = await Promise.all(Array.from({ length: PICTURES }, (_, number) => numberedJpeg(number)));
const camera = new CameraOfTest(clock);
const limits = { segmentSeconds: null, segmentBytes: null, keepSeconds: null, keepBytes: null };
const settings = { directory, format: format === 'mp4' ? 'mp4' : 'mkv', ...limits } as const;
await new Recorder(camera.stream, settings, { ffmpegPath, clock, logger }).start();
const startUs = clock.nowUs();
publish(0);

function publish(sequence: number): void {
  const captureTimeUs = clock.nowUs();
  camera.publish({ sequence, captureTimeUs, jpeg: jpegs[sequence % PICTURES]! });
  process.stdout.write(`${sequence} ${captureTimeUs}\n`);
  clock.schedule(startUs + (sequence + 1) * INTERVAL_US - clock.nowUs(), () => publish(sequence + 1));
}

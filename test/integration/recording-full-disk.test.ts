import { readdir } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { Recorder } from '../../server/recording/recorder.js';
import type { StreamerError } from '../../shared/errors.js';
import { SystemClock } from '../../shared/clock.js';
import { createLogger } from '../../shared/logger.js';
import { CameraOfTest, noisyJpeg } from '../helpers/camera-of-test.js';
import { decodeAll, readFrames } from '../helpers/recorded-file.js';
import { TinyDisk } from '../helpers/tiny-disk.js';

const { ffmpegPath, ffprobePath } = await findFfmpeg(process.env);
const logger = createLogger({ level: 'error', pretty: false, destination: { write: () => undefined } });
const limits = { segmentSeconds: null, segmentBytes: null, keepSeconds: null, keepBytes: null };

/** Half a second. */
const FRAGMENT_FRAMES = 16;

describe('a disk that is full', () => {
  it.for(['mkv', 'mp4'] as const)(
    'stops a recording as %s, what was written plays, the stream goes on',
    async (format, { skip }) => {
      const disk = await TinyDisk.mount('1M');
      if (!disk) return skip('only the superuser of a Linux machine may mount a file system');
      onTestFinished(() => disk.stop());
      const clock = new SystemClock();
      const camera = new CameraOfTest(clock);
      const jpegs = await Promise.all(Array.from({ length: 8 }, (_, seed) => noisyJpeg(seed + 1, 320, 240)));
      let tell: (error: StreamerError) => void = () => undefined;
      const stopped = new Promise<StreamerError>((resolve) => (tell = resolve));
      const told: StreamerError[] = [];
      const onStopped = (error: StreamerError): void => {
        told.push(error);
        tell(error);
      };
      const settings = { ...limits, directory: disk.path, format };
      const recorder = new Recorder(camera.stream, settings, { ffmpegPath, clock, logger, onStopped });
      await recorder.start();
      const startUs = clock.nowUs();
      let sequence = 0;
      const publish = (): void => {
        const captureTimeUs = startUs + sequence * 33_333;
        camera.publish({ sequence, captureTimeUs, jpeg: jpegs[sequence % 8]!, width: 320, height: 240 });
        sequence += 1;
      };
      const timer = setInterval(publish, 5);
      const error = await stopped.finally(() => clearInterval(timer));

      expect(error.code).toBe('DISK_FULL');
      expect(error.message).toContain(disk.path);
      publish();
      await recorder.stop();
      expect(told).toEqual([error]);
      expect(camera.stream.subscriberCount).toBe(0);
      const { state, file, frames } = recorder.status();
      expect(state).toBe('stopped');
      const playing = await readFrames(ffprobePath, file!);
      if (format === 'mkv') expect(playing.length).toBe(frames);
      expect(playing.length).toBeGreaterThan(8);
      expect(playing.map(({ timeUs }) => timeUs)).toEqual(playing.map((_, index) => index * 33_333));
      const { frames: decoded } = await decodeAll(ffmpegPath, file!);
      // FFmpeg was cut off inside its last fragment.
      expect(decoded).toBeGreaterThanOrEqual(playing.length - (format === 'mkv' ? 0 : FRAGMENT_FRAMES));
      expect((await readdir(disk.path)).length).toBe(2);
    },
  );
});

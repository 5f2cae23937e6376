import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Recorder } from '../../server/recording/recorder.js';
import type { RecorderParts } from '../../server/recording/recorder.js';
import type { RecordSettings } from '../../server/stream-settings.js';
import { CameraOfTest } from './camera-of-test.js';
import { FakeClock } from './fake-clock.js';
import { FakeDisk } from './fake-disk.js';
import { LogOfTest } from './log-of-test.js';

/** When the first frame of a `recorderOfTest` is captured. */
export const RECORDER_START_US = Date.UTC(2026, 10, 21, 3, 15) * 1000;

/** A frame of `publish`, where it differs from the usual: 64 pixels wide, 30 a second. */
export interface Shot {
  readonly atUs?: number;
  readonly width?: number;
}

/** A recorder on a disk in memory, whose stream publishes what `publish` says. */
export function recorderOfTest(settings: Partial<RecordSettings> = {}, parts: Partial<RecorderParts> = {}) {
  const clock = new FakeClock(RECORDER_START_US);
  const camera = new CameraOfTest(clock);
  const disk = new FakeDisk();
  const log = new LogOfTest();
  const directory = temporaryDirectory();
  const recorder = new Recorder(
    camera.stream,
    {
      directory,
      format: 'mkv',
      segmentSeconds: null,
      segmentBytes: null,
      keepSeconds: null,
      keepBytes: null,
      ...settings,
    },
    { ffmpegPath: 'ffmpeg', clock, logger: log.logger, disk, ...parts },
  );
  const publish = (sequence: number, { atUs = sequence * 33_333, width = 64 }: Shot = {}): void =>
    camera.publish({ sequence, captureTimeUs: RECORDER_START_US + atUs, jpeg: Buffer.alloc(1000, sequence), width });
  const named = (ending: string): string[] => [...disk.files.keys()].filter((path) => path.endsWith(ending));
  const videos = (): string[] => named('.mkv').map((path) => basename(path));
  const sidecars = (): Record<string, unknown>[][] =>
    named('.jsonl').map((path) =>
      disk.files
        .get(path)!
        .bytes.toString()
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    );
  return { clock, camera, disk, log, recorder, publish, videos, sidecars };
}

/** An empty folder that the running test has for itself. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'recorder-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

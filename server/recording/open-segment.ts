import { basename } from 'node:path';
import type { Clock } from '../../shared/clock.js';
import type { FrameHeader } from '../../shared/protocol/messages.js';
import type { RecordSettings } from '../stream-settings.js';
import type { Disk } from './disk.js';
import { MkvFile } from './mkv-file.js';
import { Mp4File } from './mp4-file.js';
import { createSegmentFiles } from './segment-files.js';
import type { SegmentFiles } from './segment-files.js';
import { Segment } from './segment.js';
import { Sidecar } from './sidecar.js';
import type { VideoFile } from './video-file.js';

/** What a segment is made of. */
export interface SegmentParts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly ffmpegPath: string;
  /** What `chooseH264Encoding` chose; of no use for Matroska. */
  readonly encoding: readonly string[];
  readonly settings: RecordSettings;
  readonly stream: string;
  /** The stream's nominal rate; 0 while it is not known. */
  readonly fps: number;
}

const ASSUMED_FPS = 30;

/** Makes the files of a segment that begins with the frame. Rejects with the error of the system, and leaves no file then. */
export async function openSegment(first: FrameHeader, parts: SegmentParts): Promise<Segment> {
  const { disk, settings, stream } = parts;
  const files = await createSegmentFiles(disk, settings, stream, first.captureTimeUs);
  try {
    return await beginSegment(first, files, parts);
  } catch (error) {
    await Promise.allSettled([files.video.close(), files.sidecar.close()]);
    await Promise.allSettled([disk.remove(files.path), disk.remove(files.sidecarPath)]);
    throw error;
  }
}

async function beginSegment(first: FrameHeader, files: SegmentFiles, parts: SegmentParts): Promise<Segment> {
  const { disk, clock, settings, stream } = parts;
  const { captureTimeUs: startTimeUs, width, height } = first;
  const sidecar = new Sidecar(files.sidecar, {
    schema: 'frame-streamer/recording/1',
    stream,
    file: basename(files.path),
    format: settings.format,
    startTimeUs,
    width,
    height,
  });
  // At once, so that even a file of one second says what it is.
  await sidecar.flush();
  const video = await openVideo(first, files, parts);
  return new Segment(disk, files, video, sidecar, first, clock.nowUs());
}

async function openVideo(first: FrameHeader, files: SegmentFiles, parts: SegmentParts): Promise<VideoFile> {
  const { disk, clock, ffmpegPath, encoding, settings, stream, fps } = parts;
  const { captureTimeUs: startTimeUs, width, height } = first;
  const picture = { startTimeUs, width, height, title: stream };
  if (settings.format === 'mkv') return new MkvFile(files.video, { ...picture, nominalFps: null });
  // FFmpeg opens it by its name.
  await files.video.close();
  const shownInput = `the recording of ${stream}`;
  const nominalFps = fps > 0 ? fps : ASSUMED_FPS;
  return new Mp4File({ ...picture, nominalFps, path: files.path, ffmpegPath, encoding, shownInput }, disk, clock);
}

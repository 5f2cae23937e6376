import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Fleet } from '../../server/publish/fleet.js';
import type { MachineLoad } from '../../shared/machine-load.js';
import { resolvePublish } from '../../server/publish/publish-config.js';
import { timecodedVideo } from '../../server/publish/timecoded-video.js';
import { VideoCache } from '../../server/publish/video-cache.js';
import { VideoLibrary } from '../../server/publish/video-library.js';
import { RtspPublisher } from '../../server/rtsp/rtsp-publisher.js';
import { SystemClock } from '../../shared/clock.js';
import type { Clock } from '../../shared/clock.js';
import type { FfmpegBinaries } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import { LogOfTest } from './log-of-test.js';
import { until } from './until.js';

/** A folder for prepared videos, and what videos are prepared with. */
export class PreparationOfTest {
  readonly warnings: string[] = [];
  private readonly stopping = new AbortController();

  private constructor(
    readonly folder: string,
    readonly binaries: FfmpegBinaries,
    readonly clock: Clock,
  ) {}

  static async create(binaries: FfmpegBinaries, clock: Clock = new SystemClock()): Promise<PreparationOfTest> {
    return new PreparationOfTest(await mkdtemp(join(tmpdir(), 'prepared-')), binaries, clock);
  }

  /** The library that these flags of `publish` ask for. */
  async library(flags: Readonly<Record<string, unknown>>, maxBytes?: number): Promise<VideoLibrary> {
    const { binaries, clock } = this;
    const { signal } = this.stopping;
    const { config } = resolvePublish({ flags, env: {}, file: null, sampleVideo: '' });
    const { passEveryFrame } = await readFfmpegVersion(binaries.ffmpegPath);
    const onWarning = (warning: string | Error) => void this.warnings.push(String(warning));
    const live = { binaries, passEveryFrame, encoding: config.encoding, clock, signal, onWarning };
    const parts = {
      ...{ binaries, clock, signal, onWarning, encoding: config.encoding, copies: config.copies, fps: config.fps },
      cache: new VideoCache(this.folder),
      onProgress: () => undefined,
      live: config.timeCode ? (spec: Parameters<typeof timecodedVideo>[0]) => timecodedVideo(spec, live) : null,
    };
    return new VideoLibrary(config.videos, parts, maxBytes);
  }

  async remove(): Promise<void> {
    this.stopping.abort();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A fleet of real publishers, on a machine whose load the test sets. */
export function publishingFleet(to: string, videos: VideoLibrary, clock = new SystemClock()) {
  const machine: { load: MachineLoad } = { load: { cpuPercent: 10, memoryPercent: 10 } };
  const log = new LogOfTest();
  const limits = { maxStreams: 100, maxCpuPercent: 90, maxMemoryPercent: 80 };
  const fleet = new Fleet(
    { to, limits, staggerUs: 10_000 },
    {
      ...{ clock, videos, logger: log.logger },
      machine: { read: () => Promise.resolve(machine.load) },
      serverPaths: () => null,
      createSender: (url, onState) => new RtspPublisher({ url }, { clock }, { onState }),
    },
  );
  /** Resolves when so many streams are healthy. */
  const healthy = (count: number) =>
    until(() => fleet.list().filter(({ health }) => health === 'healthy').length === count);
  return { fleet, machine, log, healthy };
}

/** Decodes `pictures` pictures of an address to RGB24 of this size, each once. */
export async function decodePictures(
  ffmpegPath: string,
  url: string,
  { pictures, width, height }: { pictures: number; width: number; height: number },
): Promise<Buffer[]> {
  const input = ['-v', 'error', '-nostdin', '-rtsp_transport', 'tcp', '-i', url];
  const output = ['-vsync', '0', '-frames:v', `${pictures}`, '-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1'];
  const { stdout } = await execa(ffmpegPath, [...input, ...output], { encoding: 'buffer', maxBuffer: 2 ** 30 });
  const bytes = Buffer.from(stdout);
  const length = width * height * 3;
  return Array.from({ length: bytes.length / length }, (_, n) => bytes.subarray(n * length, (n + 1) * length));
}

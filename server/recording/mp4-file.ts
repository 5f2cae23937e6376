import { PassThrough } from 'node:stream';
import { StreamerError } from '../../shared/errors.js';
import type { Clock } from '../../shared/clock.js';
import { startFfmpeg } from '../../shared/ffmpeg/ffmpeg.js';
import type { FfmpegRun } from '../../shared/ffmpeg/ffmpeg.js';
import type { Disk } from './disk.js';
import { MatroskaWriter } from './matroska-writer.js';
import type { MatroskaOptions } from './matroska-writer.js';
import type { VideoFile } from './video-file.js';

/** How an MP4 is made. */
export interface Mp4Options extends MatroskaOptions {
  /** An existing file; it is overwritten. */
  readonly path: string;
  readonly ffmpegPath: string;
  /** What `chooseH264Encoding` chose. */
  readonly encoding: readonly string[];
  /** Of the stream, or of those who record. */
  readonly shownInput: string;
}

/** An FFmpeg that takes nothing for so long, or does not end, is killed. */
const PATIENCE_US = 20_000_000;

/** The whole input is one known track, so nothing needs to be probed, and one decoder thread keeps no frame back. */
const INPUT = ['-f', 'matroska', '-analyzeduration', '0', '-probesize', '32', '-threads', '1'];
/**
 * Fragments of half a second at most, each complete in itself and written at once: what a killed FFmpeg leaves plays.
 * Times are microseconds, as in the input.
 */
const MP4 = [
  ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '500000'],
  ...['-video_track_timescale', '1000000', '-flush_packets', '1', '-f', 'mp4'],
];

/**
 * An MP4 of H.264 made by FFmpeg, to which the JPEGs go as a Matroska stream, because that carries the time of each. When
 * this process is killed FFmpeg sees the stream end and completes the file.
 */
export class Mp4File implements VideoFile {
  private readonly input = new PassThrough();
  private readonly writer: MatroskaWriter;
  private readonly run: FfmpegRun;
  private readonly gone: Promise<StreamerError | null>;
  private isGone = false;
  private isBegun = false;
  private lengthBytes = 0;

  constructor(
    private readonly options: Mp4Options,
    private readonly disk: Disk,
    private readonly clock: Clock,
  ) {
    const { path, ffmpegPath, encoding, shownInput, startTimeUs } = options;
    this.writer = new MatroskaWriter(options);
    const created = ['-metadata', `creation_time=${new Date(startTimeUs / 1000).toISOString()}`];
    let onExit: (error: StreamerError | null) => void;
    this.gone = new Promise((resolve) => (onExit = resolve));
    this.run = startFfmpeg({
      ffmpegPath,
      input: this.input,
      inputOptions: INPUT,
      outputOptions: [...encoding, ...created, ...MP4],
      output: `file:${path}`,
      shownInput,
      outlivesInterrupt: true,
      onExit: (error) => {
        this.isGone = true;
        this.input.destroy();
        onExit(error);
      },
    });
  }

  get bytes(): number {
    return this.lengthBytes;
  }

  async add(timeUs: number, jpeg: Buffer): Promise<void> {
    const head = this.isBegun ? [] : [this.writer.header];
    this.isBegun = true;
    const cluster = Buffer.concat([...head, this.writer.cluster(timeUs, jpeg.length)]);
    await this.patiently(Promise.race([this.feed(cluster, jpeg), this.gone]));
    if (this.isGone) throw (await this.gone) ?? this.failure('it ended by itself');
  }

  async measure(): Promise<void> {
    this.lengthBytes = await this.disk.size(this.options.path);
  }

  async finish(): Promise<void> {
    this.input.end();
    const error = await this.patiently(this.gone);
    await this.measure();
    if (error) throw error;
  }

  private async feed(cluster: Buffer, jpeg: Buffer): Promise<void> {
    this.input.write(cluster);
    // When FFmpeg has gone the write fails too, but its exit says more.
    await new Promise<void>((resolve) => this.input.write(jpeg, () => resolve()));
  }

  /** Waits for `work`, and when that takes too long kills FFmpeg. */
  private async patiently<T>(work: Promise<T>): Promise<T> {
    let cancel = (): void => undefined;
    const limit = new Promise<never>((_, reject) => {
      cancel = this.clock.schedule(PATIENCE_US, () => {
        void this.run.stop();
        reject(this.failure(`it did nothing for ${PATIENCE_US / 1_000_000} s`));
      });
    });
    return Promise.race([work, limit]).finally(() => cancel());
  }

  private failure(reason: string): StreamerError {
    return new StreamerError('FFMPEG_FAILED', `FFmpeg failed on ${this.options.shownInput}: ${reason}`);
  }
}

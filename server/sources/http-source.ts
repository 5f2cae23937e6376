import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import { chooseEncoding } from './encoding-choice.js';
import type { WantedPicture } from './encoding-choice.js';
import { HttpAuth, credentialsOf } from '../../shared/auth/http-auth.js';
import { tellContent } from '../../shared/http/answer-content.js';
import { HttpClient } from '../../shared/http/http-client.js';
import type { HostGate } from '../../shared/http/http-client.js';
import type { HttpContent } from '../../shared/http/http-content.js';
import { contentError, failure } from '../../shared/http/http-errors.js';
import { JpegIntake } from './jpeg-intake.js';
import { JpegPoller } from './jpeg-poller.js';
import { MjpegReader } from './mjpeg-reader.js';
import { SourceClock } from './source-clock.js';
import type { Source, SourceFrame, SourceInfo, SourceRun, SourceSink } from './source.js';

/** Options of an HTTP source. */
export interface HttpSourceOptions {
  /** `http://` or `https://`, with credentials perhaps. */
  readonly url: string;
  /** Frames per second to poll at, or at most; null takes all, and polls at the default rate. */
  readonly fps: number | null;
  readonly wanted: WantedPicture;
  /** Microseconds since the epoch, for `SourceInfo`. */
  readonly startTimeUs: number;
  /** Says where it may lead; anywhere by default. */
  readonly gate?: HostGate | null;
  /** Makes the source that takes over what is no JPEG: video, or a playlist of it. Called once. */
  openVideo(url: string, wanted: WantedPicture): Source;
}

/** Rate at which a single picture is asked for when nothing else was said. */
const DEFAULT_POLL_FPS = 5;

/**
 * A camera that speaks HTTP. What it answers decides how it is read: a multipart stream of JPEGs as it comes, a single
 * JPEG by asking again and again, and anything else that is video by FFmpeg.
 */
export function createHttpSource(options: HttpSourceOptions, clock: Clock): Source {
  return new HttpSource(options, clock);
}

class HttpSource implements Source {
  readonly isLive = true;
  readonly endTimeUs = null;
  readonly url: URL;
  readonly auth: HttpAuth | null;
  /** It outlives the runs, as the camera's clock does. */
  readonly sourceClock = new SourceClock();
  info: SourceInfo;
  /** Whether the last answer was video: then the next run does not look again. */
  isVideo = false;
  private videoSource: Source | null = null;

  constructor(
    readonly options: HttpSourceOptions,
    private readonly clock: Clock,
  ) {
    this.url = new URL(options.url);
    const credentials = credentialsOf(this.url);
    this.auth = credentials && new HttpAuth(credentials);
    const unknown = { width: 0, height: 0, fps: 0, timeSource: 'arrival', codec: null } as const;
    const encoding = chooseEncoding(options.wanted, unknown);
    this.info = { ...unknown, encoding, startTimeUs: options.startTimeUs };
  }

  get video(): Source {
    this.videoSource ??= this.options.openVideo(this.options.url, this.options.wanted);
    return this.videoSource;
  }

  start(sink: SourceSink, nextSequence: number): SourceRun {
    return new HttpRun(this, this.clock, sink, nextSequence);
  }
}

class HttpRun implements SourceRun {
  private readonly client: HttpClient;
  private reader: MjpegReader | JpegPoller | null = null;
  private videoRun: SourceRun | null = null;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly source: HttpSource,
    private readonly clock: Clock,
    private readonly sink: SourceSink,
    private readonly nextSequence: number,
  ) {
    this.client = new HttpClient(source.url, source.auth, clock, source.options.gate);
    if (source.isVideo) this.startVideo();
    else this.client.get({ onAnswer: (answer) => this.take(answer), onError: (error) => this.fail(error) });
  }

  stop(): Promise<void> {
    this.closing ??= this.close();
    return this.closing;
  }

  private async close(): Promise<void> {
    this.reader?.stop();
    await Promise.all([this.client.close(), this.videoRun?.stop()]);
  }

  private take(answer: IncomingMessage): void {
    tellContent(answer, (content) => {
      if (!this.closing) this.read(answer, content);
    });
  }

  private read(answer: IncomingMessage, content: Exclude<HttpContent, 'unknown'>): void {
    const { url } = this.source;
    switch (content) {
      case 'multipart':
        return this.readStream(answer);
      case 'jpeg':
        return this.poll(answer);
      case 'video':
        return void this.handOver();
      case 'other':
        return this.fail(contentError(answer.headers['content-type'], url));
    }
  }

  private readStream(answer: IncomingMessage): void {
    const { url, info, options } = this.source;
    // That it is connected is worth knowing also when no picture follows.
    this.tellInfo({ ...info, codec: 'mjpeg', encoding: chooseEncoding(options.wanted, { ...info, codec: 'mjpeg' }) });
    this.reader = new MjpegReader(answer, this.newIntake(), this.clock, {
      onClosed: () => this.fail(failure('SOURCE_FAILED', url, 'the camera closed the connection.')),
      onError: (error) => this.fail(error),
    });
  }

  private poll(answer: IncomingMessage): void {
    const fps = this.source.options.fps ?? DEFAULT_POLL_FPS;
    const { url } = this.source;
    const onError = (error: StreamerError) => this.fail(error);
    const poller = new JpegPoller({ url, client: this.client, intake: this.newIntake(), fps, onError }, this.clock);
    this.reader = poller;
    poller.start(answer);
  }

  private newIntake(): JpegIntake {
    const { sourceClock, options } = this.source;
    const { nextSequence } = this;
    const { fps: maxFps, wanted, startTimeUs } = options;
    const sink = {
      onInfo: (info: SourceInfo) => this.tellInfo(info),
      // Whoever is told of the new size may have stopped us because of it.
      onFrame: (frame: SourceFrame) => {
        if (!this.closing) this.sink.onFrame(frame);
      },
      onWarning: (error: StreamerError) => {
        if (!this.closing) this.sink.onWarning(error);
      },
    };
    return new JpegIntake({ sink, sourceClock, nextSequence, maxFps, wanted, startTimeUs }, this.clock);
  }

  /** FFmpeg opens a connection of its own, so ours is closed first: some cameras have but one. */
  private async handOver(): Promise<void> {
    await this.client.close();
    if (this.closing) return;
    this.source.isVideo = true;
    this.startVideo();
  }

  private startVideo(): void {
    const { sink, source } = this;
    this.videoRun = source.video.start(
      {
        onInfo: (info) => this.tellInfo(info),
        onFrame: (frame) => sink.onFrame(frame),
        onPackets: (bytes, isStart) => sink.onPackets?.(bytes, isStart),
        onDrop: (first, last) => sink.onDrop(first, last),
        onWarning: (error) => sink.onWarning(error),
        onEnd: () => sink.onEnd(),
        onError: (error) => {
          // It may be something else by now, and a look at it may tell more than FFmpeg does.
          source.isVideo = false;
          sink.onError(error);
        },
      },
      this.nextSequence,
    );
  }

  private tellInfo(info: SourceInfo): void {
    this.source.info = info;
    this.sink.onInfo(info);
  }

  private fail(error: StreamerError): void {
    if (this.closing) return;
    void this.stop();
    this.sink.onError(error);
  }
}

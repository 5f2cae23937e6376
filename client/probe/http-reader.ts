import type { IncomingMessage } from 'node:http';
import { HttpAuth, credentialsOf } from '../../shared/auth/http-auth.js';
import type { StreamerError } from '../../shared/errors.js';
import { tellContent } from '../../shared/http/answer-content.js';
import { HttpClient } from '../../shared/http/http-client.js';
import type { HttpContent } from '../../shared/http/http-content.js';
import { contentError } from '../../shared/http/http-errors.js';
import { FfmpegReader } from './ffmpeg-reader.js';
import { MjpegReader } from './mjpeg-reader.js';
import type { ReaderParts } from './reader-parts.js';
import type { ProbeReader, ProbeRun, ProbeSink } from './probe-events.js';
import type { ProbeTarget } from './probe-target.js';

/** Reads what an HTTP server answers with: a multipart stream of JPEGs by ourselves, any other video by FFmpeg. */
export class HttpReader implements ProbeReader {
  constructor(
    private readonly target: ProbeTarget,
    private readonly parts: ReaderParts,
  ) {}

  start(sink: ProbeSink): ProbeRun {
    return new HttpProbe(this.target, this.parts, sink);
  }
}

class HttpProbe implements ProbeRun {
  private readonly url: URL;
  private readonly client: HttpClient;
  private mjpeg: MjpegReader | null = null;
  private ffmpeg: ProbeRun | null = null;
  private isOver = false;

  constructor(
    private readonly target: ProbeTarget,
    private readonly parts: ReaderParts,
    private readonly sink: ProbeSink,
  ) {
    this.url = new URL(target.url);
    const credentials = credentialsOf(this.url);
    this.client = new HttpClient(this.url, credentials && new HttpAuth(credentials), parts.clock);
    this.client.get({ onAnswer: (answer) => this.take(answer), onError: (error) => this.fail(error) });
  }

  async stop(): Promise<void> {
    this.isOver = true;
    this.mjpeg?.stop();
    await Promise.all([this.client.close(), this.ffmpeg?.stop()]);
  }

  private take(answer: IncomingMessage): void {
    tellContent(answer, (content) => {
      if (!this.isOver) this.read(answer, content);
    });
  }

  private read(answer: IncomingMessage, content: Exclude<HttpContent, 'unknown'>): void {
    if (content === 'other') return this.fail(contentError(answer.headers['content-type'], this.url));
    if (content !== 'multipart') return void this.handOver();
    this.mjpeg = new MjpegReader(answer, this.url, this.parts, {
      ...forwardTo(this.sink),
      onEnd: () => this.end(() => this.sink.onEnd()),
      onError: (error) => this.fail(error),
    });
  }

  /** FFmpeg opens a connection of its own, so ours is closed first: some cameras have but one. */
  private async handOver(): Promise<void> {
    await this.client.close();
    if (!this.isOver) this.ffmpeg = new FfmpegReader(this.target, this.parts).start(this.sink);
  }

  private fail(error: StreamerError): void {
    this.end(() => this.sink.onError(error));
  }

  private end(tell: () => void): void {
    if (this.isOver) return;
    this.isOver = true;
    void this.client.close();
    tell();
  }
}

function forwardTo(sink: ProbeSink): ProbeSink {
  return {
    onFacts: (facts) => sink.onFacts(facts),
    onPicture: (picture) => sink.onPicture(picture),
    onBytes: (lengthBytes) => sink.onBytes(lengthBytes),
    onLost: (frames) => sink.onLost(frames),
    onCorrupt: () => sink.onCorrupt(),
    onEnd: () => sink.onEnd(),
    onError: (error) => sink.onError(error),
  };
}

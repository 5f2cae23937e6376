import type { IncomingMessage } from 'node:http';
import { HttpAuth, credentialsOf } from '../../shared/auth/http-auth.js';
import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import { tellContent } from '../../shared/http/answer-content.js';
import { HttpClient } from '../../shared/http/http-client.js';
import type { HttpContent } from '../../shared/http/http-content.js';
import { contentError, failure } from '../../shared/http/http-errors.js';
import { SequenceTracker } from '../../shared/receiver/sequence-tracker.js';
import type { LoadConnection, LoadSink, LoadSource, SourceParts } from './load-source.js';
import { MjpegStream } from './mjpeg-stream.js';
import type { MjpegStreamOptions, NumberedPlace } from './mjpeg-stream.js';
import { sameHostGate } from './same-host-gate.js';
import { statedClockErrorUs } from './stated-clock.js';

/** For what else may be between the clocks of two processes of one machine; the wall clock is read to the millisecond. */
const SAME_MACHINE_ERROR_US = 2000;

/** Counts the pictures of a multipart stream over HTTP (`multipart/x-mixed-replace`), without decoding them. */
export class MjpegSource implements LoadSource {
  private readonly url: URL;
  private readonly clockErrorUs: number | null;
  /** A session opens each of its connections with the same sink. */
  private readonly places = new WeakMap<LoadSink, NumberedPlace>();

  /** @throws {StreamerError} BAD_USAGE for a fragment that says nothing of the clock */
  constructor(
    url: string,
    private readonly parts: Pick<SourceParts, 'clock' | 'headers' | 'staysAtHost'>,
  ) {
    this.url = new URL(url);
    this.clockErrorUs = statedClockErrorUs(this.url);
    this.url.hash = '';
  }

  open(_name: string, sink: LoadSink): LoadConnection {
    const { url, clockErrorUs } = this;
    return new MjpegConnection({ url, clockErrorUs, place: this.placeOf(sink) }, this.parts, sink);
  }

  async close(): Promise<void> {
    // Its connections share nothing.
  }

  private placeOf(sink: LoadSink): NumberedPlace {
    const place = this.places.get(sink) ?? { sequence: new SequenceTracker(), isNumbered: false };
    this.places.set(sink, place);
    return place;
  }
}

class MjpegConnection implements LoadConnection {
  private readonly client: HttpClient;
  private stream: MjpegStream | null = null;
  private isOver = false;

  constructor(
    private readonly stated: Omit<MjpegStreamOptions, 'clock'>,
    private readonly parts: Pick<SourceParts, 'clock' | 'headers' | 'staysAtHost'>,
    private readonly sink: LoadSink,
  ) {
    const { url } = stated;
    const { clock, headers } = parts;
    // Not shared: the nonce of a challenge is for one client.
    const credentials = credentialsOf(url);
    const gate = parts.staysAtHost ? sameHostGate(url) : null;
    this.client = new HttpClient(url, credentials && new HttpAuth(credentials), clock, gate, headers);
    this.client.get({ onAnswer: (answer) => this.take(answer), onError: (error) => this.end(error) });
  }

  async close(): Promise<void> {
    this.end(null);
    await this.client.close();
  }

  private take(answer: IncomingMessage): void {
    tellContent(answer, (content) => {
      if (!this.isOver) this.read(answer, content);
    });
  }

  private read(answer: IncomingMessage, content: Exclude<HttpContent, 'unknown'>): void {
    if (content !== 'multipart') return this.end(this.contentErrorOf(answer, content));
    const { clock } = this.parts;
    const clockErrorUs = this.stated.clockErrorUs ?? (isOfThisMachine(answer) ? sameMachineErrorUs(clock) : null);
    const options = { ...this.stated, clock, clockErrorUs };
    this.stream = new MjpegStream(answer, options, this.sink, (error) => this.end(error));
    this.stream.start();
  }

  private contentErrorOf(answer: IncomingMessage, content: 'jpeg' | 'video' | 'other'): StreamerError {
    if (content === 'other') return contentError(answer.headers['content-type'], this.stated.url);
    const what = content === 'jpeg' ? 'a single picture' : 'a video';
    return failure(
      'SOURCE_BAD_ANSWER',
      this.stated.url,
      `it answers with ${what} and not with an MJPEG stream; check the path.`,
    );
  }

  private end(error: StreamerError | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.stream?.stop();
    void this.client.close();
    this.sink.onClosed(error);
  }
}

/** A sender may state times by the wall clock, which ours has left by as much as that was slewed since we began. */
function sameMachineErrorUs(clock: Clock): number {
  return SAME_MACHINE_ERROR_US + Math.abs(clock.wallUs() - clock.nowUs());
}

/** Both ends of a connection have one address. Through a tunnel or a proxy that is no proof; docs/load.md says so. */
function isOfThisMachine({ socket }: IncomingMessage): boolean {
  return socket.remoteAddress !== undefined && socket.remoteAddress === socket.localAddress;
}

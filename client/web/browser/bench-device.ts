import { BenchMeasurement } from '../../../shared/bench/bench-measurement.js';
import { Backoff } from '../../../shared/backoff.js';
import type { CancelTimer } from '../../../shared/clock.js';
import type { StreamerError } from '../../../shared/errors.js';
import { BENCH_FEATURE } from '../../../shared/protocol/bench-messages.js';
import type { BenchRequest } from '../../../shared/protocol/bench-messages.js';
import { PROTOCOL_VERSION } from '../../../shared/protocol/messages.js';
import type { Stats, StreamInfo } from '../../../shared/protocol/messages.js';
import type { DeviceNotice } from './bench-bodies.js';
import { deviceResultOf } from './bench-result.js';
import type { BenchDevice, BenchStatus, JoinBenchOptions } from './bench-status.js';
import { BrowserSession } from './browser-session.js';
import type { SessionFrame, SessionListener, SessionParts } from './browser-session.js';
import { isWholeJpeg } from './jpeg-ends.js';
import { SignedCounts } from './signed-counts.js';
import { socketUrl } from './socket-url.js';
import { StreamFigures } from './stream-figures.js';

/** What a device takes from its surroundings; other than the browser's own in tests. */
export interface DeviceParts extends SessionParts {
  /** Calls back when the page was asleep; returns what ends that. */
  onWake(callback: () => void): () => void;
  /** Calls back when the page is hidden and shown again; returns what ends that. */
  onHidden(callback: (isHidden: boolean) => void): () => void;
  readonly about: string;
  /** 16 to 64 random letters and digits, by which the server knows the device again. */
  readonly key: string;
}

const STREAMS_ENDED = { code: 'STREAMS_ENDED', message: 'All streams of the server have come to their end.' };

/**
 * Joins as `joinBench` does, with the parts given.
 *
 * @throws {StreamerError} BAD_USAGE for a `serverUrl` that is none, MESSAGE_TOO_LONG for a token that no server takes
 */
export function openDevice(options: JoinBenchOptions, parts: DeviceParts): BenchDevice {
  return new JoinedDevice(options, parts);
}

class JoinedDevice implements BenchDevice {
  private readonly measurement: BenchMeasurement<SignedCounts>;
  private readonly url: string;
  private readonly backoff: Backoff;
  private readonly stopWatching: readonly (() => void)[];
  private session: BrowserSession | null = null;
  private figures = new StreamFigures();
  private asked: string | undefined;
  private stream: StreamInfo | null = null;
  private connection: BenchStatus['connection'] = 'connecting';
  private name: string | null = null;
  private reason: BenchStatus['reason'] = null;
  /** A result that could not be told yet. */
  private pending: BenchRequest | null = null;
  private reportedUs: number;
  private cancelReopen: CancelTimer = () => undefined;

  constructor(
    private readonly options: JoinBenchOptions,
    private readonly parts: DeviceParts,
  ) {
    this.url = socketUrl(options.serverUrl);
    this.asked = options.stream;
    this.backoff = new Backoff(undefined, parts.random);
    this.reportedUs = parts.clock.nowUs();
    const serverClock = () => this.session?.clockEstimate() ?? null;
    this.measurement = new BenchMeasurement(
      {
        ...{ clock: parts.clock, about: options.about ?? parts.about, serverClock },
        makeCounts: () => new SignedCounts(),
        resultOf: deviceResultOf,
      },
      {
        onProgress: (benchId, progress) => {
          if (this.isJoined) this.session?.sendBench({ kind: 'progress', benchId, ...progress });
          this.tell();
        },
        onResult: (benchId, result) => this.send({ kind: 'result', benchId, ...result }),
        onPhase: () => this.tell(),
      },
    );
    this.open();
    this.stopWatching = [
      parts.onWake(() => this.session?.wake()),
      parts.onHidden((isHidden) => {
        this.measurement.onHidden(isHidden);
        this.tell();
      }),
    ];
  }

  get status(): BenchStatus {
    const { measurement, connection, name, reason, stream } = this;
    return {
      connection,
      phase: measurement.phase,
      name,
      stream: stream?.name ?? null,
      reason,
      startsInUs: measurement.untilUs('startTimeUs'),
      endsInUs: measurement.untilUs('stopTimeUs'),
      figures: measurement.figures,
    };
  }

  leave(): void {
    if (this.connection === 'closed') return;
    if (this.isJoined) this.session?.sendBench({ kind: 'leave' });
    this.end(null);
  }

  /** A new session with the stream that is asked for. */
  private open(): void {
    const { token, name } = this.options;
    // Who waits for a benchmark, perhaps for days, needs no frames.
    const subscriptions = this.asked === undefined ? [] : [{ stream: this.asked, policy: 'latest' as const }];
    const hello = { version: PROTOCOL_VERSION, name, token, subscriptions };
    const session: BrowserSession = new BrowserSession(
      { url: this.url, hello, reconnect: true },
      this.listenTo(() => this.session === session && session),
      this.parts,
    );
    this.session = session;
    session.start();
  }

  /** What an earlier session, which was given up for another stream, still says is of no interest. */
  private listenTo(current: () => BrowserSession | false): SessionListener {
    const whileCurrent =
      <A extends unknown[]>(listener: (...args: A) => void) =>
      (...args: A): void => {
        if (current()) listener(...args);
      };
    return {
      onWelcome: whileCurrent((stream, features) => this.onWelcome(stream, features)),
      onStream: whileCurrent((stream) => this.setStream(stream)),
      onFrame: whileCurrent((frame) => this.onFrame(frame)),
      onSkipped: whileCurrent((first, last) => {
        this.figures.onSkipped(first, last);
        this.measurement.onSkipped(first, last);
      }),
      onBench: whileCurrent((notice) => this.onNotice(notice)),
      onOutage: whileCurrent((error) => this.onOutage(error)),
      collectStats: (streamId) => this.collectStats(streamId),
      onEnd: whileCurrent((error) => this.end(error ?? STREAMS_ENDED)),
    };
  }

  private onWelcome(stream: StreamInfo | null, features: readonly string[]): void {
    if (!features.includes(BENCH_FEATURE)) {
      return this.end({ code: 'BENCH_UNKNOWN', message: 'The server is of a version without such benchmarks.' });
    }
    this.measurement.onConnect();
    if (stream) this.setStream(stream);
    this.session?.sendBench({ kind: 'join', name: this.options.name, platform: 'browser', key: this.parts.key });
  }

  private setStream(stream: StreamInfo): void {
    if (stream.startTimeUs !== this.stream?.startTimeUs) this.figures.restart();
    this.stream = stream;
    this.measurement.onStream(stream);
    this.tell();
  }

  private onFrame(frame: SessionFrame): void {
    const { header, jpeg, kept, receivedTimeUs, clock } = frame;
    // Nothing is done with the picture, so the next one may come at once.
    this.session?.acknowledge(frame);
    const { offsetUs, errorUs } = clock ?? { offsetUs: null, errorUs: null };
    const observation = { header, jpegBytes: jpeg.length, receiveTimeUs: receivedTimeUs, offsetUs, errorUs };
    if (kept) return this.figures.onKept(observation);
    const isWhole = isWholeJpeg(jpeg);
    if (this.figures.onFrame(observation) && !isWhole) this.figures.onCorrupt();
    this.measurement.onFrame(observation, isWhole);
  }

  private onNotice(notice: DeviceNotice): void {
    switch (notice.kind) {
      case 'joined':
        this.connection = 'connected';
        this.name = notice.name;
        // Why the last benchmark came to nothing is worth knowing until the next one.
        if (this.reason?.code !== 'BENCH_OVER') this.reason = null;
        if (this.pending) this.send(this.pending);
        break;
      case 'refused':
        this.onRefused(notice.code, notice.message);
        break;
      case 'announced':
        this.follow(notice.stream);
        break;
      case 'run':
        if (this.follow(notice.stream)) this.measurement.onRun(notice);
        break;
      case 'over':
        this.pending = null;
        if (this.measurement.onOver(notice.benchId)) this.reason = { code: 'BENCH_OVER', message: notice.reason };
        if (this.asked !== this.options.stream) this.reopen(this.options.stream, 0);
        break;
    }
    this.tell();
  }

  /** Whoever was not taken has nothing to stay for. */
  private onRefused(code: string, message: string): void {
    if (this.isJoined) this.reason = { code, message };
    else this.end({ code, message });
  }

  /** Whether the stream of the benchmark is ours; if not, that takes another connection, and the server says all again. */
  private follow(stream: string): boolean {
    this.reason = null;
    if (stream === this.stream?.name) {
      this.backoff.reset();
      return true;
    }
    // With growing waits, since a server may name another stream each time.
    this.reopen(stream, this.backoff.nextDelayMs());
    return false;
  }

  /** Receives another stream, or none, over another connection. */
  private reopen(stream: string | undefined, waitMs: number): void {
    this.measurement.onDisconnect();
    this.disconnect();
    this.asked = stream;
    this.stream = null;
    this.connection = 'reconnecting';
    this.cancelReopen = this.parts.clock.schedule(waitMs * 1000, () => this.open());
  }

  private onOutage({ code, message }: StreamerError): void {
    this.figures.onDisconnect();
    this.measurement.onDisconnect();
    this.connection = 'reconnecting';
    this.reason = { code, message };
    this.tell();
  }

  private send(result: BenchRequest): void {
    this.pending = this.isJoined ? null : result;
    if (this.isJoined) this.session?.sendBench(result);
    this.tell();
  }

  private get isJoined(): boolean {
    return this.connection === 'connected';
  }

  private disconnect(): void {
    const { session } = this;
    this.session = null;
    session?.close();
    this.cancelReopen();
    this.figures = new StreamFigures();
  }

  private end(reason: BenchStatus['reason']): void {
    this.disconnect();
    this.measurement.close();
    this.connection = 'closed';
    this.reason = reason && { code: reason.code, message: reason.message };
    for (const stop of this.stopWatching) stop();
    this.tell();
  }

  private collectStats(streamId: number): Stats {
    const nowUs = this.parts.clock.nowUs();
    const intervalMs = (nowUs - this.reportedUs) / 1000;
    this.reportedUs = nowUs;
    const { offsetUs, errorUs } = this.session?.clockEstimate() ?? {};
    const clock = offsetUs === undefined || errorUs === undefined ? undefined : { offsetUs, errorUs };
    return { intervalMs, clock, streams: [this.figures.takeInterval(streamId, nowUs)] };
  }

  private tell(): void {
    this.options.onStatus?.(this.status);
  }
}

import { randomBytes } from 'node:crypto';
import { Backoff } from '../../shared/backoff.js';
import { BenchMeasurement } from '../../shared/bench/bench-measurement.js';
import type { BenchFigures, BenchPhase } from '../../shared/bench/bench-measurement.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { BENCH_FEATURE } from '../../shared/protocol/bench-messages.js';
import type { BenchNotice, DeviceResult } from '../../shared/protocol/bench-messages.js';
import { isFinal } from '../../shared/protocol/final-codes.js';
import type { Policy, StreamChange, Welcome } from '../../shared/protocol/messages.js';
import { Session } from '../session.js';
import type { SessionFrame } from '../session.js';
import type { TlsTrust } from '../tls-trust.js';
import { isWholeJpeg } from '../whole-jpeg.js';
import type { DevicePath } from './device-address.js';
import { nodeResult } from './node-result.js';
import { SwitchPace } from './switch-pace.js';

/** What a device is. */
export interface NodeDeviceOptions {
  readonly path: DevicePath;
  readonly tls: TlsTrust | null;
  /** What it is called in the report. */
  readonly name: string;
  readonly policy: Policy;
  /** What it says of itself: `Node.js 20 on Linux`. */
  readonly about: string;
}

/** What a device tells its owner. */
export interface NodeDeviceListener {
  /** It is kept by the server, under this name. */
  onJoined?(name: string): void;
  /** Something changed that people want to know, as a sentence. */
  onNews?(sentence: string): void;
  /** It measured a window; the result is on its way to the coordinator. */
  onResult?(stream: string, result: DeviceResult): void;
  /** The server said that a benchmark is over. */
  onOver?(reason: string): void;
  /** It is over: null when it was closed. Called exactly once. */
  onEnd?(error: StreamerError | null): void;
}

/**
 * This process as a device of benchmarks, one after the other. While none is open it receives no frames; when one is
 * announced it connects anew with its stream, which the protocol wants, and keeps its place by its name and a random key.
 */
export class NodeDevice {
  private readonly key = randomBytes(16).toString('hex');
  private readonly measurement: BenchMeasurement<LatencyHistogram>;
  private session: Session | null = null;
  /** What the session receives; null while it waits for a benchmark. */
  private stream: string | null = null;
  private streamId: number | null = null;
  private joinedName: string | null = null;
  private isConnected = false;
  private readonly backoff = new Backoff();
  private readonly pace: SwitchPace;
  private cancelReopen: CancelTimer = () => undefined;
  private isOver = false;
  /** A result that could not be told yet. */
  private pending: { readonly benchId: number; readonly result: DeviceResult } | null = null;

  constructor(
    private readonly options: NodeDeviceOptions,
    private readonly listener: NodeDeviceListener,
    private readonly clock: Clock,
  ) {
    this.pace = new SwitchPace(clock);
    this.measurement = new BenchMeasurement(
      {
        clock,
        about: options.about,
        makeCounts: () => new LatencyHistogram(),
        resultOf: (counts, facts) => Promise.resolve(nodeResult(counts, facts)),
        serverClock: () => this.session?.clockEstimate() ?? null,
      },
      {
        onProgress: (benchId, progress) => {
          if (this.isConnected) this.session?.sendBench({ kind: 'progress', benchId, ...progress });
        },
        onResult: (benchId, result) => this.onResult(benchId, result),
        onPhase: () => undefined,
      },
    );
  }

  /** How it is doing; `figures` are those of the window that goes on or was the last one. */
  get status(): {
    readonly name: string | null;
    readonly stream: string | null;
    readonly isConnected: boolean;
    readonly phase: BenchPhase;
    readonly figures: BenchFigures | null;
    readonly startsInUs: number | null;
    readonly endsInUs: number | null;
  } {
    const { measurement, isConnected, joinedName: name, stream } = this;
    const { phase, figures } = measurement;
    const [startsInUs, endsInUs] = [measurement.untilUs('startTimeUs'), measurement.untilUs('stopTimeUs')];
    return { name, stream, isConnected, phase, figures, startsInUs, endsInUs };
  }

  /** Begins to connect. */
  start(): void {
    this.open();
  }

  /** Takes part no more; `onEnd` follows. Idempotent. */
  close(): void {
    if (this.isConnected) this.session?.sendBench({ kind: 'leave' });
    this.end(null);
  }

  private open(): void {
    const { path, tls, name, policy } = this.options;
    const { host, port, token, openLink } = path;
    const subscriptions = this.stream === null ? [] : [{ stream: this.stream, policy }];
    const isCurrent = () => this.session === session;
    const session: Session = new Session(
      { host, port, tls, token, name, subscriptions, reconnect: true, acknowledgeOnReceipt: true },
      {
        onWelcome: (welcome) => isCurrent() && this.onWelcome(welcome),
        onFrame: (frame) => isCurrent() && this.onFrame(frame),
        onSkipped: (id, first, last) => isCurrent() && this.onSkipped(id, first, last),
        onStream: (change) => isCurrent() && this.onStream(change),
        onBench: (notice) => isCurrent() && this.onNotice(notice),
        onOutage: (error) => isCurrent() && this.onOutage(error),
        onEnd: (error) => isCurrent() && this.onSessionEnd(error ?? endedError()),
      },
      this.clock,
      undefined,
      openLink,
    );
    this.session = session;
    session.start();
  }

  /** Goes on over a new connection with `stream`; null receives nothing. */
  private switchTo(stream: string | null): void {
    if (this.isOver || this.stream === stream) return;
    const before = this.session;
    this.stream = stream;
    this.isConnected = false;
    const delayUs = this.pace.nextDelayUs();
    this.session = null;
    if (delayUs > 0) this.openAfter(delayUs);
    else this.open();
    before?.close();
  }

  private openAfter(delayUs: number): void {
    this.cancelReopen();
    this.cancelReopen = this.clock.schedule(delayUs, () => this.open());
  }

  private onWelcome({ features = [], streams, subscribed }: Welcome): void {
    if (!features.includes(BENCH_FEATURE)) {
      return this.end(new StreamerError('BENCH_UNKNOWN', 'The server is of a version without such benchmarks.'));
    }
    const info = streams.find(({ id }) => id === subscribed[0]);
    this.streamId = info?.id ?? null;
    if (info) this.measurement.onStream(info);
    this.measurement.onConnect();
    const { name } = this.options;
    this.session?.sendBench({ kind: 'join', name, platform: 'node', key: this.key });
  }

  private onFrame({ header, jpeg, kept, receivedTimeUs, clock }: SessionFrame): void {
    if (kept || header.streamId !== this.streamId) return;
    const { offsetUs, errorUs } = clock ?? { offsetUs: null, errorUs: null };
    const observation = { header, jpegBytes: jpeg.length, receiveTimeUs: receivedTimeUs, offsetUs, errorUs };
    this.measurement.onFrame(observation, isWholeJpeg(jpeg));
  }

  private onSkipped(streamId: number, first: number, last: number): void {
    if (streamId === this.streamId) this.measurement.onSkipped(first, last);
  }

  private onStream({ event, stream }: StreamChange): void {
    if (event === 'appeared' && stream.name === this.stream) this.streamId = stream.id;
    if (stream.id === this.streamId) this.measurement.onStream(stream);
  }

  private onNotice(notice: BenchNotice): void {
    switch (notice.kind) {
      case 'joined':
        return this.onJoined(notice.name);
      case 'announced':
        this.listener.onNews?.(`a benchmark of stream ${notice.stream} is open`);
        return this.switchTo(notice.stream);
      case 'run':
        if (notice.stream === this.stream) this.measurement.onRun(notice);
        else this.switchTo(notice.stream);
        return;
      case 'over':
        this.measurement.onOver(notice.benchId);
        this.pending = null;
        this.listener.onOver?.(notice.reason);
        return this.switchTo(null);
      case 'refused':
        this.listener.onNews?.(`the server refuses: ${notice.message}`);
        // Without a place there is nothing to wait for.
        if (notice.code === 'BENCH_FULL') this.end(new StreamerError('BENCH_FULL', notice.message));
        // A result that nobody waits for: its benchmark went down with a server.
        else if (this.measurement.phase === 'done') this.switchTo(null);
        return;
      default:
        return;
    }
  }

  private onJoined(name: string): void {
    this.isConnected = true;
    this.backoff.reset();
    if (name !== this.joinedName) this.listener.onJoined?.(name);
    this.joinedName = name;
    const { pending } = this;
    if (pending) this.onResultSent(pending.benchId, pending.result);
  }

  private onResult(benchId: number, result: DeviceResult): void {
    this.listener.onResult?.(this.stream ?? '', result);
    if (this.isConnected) this.onResultSent(benchId, result);
    else this.pending = { benchId, result };
  }

  private onResultSent(benchId: number, result: DeviceResult): void {
    this.pending = null;
    this.session?.sendBench({ kind: 'result', benchId, ...result });
  }

  private onOutage(error: StreamerError): void {
    this.isConnected = false;
    this.measurement.onDisconnect();
    this.listener.onNews?.(`${error.message} It is tried again.`);
  }

  /** A session gives up when its first connection fails; a device that had its place does not. */
  private onSessionEnd(error: StreamerError): void {
    this.isConnected = false;
    const isStreamGone = error.code === 'UNKNOWN_STREAM' && this.stream !== null;
    if (isStreamGone) this.stream = null;
    if (this.joinedName === null || (isFinal(error.code) && !isStreamGone)) return this.end(error);
    this.measurement.onDisconnect();
    this.listener.onNews?.(`${error.message} It is tried again.`);
    this.openAfter(this.backoff.nextDelayMs() * 1000);
  }

  private end(error: StreamerError | null): void {
    if (this.isOver) return;
    this.cancelReopen();
    this.isOver = true;
    const { session } = this;
    this.session = null;
    this.isConnected = false;
    session?.close();
    this.measurement.close();
    this.listener.onEnd?.(error);
  }
}

function endedError(): StreamerError {
  return new StreamerError('STREAMS_ENDED', 'Every stream of the server has come to its end.');
}

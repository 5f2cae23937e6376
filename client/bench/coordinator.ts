import type { CancelTimer, Clock } from '../../shared/clock.js';
import { isErrorCode, StreamerError } from '../../shared/errors.js';
import { BENCH_FEATURE } from '../../shared/protocol/bench-messages.js';
import type { BenchDevice, BenchNotice } from '../../shared/protocol/bench-messages.js';
import type { ClockEstimate } from '../../shared/protocol/clock-sync.js';
import type { StreamInfo, Welcome } from '../../shared/protocol/messages.js';
import type { OpenLink, ServerAddress } from '../connection.js';
import { Session } from '../session.js';
import { neverDid, noDevice, unknownStream } from './coordinator-errors.js';
import { KnownDevices } from './known-devices.js';
import type { KnownDevice } from './known-devices.js';

/** What to run, and where. */
export interface CoordinatorOptions extends ServerAddress {
  readonly token: string | null;
  readonly name: string;
  /** Null: the server's first one. */
  readonly stream: string | null;
  readonly devices: number;
  readonly durationMs: number;
  readonly waitMs: number;
  readonly leadMs: number;
  /** The window begins, and ends; it may begin a second time when it is stopped. */
  onPhase?(phase: 'running' | 'collecting'): void;
}

/** What the coordinator is doing. */
export type CoordinatorPhase = 'connecting' | 'waiting' | 'starting' | 'running' | 'collecting' | 'over';

/** A benchmark that is over. */
export interface BenchOutcome {
  readonly stream: StreamInfo;
  readonly window: { readonly startTimeUs: number; readonly stopTimeUs: number };
  readonly devices: readonly KnownDevice[];
  /** Whether the user ended it before its time. */
  readonly interrupted: boolean;
  /** Why it ended otherwise than planned. */
  readonly trouble: StreamerError | null;
}

/** How long results are waited for, from the end of the window by the server's clock. */
const RESULTS_FOR_US = 10_000_000;
/** How long until it is asked again for the server's clock. */
const CLOCK_RETRY_US = 100_000;
/** What a server may take longer than it should, before it is given up. */
const PATIENCE_US = 15_000_000;

/** Runs one benchmark over a connection of its own: opens it, waits for devices, sets the window, and gathers results. */
export class Coordinator {
  private readonly session: Session;
  private readonly known = new KnownDevices();
  private current: CoordinatorPhase = 'connecting';
  private stream: StreamInfo | null = null;
  private window: BenchOutcome['window'] | null = null;
  private interrupted = false;
  private clockEstimate: ClockEstimate | null = null;
  private cancelTimer: CancelTimer = () => undefined;
  /** Ends it whatever the server says, or does not say. */
  private cancelLimit: CancelTimer = () => undefined;
  private settle: { resolve(outcome: BenchOutcome | null): void; reject(error: StreamerError): void } | null = null;

  /** @param openLink how the connection is made: over TCP or TLS unless told otherwise */
  constructor(
    private readonly options: CoordinatorOptions,
    private readonly clock: Clock,
    openLink?: OpenLink,
  ) {
    this.session = new Session(
      { ...options, subscriptions: [], reconnect: false, acknowledgeOnReceipt: true },
      {
        onWelcome: (welcome) => this.onWelcome(welcome),
        onBench: (notice) => this.onNotice(notice),
        onEnd: (error) => this.onEnd(error),
      },
      clock,
      undefined,
      openLink,
    );
  }

  get phase(): CoordinatorPhase {
    return this.current;
  }

  get devices(): readonly KnownDevice[] {
    return this.known.all;
  }

  /** The devices that are there. */
  get present(): readonly KnownDevice[] {
    return this.devices.filter(({ device }) => device.leftTimeUs === null);
  }

  /** Until the window begins or ends, by the server's clock; null where there is none. */
  untilUs(bound: 'startTimeUs' | 'stopTimeUs'): number | null {
    const offsetUs = this.estimate()?.offsetUs;
    return this.window && offsetUs !== undefined ? this.window[bound] - offsetUs - this.clock.nowUs() : null;
  }

  /**
   * Runs it to its end. Resolves with null where the user stopped it before the window began.
   *
   * @throws {StreamerError} when there is nothing to report: no connection, refused by the server, no device in time.
   */
  run(): Promise<BenchOutcome | null> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.limitTo(PATIENCE_US, neverDid('open the benchmark'));
      this.session.start();
    });
  }

  /** The user wants it to end: the window ends now, and what was measured is gathered, as far as the server does that. */
  stop(): void {
    if (this.interrupted || this.current === 'over') return;
    this.interrupted = true;
    if (this.current === 'running') {
      this.limitTo(RESULTS_FOR_US + PATIENCE_US, neverDid('end the window'));
      this.session.sendBench({ kind: 'stop' });
    } else if (this.current !== 'collecting') {
      this.window = null;
      this.finish(null);
    }
  }

  private onWelcome({ streams, features = [] }: Welcome): void {
    const { durationMs, stream: name } = this.options;
    if (!features.includes(BENCH_FEATURE)) {
      return this.fail(new StreamerError('BENCH_UNKNOWN', 'The server is of a version without such benchmarks.'));
    }
    const stream = name === null ? streams[0] : streams.find((one) => one.name === name);
    if (!stream) return this.fail(unknownStream(name, streams));
    this.stream = stream;
    this.session.sendBench({ kind: 'open', durationMs, stream: stream.name });
  }

  private onNotice(notice: BenchNotice): void {
    switch (notice.kind) {
      case 'opened':
        return this.onOpened();
      case 'devices':
        return this.onDevices(notice.devices);
      case 'run':
        return this.onRun(notice.startTimeUs, notice.stopTimeUs);
      case 'deviceProgress':
        return this.known.onProgress(notice);
      case 'deviceResult':
        return this.onResult(notice);
      case 'refused':
        return this.onRefused(notice.code, notice.message);
      case 'over':
        return this.finish(new StreamerError('BENCH_OVER', `The server ended the benchmark: ${notice.reason}`));
      default:
        return;
    }
  }

  private onOpened(): void {
    if (this.current !== 'connecting') return;
    this.cancelLimit();
    this.current = 'waiting';
    this.cancelTimer = this.clock.schedule(this.options.waitMs * 1000, () => {
      if (this.present.length > 0) this.begin();
      else this.fail(noDevice(this.options.waitMs, this.options));
    });
    this.beginWhenAllAreThere();
  }

  private onDevices(devices: readonly BenchDevice[]): void {
    this.known.onDevices(devices, this.current === 'running');
    this.beginWhenAllAreThere();
    this.finishWhenAllCame();
  }

  private beginWhenAllAreThere(): void {
    if (this.current === 'waiting' && this.present.length >= this.options.devices) this.begin();
  }

  private begin(): void {
    this.cancelTimer();
    this.current = 'starting';
    const { leadMs, durationMs } = this.options;
    this.limitTo((leadMs + durationMs) * 1000 + RESULTS_FOR_US + PATIENCE_US, neverDid('end the window'));
    this.session.sendBench({ kind: 'start', leadMs: this.options.leadMs });
  }

  /** Comes a second time when the window was stopped. */
  private onRun(startTimeUs: number, stopTimeUs: number): void {
    if (this.current !== 'starting' && this.current !== 'running') return;
    if (!this.isAskedFor(startTimeUs, stopTimeUs)) {
      return this.finish(new StreamerError('BAD_MESSAGE', 'The server set a window that was not asked for.'));
    }
    this.window = { startTimeUs, stopTimeUs };
    this.watchWindow();
  }

  /** One that is over early begins where it did before. When it begins is known as well as the server's clock is. */
  private isAskedFor(startTimeUs: number, stopTimeUs: number): boolean {
    const { window, interrupted } = this;
    const { durationMs, leadMs } = this.options;
    if (window && interrupted) return startTimeUs === window.startTimeUs && stopTimeUs <= window.stopTimeUs;
    if (stopTimeUs - startTimeUs !== durationMs * 1000) return false;
    const offsetUs = this.estimate()?.offsetUs ?? null;
    return offsetUs === null || startTimeUs - offsetUs <= this.clock.nowUs() + leadMs * 1000 + PATIENCE_US;
  }

  private watchWindow(): void {
    this.cancelTimer();
    const startUs = this.untilUs('startTimeUs');
    const stopUs = this.untilUs('stopTimeUs');
    if (startUs === null || stopUs === null) this.after(CLOCK_RETRY_US, () => this.watchWindow());
    else if (startUs > 0) this.after(startUs, () => this.watchWindow());
    else if (stopUs > 0) {
      this.current = 'running';
      this.options.onPhase?.(this.current);
      this.after(stopUs, () => this.watchWindow());
    } else this.collect();
  }

  private collect(): void {
    this.current = 'collecting';
    this.options.onPhase?.(this.current);
    this.cancelLimit();
    this.after(RESULTS_FOR_US, () => this.finish(null));
    this.finishWhenAllCame();
  }

  private onResult(result: Extract<BenchNotice, { kind: 'deviceResult' }>): void {
    if (!this.window) return;
    this.known.onResult(result);
    this.finishWhenAllCame();
  }

  /** Who left, or came when it was over, has nothing to say any more. */
  private finishWhenAllCame(): void {
    if (this.current !== 'collecting') return;
    const stopTimeUs = this.window?.stopTimeUs ?? 0;
    const awaited = this.present.filter(({ device, result }) => !result && device.joinedTimeUs < stopTimeUs);
    if (awaited.length === 0) this.finish(null);
  }

  private onRefused(code: string, message: string): void {
    // The window was over when it was to be stopped.
    if (this.current === 'running' && this.interrupted) return;
    this.fail(new StreamerError(isErrorCode(code) ? code : 'BENCH_REFUSED', message));
  }

  private onEnd(error: StreamerError | null): void {
    if (this.current === 'over') return;
    this.finish(error ?? new StreamerError('CONNECTION_LOST', 'The server closed the connection.'));
  }

  /** With a window there is something to report, whatever happened; without one only the user ends it untroubled. */
  private finish(trouble: StreamerError | null): void {
    if (this.current === 'over') return;
    const { stream, window, devices, interrupted, settle } = this;
    if (trouble && !window) return this.fail(trouble);
    this.close();
    settle?.resolve(stream && window && { stream, window, devices, interrupted, trouble });
  }

  private fail(error: StreamerError): void {
    if (this.current === 'over') return;
    this.close();
    this.settle?.reject(error);
  }

  private close(): void {
    this.current = 'over';
    this.cancelTimer();
    this.cancelLimit();
    this.session.sendBench({ kind: 'leave' });
    this.session.close();
  }

  private after(us: number, callback: () => void): void {
    this.cancelTimer();
    this.cancelTimer = this.clock.schedule(us, callback);
  }

  private limitTo(us: number, error: StreamerError): void {
    this.cancelLimit();
    this.cancelLimit = this.clock.schedule(us, () => this.finish(error));
  }

  /** What was known last serves where nothing is known now. */
  private estimate(): ClockEstimate | null {
    this.clockEstimate = this.session.clockEstimate() ?? this.clockEstimate;
    return this.clockEstimate;
  }
}

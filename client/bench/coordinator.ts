import type { CancelTimer, Clock } from '../../shared/clock.js';
import { isErrorCode, StreamerError } from '../../shared/errors.js';
import { BENCH_FEATURE } from '../../shared/protocol/bench-messages.js';
import type { BenchDevice, BenchNotice, DeviceProgress, DeviceResult } from '../../shared/protocol/bench-messages.js';
import type { ClockEstimate } from '../../shared/protocol/clock-sync.js';
import type { StreamInfo, Welcome } from '../../shared/protocol/messages.js';
import type { ServerAddress } from '../connection.js';
import { Session } from '../session.js';

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
}

/** A device as far as it is known. */
export interface KnownDevice {
  readonly device: BenchDevice;
  readonly progress: DeviceProgress | null;
  readonly result: DeviceResult | null;
  /** Whether it left while the window lasted, also one that came back. */
  readonly wasAway: boolean;
}

/** What the coordinator is doing. */
export type CoordinatorPhase = 'connecting' | 'waiting' | 'starting' | 'running' | 'collecting' | 'over';

/** A benchmark that is over. */
export interface BenchOutcome {
  readonly stream: StreamInfo;
  /** Null when it never began. */
  readonly window: { readonly startTimeUs: number; readonly stopTimeUs: number } | null;
  readonly devices: readonly KnownDevice[];
  /** Whether the user ended it before its time. */
  readonly interrupted: boolean;
  /** Why it ended otherwise than planned. */
  readonly trouble: StreamerError | null;
}

/** Devices that are remembered; a server may name more and more. */
const MAX_KNOWN = 1024;
/** How long results are waited for, from the end of the window by the server's clock. */
const RESULTS_FOR_US = 10_000_000;

interface MutableDevice {
  device: BenchDevice;
  progress: DeviceProgress | null;
  result: DeviceResult | null;
  wasAway: boolean;
}

/** Runs one benchmark over a connection of its own: opens it, waits for devices, sets the window, and gathers results. */
export class Coordinator {
  private readonly session: Session;
  private readonly known = new Map<number, MutableDevice>();
  private current: CoordinatorPhase = 'connecting';
  private stream: StreamInfo | null = null;
  private window: BenchOutcome['window'] = null;
  private interrupted = false;
  private clockEstimate: ClockEstimate | null = null;
  private cancelTimer: CancelTimer = () => undefined;
  private settle: { resolve(outcome: BenchOutcome): void; reject(error: StreamerError): void } | null = null;

  constructor(
    private readonly options: CoordinatorOptions,
    private readonly clock: Clock,
  ) {
    this.session = new Session(
      { ...options, subscriptions: [], reconnect: false, acknowledgeOnReceipt: true },
      {
        onWelcome: (welcome) => this.onWelcome(welcome),
        onBench: (notice) => this.onNotice(notice),
        onEnd: (error) => this.onEnd(error),
      },
      clock,
    );
  }

  get phase(): CoordinatorPhase {
    return this.current;
  }

  get devices(): readonly KnownDevice[] {
    return [...this.known.values()];
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
   * Runs it to its end.
   *
   * @throws {StreamerError} when there is nothing to report: no connection, refused by the server, no device in time.
   */
  run(): Promise<BenchOutcome> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.session.start();
    });
  }

  /** The user wants it to end: the window ends now, and what was measured is gathered. */
  stop(): void {
    if (this.interrupted || this.current === 'over') return;
    this.interrupted = true;
    if (this.current === 'connecting') return this.fail(stopped());
    if (this.current === 'running') this.session.sendBench({ kind: 'stop' });
    else if (this.current !== 'collecting') this.finish(null);
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
        return this.onProgress(notice);
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
    this.current = 'waiting';
    this.cancelTimer = this.clock.schedule(this.options.waitMs * 1000, () => {
      if (this.present.length > 0) this.begin();
      else this.fail(noDevice(this.options));
    });
    this.beginWhenAllAreThere();
  }

  private onDevices(devices: readonly BenchDevice[]): void {
    for (const device of devices) {
      const before = this.known.get(device.id);
      const isAway = this.current === 'running' && device.leftTimeUs !== null;
      if (before) {
        before.device = device;
        before.wasAway ||= isAway;
      } else if (this.known.size < MAX_KNOWN) {
        this.known.set(device.id, { device, progress: null, result: null, wasAway: isAway });
      }
    }
    this.beginWhenAllAreThere();
    this.finishWhenAllCame();
  }

  private beginWhenAllAreThere(): void {
    if (this.current === 'waiting' && this.present.length >= this.options.devices) this.begin();
  }

  private begin(): void {
    this.cancelTimer();
    this.current = 'starting';
    this.session.sendBench({ kind: 'start', leadMs: this.options.leadMs });
  }

  /** Comes a second time when the window was stopped. */
  private onRun(startTimeUs: number, stopTimeUs: number): void {
    if (this.current !== 'starting' && this.current !== 'running') return;
    this.window = { startTimeUs, stopTimeUs };
    this.watchWindow();
  }

  private watchWindow(): void {
    this.cancelTimer();
    const startUs = this.untilUs('startTimeUs') ?? 0;
    const stopUs = this.untilUs('stopTimeUs') ?? 0;
    if (startUs > 0) this.after(startUs, () => this.watchWindow());
    else if (stopUs > 0) {
      this.current = 'running';
      this.after(stopUs, () => this.watchWindow());
    } else this.collect();
  }

  private collect(): void {
    this.current = 'collecting';
    this.after(RESULTS_FOR_US, () => this.finish(null));
    this.finishWhenAllCame();
  }

  private onProgress({ deviceId, kind: _, ...progress }: Extract<BenchNotice, { kind: 'deviceProgress' }>): void {
    const known = this.known.get(deviceId);
    if (known) known.progress = progress;
  }

  private onResult({ deviceId, kind: _, ...result }: Extract<BenchNotice, { kind: 'deviceResult' }>): void {
    const known = this.known.get(deviceId);
    if (!known || !this.window) return;
    known.result ??= result;
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

  /** With a window there is something to report, whatever happened. */
  private finish(trouble: StreamerError | null): void {
    if (this.current === 'over') return;
    if (!this.stream || (trouble && !this.window)) return this.fail(trouble ?? stopped());
    const { stream, window, devices, interrupted, settle } = this;
    this.close();
    settle?.resolve({ stream, window, devices, interrupted, trouble });
  }

  private fail(error: StreamerError): void {
    if (this.current === 'over') return;
    this.close();
    this.settle?.reject(error);
  }

  private close(): void {
    this.current = 'over';
    this.cancelTimer();
    this.session.sendBench({ kind: 'leave' });
    this.session.close();
  }

  private after(us: number, callback: () => void): void {
    this.cancelTimer();
    this.cancelTimer = this.clock.schedule(us, callback);
  }

  /** What was known last serves where nothing is known now. */
  private estimate(): ClockEstimate | null {
    this.clockEstimate = this.session.clockEstimate() ?? this.clockEstimate;
    return this.clockEstimate;
  }
}

function unknownStream(name: string | null, streams: readonly StreamInfo[]): StreamerError {
  const names = streams.map((stream) => stream.name).slice(0, 20);
  const offered = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  return new StreamerError('UNKNOWN_STREAM', `There is no stream ${name ?? 'at all'}; ${offered}.`);
}

function noDevice({ waitMs, host }: CoordinatorOptions): StreamerError {
  const sentence = `No device joined within ${waitMs / 1000} s; run "streamer-client join ${host}" on each device.`;
  return new StreamerError('NO_DEVICES', sentence);
}

function stopped(): StreamerError {
  return new StreamerError('NO_DEVICES', 'Stopped before the benchmark was open.');
}

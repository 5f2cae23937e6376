import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { BenchNotice, DeviceProgress, DeviceResult } from '../../shared/protocol/bench-messages.js';
import type { BenchPeer } from './bench-peer.js';
import type { Device, DeviceList } from './device-list.js';
import { DeviceNews } from './device-news.js';

/** What a benchmark was opened with. */
export interface BenchOptions {
  readonly id: number;
  readonly durationMs: number;
  readonly stream: string;
  readonly coordinator: BenchPeer;
}

/** What a benchmark takes from its room. */
export interface BenchParts {
  readonly clock: Clock;
  readonly devices: DeviceList;
  /** Tells all devices, unless the benchmark came to its end meanwhile. */
  readonly tellDevices: (notice: BenchNotice) => void;
  /** A result went to the coordinator. */
  readonly onResultSent: () => void;
  /** It came to its end by itself. */
  readonly onOver: (reason: string) => void;
}

/** How long a coordinator may wait for devices, and how long results are waited for. */
const OPEN_FOR_US = 60 * 60 * 1_000_000;
const RESULTS_FOR_US = 30_000_000;

/** One benchmark from `open` to `over`: its window, and what goes to its coordinator. */
export class Bench {
  readonly coordinator: BenchPeer;
  private readonly news: DeviceNews;
  private readonly resultsOf = new Set<number>();
  private window: { readonly startTimeUs: number; readonly stopTimeUs: number } | null = null;
  private cancelTimer: CancelTimer = () => undefined;

  constructor(
    private readonly options: BenchOptions,
    private readonly parts: BenchParts,
  ) {
    this.coordinator = options.coordinator;
    this.news = new DeviceNews(parts.clock, this.coordinator);
  }

  get id(): number {
    return this.options.id;
  }

  /** Devices whose result came. */
  get results(): number {
    return this.resultsOf.size;
  }

  /** Tells the coordinator that it is open and who is there, and the devices what to be ready for. */
  begin(): void {
    this.endAfter(OPEN_FOR_US, 'The coordinator did not start within an hour.');
    this.coordinator.send({ kind: 'opened', benchId: this.id });
    for (const device of this.parts.devices.present) this.news.add(device);
    this.news.flush();
    this.parts.tellDevices(this.announcement());
  }

  /** @throws {StreamerError} BENCH_REFUSED when it was started before. */
  start(leadMs: number): void {
    if (this.window) throw new StreamerError('BENCH_REFUSED', 'The benchmark was started before.');
    const startTimeUs = this.parts.clock.nowUs() + leadMs * 1000;
    this.setWindow(startTimeUs, startTimeUs + this.options.durationMs * 1000);
  }

  /** @throws {StreamerError} BENCH_REFUSED when its window is over. */
  stop(): void {
    const nowUs = this.parts.clock.nowUs();
    if (!this.window || nowUs <= this.window.startTimeUs) {
      return this.parts.onOver('The coordinator stopped it before it began.');
    }
    if (nowUs >= this.window.stopTimeUs) throw new StreamerError('BENCH_REFUSED', 'The window is over already.');
    this.setWindow(this.window.startTimeUs, nowUs);
  }

  /** A device came, or came back. */
  onJoined(device: Device): void {
    this.news.add(device);
    device.peer?.send(this.announcement());
    // Who gave its result has nothing left to measure.
    if (this.window && !this.resultsOf.has(device.id)) device.peer?.send(this.run(this.window));
  }

  onLeft(device: Device): void {
    this.news.add(device);
  }

  /** Passes on how a device is doing, as far as the coordinator keeps up. */
  onProgress({ id }: Device, progress: DeviceProgress): void {
    if (this.window && !this.coordinator.isBehind) {
      this.coordinator.send({ kind: 'deviceProgress', deviceId: id, ...progress });
    }
  }

  /**
   * Passes on what a device measured.
   *
   * @throws {StreamerError} BENCH_REFUSED before the window is over, after it for who was not there, and for a second one.
   */
  onResult({ id, joinedTimeUs }: Device, result: DeviceResult): void {
    const { window } = this;
    if (!window || this.parts.clock.nowUs() < window.stopTimeUs) {
      throw new StreamerError('BENCH_REFUSED', 'The window is not over yet.');
    }
    // Otherwise one that comes again and again under other names could send a result each time.
    if (joinedTimeUs >= window.stopTimeUs) throw new StreamerError('BENCH_REFUSED', 'You joined after the window.');
    if (this.resultsOf.has(id)) throw new StreamerError('BENCH_REFUSED', 'Your result came already.');
    this.resultsOf.add(id);
    // The coordinator must know a device before it hears what that measured.
    this.news.flush();
    this.coordinator.send({ kind: 'deviceResult', deviceId: id, ...result });
    this.parts.onResultSent();
  }

  /** Nothing more happens by itself. */
  close(): void {
    this.cancelTimer();
    this.news.close();
  }

  private setWindow(startTimeUs: number, stopTimeUs: number): void {
    this.window = { startTimeUs, stopTimeUs };
    const leftUs = stopTimeUs - this.parts.clock.nowUs();
    this.endAfter(leftUs + RESULTS_FOR_US, 'The time for results is over.');
    this.coordinator.send(this.run(this.window));
    this.parts.tellDevices(this.run(this.window));
  }

  private endAfter(us: number, reason: string): void {
    this.cancelTimer();
    this.cancelTimer = this.parts.clock.schedule(us, () => this.parts.onOver(reason));
  }

  private announcement(): BenchNotice {
    return { kind: 'announced', benchId: this.id, stream: this.options.stream };
  }

  private run(window: { readonly startTimeUs: number; readonly stopTimeUs: number }): BenchNotice {
    return { kind: 'run', benchId: this.id, stream: this.options.stream, ...window };
  }
}

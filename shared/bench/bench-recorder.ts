import { FRAME_HEADER_BYTES, PREFIX_BYTES } from '../protocol/messages.js';
import type { StreamInfo } from '../protocol/messages.js';
import { AgeCadence } from '../receiver/age-cadence.js';
import type { FrameObservation } from '../receiver/observation.js';
import { SequenceTracker } from '../receiver/sequence-tracker.js';
import { SettlingClock } from '../receiver/settling-clock.js';
import { BenchCounts } from './bench-counts.js';
import type { BenchWindow } from './bench-counts.js';
import type { ValueCounts } from './value-counts.js';

const LEAST_FPS = 0.001;

/**
 * Measures one stream for benchmarks, over reconnects. It watches the stream all the time, so that a window begins with
 * what is known: which frame came before it, how old that was. It has no clock; times are microseconds of our clock where
 * nothing else is said, and must not run backwards.
 */
export class BenchRecorder<C extends ValueCounts> {
  private readonly sequence = new SequenceTracker();
  private readonly clock = new SettlingClock((frame, offsetUs, errorUs) => this.onSettled(frame, offsetUs, errorUs));
  private readonly age = new AgeCadence(null, (ageUs, count, atUs) => this.onAge(ageUs, count, atUs));
  private stream: StreamInfo | null = null;
  private counted: BenchCounts<C> | null = null;
  private newestUs: number | null = null;
  /** The server's clock minus ours, as a frame last had it. */
  private offsetUs: number | null = null;

  constructor(private readonly makeCounts: () => C) {}

  /** What was counted in the window; null before the first one. */
  get counts(): BenchCounts<C> | null {
    return this.counted;
  }

  /** Capture time of the newest frame, in the server's clock. */
  get newestTimeUs(): number | null {
    return this.newestUs;
  }

  /** Begins to count in a window; `serverTimeUs` is the server's clock now, where it is known. */
  begin(window: BenchWindow, serverTimeUs: number | null): void {
    const { startTimeUs } = window;
    const wasHere = (this.newestUs ?? Infinity) < startTimeUs || (serverTimeUs ?? Infinity) <= startTimeUs;
    this.counted = new BenchCounts(window, wasHere ? startTimeUs : null, this.makeCounts);
  }

  /** What was counted is of no use any more. */
  forget(): void {
    this.counted = null;
  }

  /** Takes in a frame of the present; one that is not newer than the newest is counted already. */
  onFrame(frame: FrameObservation, isWhole: boolean): void {
    const { captureTimeUs, sequence } = frame.header;
    const gap = this.sequence.onFrame(sequence);
    if (!gap) return;
    const bytes = PREFIX_BYTES + FRAME_HEADER_BYTES + frame.jpegBytes;
    this.counted?.onFrame({ captureTimeUs, previousTimeUs: this.newestUs, gap, bytes, isWhole });
    this.newestUs = captureTimeUs;
    this.clock.onFrame(frame);
  }

  onSkipped(first: number, last: number): void {
    this.sequence.onSkipped(first, last);
  }

  /**
   * The stream is described anew. Another one, and one with another start time, has a sequence of its own, and nothing
   * is lost by that.
   */
  onStream(stream: StreamInfo, nowUs: number): void {
    if (stream.name !== this.stream?.name || stream.startTimeUs !== this.stream.startTimeUs) {
      this.sequence.restart();
      this.newestUs = null;
    }
    this.advance(nowUs);
    if (stream.state === 'ended') {
      this.clock.flush();
      this.age.stop(nowUs);
    }
    this.age.setPeriod(stream.fps > 0 ? 1e6 / Math.max(stream.fps, LEAST_FPS) : null);
    this.stream = stream;
  }

  /** The connection is gone: the next frame may come from a server whose clock is another one. */
  onDisconnect(): void {
    this.clock.restart();
  }

  /** Brings everything up to `nowUs`: silence counts as age. */
  advance(nowUs: number): void {
    this.clock.advance(nowUs);
    // Frames that are held arrived earlier than now and would be sampled too late.
    if (!this.clock.holding) this.age.advance(nowUs);
  }

  /** The window is over: what still waits for the clock to settle is counted with the clock as it is. */
  finish(nowUs: number): void {
    this.clock.flush();
    this.advance(nowUs);
  }

  private onSettled({ header, receiveTimeUs }: FrameObservation, offsetUs: number, clockErrorUs: number): void {
    const latencyUs = receiveTimeUs + offsetUs - header.captureTimeUs;
    this.counted?.onLatency(header.captureTimeUs, latencyUs, clockErrorUs + header.clockErrorUs);
    // Silence up to this frame is sampled by the clock as it was before.
    this.age.advance(receiveTimeUs);
    this.offsetUs = offsetUs;
    this.age.onFrame(receiveTimeUs, header.captureTimeUs - offsetUs);
  }

  private onAge(ageUs: number, count: number, atUs: number): void {
    if (this.offsetUs !== null) this.counted?.onAge(ageUs, count, atUs + this.offsetUs);
  }
}

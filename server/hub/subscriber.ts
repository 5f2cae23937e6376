import type { Policy } from '../../shared/protocol/messages.js';
import type { ByteBudget } from './byte-budget.js';
import type { PublishedFrame } from './frame.js';
import { InFlight } from './in-flight.js';
import { RateGate } from './rate-gate.js';
import { SkipRanges } from './skip-ranges.js';

/** The road to one client, as the subscriber needs it. Nothing here may throw or call back into the subscriber. */
export interface FrameSink {
  /** Sends a frame, after announcing the ranges in `skipped`. */
  sendFrame(frame: PublishedFrame, skipped: readonly { first: number; last: number }[]): void;
  /** Tells the client how many frames one acknowledgement may cover. */
  sendCredit(ackEvery: number): void;
  /** Bytes that this process still holds for the client because the kernel takes no more. */
  backlogBytes(): number;
  /** The client fell `bytesBehind` bytes behind, and its policy allows no frame to be left out. */
  tooFarBehind(bytesBehind: number): void;
}

/** What a subscriber did since it began. */
export interface SubscriberCounters {
  sent: number;
  sentBytes: number;
  acknowledged: number;
  /** Frames left out because the client was busy with older ones, or had its share of bytes (`budget`). */
  replaced: number;
  /** Frames left out because of `maxFps`. */
  thinned: number;
  /** Times the client went from keeping up to lagging. */
  lags: number;
}

/** Options of a subscriber. */
export interface SubscriberOptions {
  readonly policy: Policy;
  readonly maxFps: number | null;
  /** The stream's nominal rate; 0 while it is not known. */
  readonly fps: number;
  readonly sink: FrameSink;
  /** Frames in flight for a peer that cannot acknowledge, so that its transport does; null lets the window adapt. */
  readonly fixedWindow: number | null;
  /** What the client may be sent, shared by all its streams; null or nothing sets no limit. */
  readonly budget?: ByteBudget | null;
}

/** What a stream is taken for while its rate is not known. */
const ASSUMED_FPS = 30;
/** Frames in flight that every client may have: one being received, one right behind it. */
const MIN_WINDOW = 2;
/** Nobody is sent more than this much time of frames ahead of its acknowledgements. */
const STALENESS_TARGET_SECONDS = 1;
/** A client that kept up for this long may acknowledge several frames at once. */
const PROBATION_SECONDS = 2;
/** An acknowledgement may cover a sixth of a second of frames, at most this many. */
const MAX_ACK_EVERY = 8;
/** Gaps between frames that are neither sent nor skipped, that is lost: a few of them may be waiting to be announced. */
const MAX_EXTRA_RANGES = 64;
/** With policy `every`, a client this far behind is disconnected. */
export const EVERY_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * One client's view of one stream: bounded staleness by credit. At most a window of frames is in flight; while it is
 * full, the newest frames wait in a slot (policy `latest`) or a short queue (`queue:N`) and older ones are replaced.
 * Looking at what `write` returns instead would let megabytes of old frames pile up in the kernel.
 */
export class Subscriber {
  readonly counters: SubscriberCounters = { sent: 0, sentBytes: 0, acknowledged: 0, replaced: 0, thinned: 0, lags: 0 };
  private readonly inFlight = new InFlight();
  private readonly skipped: SkipRanges;
  private readonly waiting: PublishedFrame[] = [];
  private readonly capacity: number;
  private gate: RateGate | null = null;
  private readonly sink: FrameSink;
  private fps = ASSUMED_FPS;
  private roundTripUs = 0;
  private baseWindow: number;
  private ackEvery = 1;
  private sentWithoutLag = 0;
  private lastSent = -1;
  /** Of the frames that wait; with policy `every` only a budget makes any wait. */
  private waitingBytes = 0;

  constructor(private readonly options: SubscriberOptions) {
    this.sink = options.sink;
    this.capacity = waitingCapacity(options.policy);
    // With `maxFps` there is a range before each frame that waits.
    this.skipped = new SkipRanges(this.capacity + MAX_EXTRA_RANGES);
    this.baseWindow = options.fixedWindow ?? MIN_WINDOW;
    this.setStreamFps(options.fps);
  }

  /** The stream's nominal rate became known, or another one. */
  setStreamFps(streamFps: number): void {
    const { maxFps } = this.options;
    const fps = streamFps > 0 ? streamFps : ASSUMED_FPS;
    this.gate = maxFps === null ? null : new RateGate(maxFps, fps);
    this.fps = maxFps === null ? fps : Math.min(fps, maxFps);
    this.setRoundTripUs(this.roundTripUs);
  }

  /** Of the frames kept for late joiners, how many its policy would not replace at once. */
  get keptFrames(): number {
    return this.options.policy === 'every' ? Infinity : this.capacity;
  }

  /** Frames that may be in flight now. */
  get window(): number {
    return this.baseWindow + this.ackEvery - 1;
  }

  /** Frames that wait for credit. */
  get waitingFrames(): number {
    return this.waiting.length;
  }

  /** Takes the stream's next frame: sends it, keeps it for later, or leaves it out. */
  offer(frame: PublishedFrame): void {
    if (this.gate && !this.gate.admits(frame.header.captureTimeUs)) {
      this.counters.thinned += 1;
      this.skipped.add(frame.header.sequence, frame.header.sequence);
    } else if (this.options.policy === 'every') {
      this.offerEvery(frame);
    } else if (this.waiting.length === 0 && this.maySend(frame)) {
      this.send(frame);
      this.rewardKeepingUp();
    } else {
      // Who has credit waits for its share of bytes only, and keeps up.
      if (!this.hasCredit()) this.lag();
      this.wait(frame);
      if (this.waiting.length > this.capacity) this.replaceOldest();
    }
    // A short backlog ends without a `drain` to tell, and where nothing is in flight no acknowledgement would either.
    this.pump();
  }

  /** Notes that the server dropped the frames `first` to `last` before they were encoded: a gap it chose. */
  noteDropped(first: number, last: number): void {
    this.skipped.add(first, last);
  }

  /**
   * The client has received every frame up to `sequence`. Returns false when that frame was never sent, which only a
   * broken or hostile client says.
   */
  acknowledge(sequence: number): boolean {
    if (sequence > this.lastSent) return false;
    this.counters.acknowledged += this.inFlight.acknowledge(sequence);
    this.pump();
    return true;
  }

  /** Sends what waits, as far as there is credit; called when the kernel takes bytes again. */
  pump(): void {
    for (let next = this.waiting[0]; next && this.mayLeave(next); next = this.waiting[0]) {
      this.stopWaiting();
      this.send(next);
    }
  }

  /** No more frames come. What waits for the client's budget is let go of; without one it can still be acknowledged for. */
  close(): void {
    const { budget } = this.options;
    if (!budget) return;
    while (this.waiting.length > 0) this.stopWaiting();
    budget.leave(this);
  }

  /** The smallest round trip to the client so far: long paths need more frames in flight to keep the full rate. */
  setRoundTripUs(rttMinUs: number): void {
    if (this.options.fixedWindow !== null) return;
    this.roundTripUs = rttMinUs;
    const needed = Math.ceil((rttMinUs / 1_000_000) * this.fps) + 1;
    const allowed = Math.max(MIN_WINDOW, Math.floor(STALENESS_TARGET_SECONDS * this.fps));
    this.baseWindow = Math.min(allowed, Math.max(MIN_WINDOW, needed));
    this.pump();
  }

  /** A client that acknowledges without reading is held back by its backlog, so credit alone is not enough. */
  private hasCredit(): boolean {
    return this.inFlight.frames < this.window && this.sink.backlogBytes() === 0;
  }

  /** Asked only about a frame that is sent when the answer is yes: its bytes are taken from the budget. */
  private maySend(frame: PublishedFrame): boolean {
    return this.hasCredit() && this.isInBudget(frame);
  }

  /** As `maySend`, of a frame that waits: with policy `every` it does not wait for credit. */
  private mayLeave(frame: PublishedFrame): boolean {
    return this.options.policy === 'every' ? this.isInBudget(frame) : this.maySend(frame);
  }

  private isInBudget(frame: PublishedFrame): boolean {
    return this.options.budget?.take(this, lengthOf(frame)) ?? true;
  }

  /** Frames beyond the budget are not left out but wait, and count as bytes that the client is behind. */
  private offerEvery(frame: PublishedFrame): void {
    const bytesBehind = Math.max(this.inFlight.bytes, this.sink.backlogBytes()) + this.waitingBytes;
    if (bytesBehind > EVERY_LIMIT_BYTES) this.sink.tooFarBehind(bytesBehind);
    else if (this.waiting.length === 0 && this.isInBudget(frame)) this.send(frame);
    else this.wait(frame);
  }

  private wait(frame: PublishedFrame): void {
    this.waiting.push(frame);
    this.waitingBytes += lengthOf(frame);
  }

  private stopWaiting(): PublishedFrame {
    const frame = this.waiting.shift()!;
    this.waitingBytes -= lengthOf(frame);
    return frame;
  }

  private send(frame: PublishedFrame): void {
    const { sequence } = frame.header;
    const lengthBytes = lengthOf(frame);
    this.inFlight.add(sequence, lengthBytes);
    this.lastSent = sequence;
    this.counters.sent += 1;
    this.counters.sentBytes += lengthBytes;
    this.sink.sendFrame(frame, this.skipped.takeBefore(sequence));
  }

  private replaceOldest(): void {
    const oldest = this.stopWaiting();
    this.counters.replaced += 1;
    this.skipped.add(oldest.header.sequence, oldest.header.sequence);
  }

  /** Fewer acknowledgements cost less, but each one then frees several frames at once, so only the quick get it. */
  private rewardKeepingUp(): void {
    if (this.ackEvery > 1 || this.options.fixedWindow !== null) return;
    this.sentWithoutLag += 1;
    if (this.sentWithoutLag < PROBATION_SECONDS * this.fps) return;
    const ackEvery = Math.min(MAX_ACK_EVERY, Math.floor(this.fps / 6));
    if (ackEvery > 1) this.grantAckEvery(ackEvery);
  }

  private lag(): void {
    this.sentWithoutLag = 0;
    if (this.waiting.length === 0) this.counters.lags += 1;
    if (this.ackEvery > 1) this.grantAckEvery(1);
  }

  private grantAckEvery(ackEvery: number): void {
    this.ackEvery = ackEvery;
    this.sink.sendCredit(ackEvery);
  }
}

function lengthOf({ packetHeader, jpeg }: PublishedFrame): number {
  return packetHeader.length + jpeg.length;
}

function waitingCapacity(policy: Policy): number {
  return policy.startsWith('queue:') ? Number(policy.slice('queue:'.length)) : 1;
}

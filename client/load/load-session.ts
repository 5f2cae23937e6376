import { Backoff } from '../../shared/backoff.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { ErrorCode } from '../../shared/errors.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { isFinal } from '../../shared/protocol/final-codes.js';
import type { Subject } from '../report/run-report-schema.js';
import type { LoadRecorder } from './load-recorder.js';
import type { ArrivedFrame, LoadConnection, LoadSink, LoadSource, SourceFacts } from './load-source.js';
import type { TargetRecorder } from './target-recorder.js';

/** What a session is for, and what it tells whom. */
export interface LoadSessionOptions {
  readonly name: string;
  readonly reconnect: boolean;
  readonly source: Pick<LoadSource, 'open'>;
  readonly recorder: LoadRecorder;
  readonly target: TargetRecorder;
  /** Runs `open` when there is room for one more connection under way; it says when it is no longer under way. */
  readonly takeTurn: (open: (done: () => void) => void) => CancelTimer;
  /** It has its first frame, or will have none. */
  readonly onSettled: () => void;
}

type SessionState = Extract<
  Subject['state'],
  'connecting' | 'connected' | 'reconnecting' | 'ended' | 'failed' | 'stopped'
>;

/** A connection that held this long is taken as healthy: the next outage starts the backoff afresh. */
const STABLE_AFTER_US = 10_000_000;
/** Whoever takes longer to connect goes on beside the others, so that a few bad servers do not keep all of them waiting. */
const TURN_LIMIT_US = 10_000_000;
/** Nobody has taken a connection for so long; a child of FFmpeg may need a while on a machine that starts many of them. */
const CONNECT_LIMIT_US = 60_000_000;
/** Errors beside those of the protocol after which another attempt would fare no better. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'BAD_USAGE',
  'FORBIDDEN',
  'SOURCE_DENIED',
  'FFMPEG_NOT_FOUND',
  'UNTRUSTED_CERTIFICATE',
  'WRONG_PORT',
]);

/** One session of a crowd: opens a connection, and another one with backoff when it broke, and measures what comes. */
export class LoadSession implements LoadSink {
  private connection: LoadConnection | null = null;
  private readonly backoff: Backoff;
  private connectedAtUs: number | null = null;
  private wasConnected = false;
  private cancelTurn: CancelTimer = () => undefined;
  private endTurn: () => void = () => undefined;
  private cancelLimit: CancelTimer = () => undefined;
  /** Why the connection that is being closed is no use; told when it is closed. */
  private givenUp: StreamerError | null = null;
  private currentState: SessionState = 'connecting';
  private isSettled = false;

  constructor(
    private readonly options: LoadSessionOptions,
    private readonly clock: Clock,
    random: () => number = Math.random,
  ) {
    this.backoff = new Backoff(undefined, random);
  }

  get state(): SessionState {
    return this.currentState;
  }

  get isOver(): boolean {
    return this.state === 'ended' || this.state === 'failed' || this.state === 'stopped';
  }

  /** Begins to connect after `delayUs`, when it is its turn. */
  startIn(delayUs: number): void {
    this.cancelTurn = this.clock.schedule(delayUs, () => this.start());
  }

  private start(): void {
    this.cancelTurn = this.options.takeTurn((done) => {
      const cancel = this.clock.schedule(TURN_LIMIT_US, done);
      this.endTurn = () => {
        cancel();
        done();
      };
      this.connect();
    });
  }

  /** Ends it; resolves when nothing is left of its connection. */
  async stop(): Promise<void> {
    this.cancelTurn();
    if (!this.isOver) this.become('stopped');
    await this.connection?.close();
  }

  onFacts(facts: SourceFacts): void {
    if (this.isOver || this.givenUp) return;
    const nowUs = this.clock.nowUs();
    this.endTurn();
    this.cancelLimit();
    this.options.recorder.onFacts(facts, nowUs);
    this.connectedAtUs ??= nowUs;
    if (this.wasConnected && this.state !== 'connected') this.options.target.onReconnect();
    this.wasConnected = true;
    this.become('connected');
  }

  onFrame(frame: ArrivedFrame): void {
    if (this.isOver) return;
    this.options.target.onFrame(frame);
    this.options.recorder.onFrame(frame);
    if (!this.isSettled) this.settle();
  }

  onLost(frames: number): void {
    this.options.target.onLost(this.options.recorder.onLost(frames, this.clock.nowUs()));
  }

  onSkipped(frames: number): void {
    this.options.target.onSkipped(this.options.recorder.onSkipped(frames));
  }

  onCorrupt(): void {
    this.options.recorder.onCorrupt();
  }

  onClosed(error: StreamerError | null): void {
    this.endTurn();
    this.cancelLimit();
    if (this.isOver) return;
    const cause = this.givenUp ?? error;
    this.givenUp = null;
    if (cause) this.onBroken(cause);
    else this.become('ended');
  }

  private connect(): void {
    this.options.recorder.onConnecting(this.clock.nowUs());
    this.cancelLimit = this.clock.schedule(CONNECT_LIMIT_US, () => this.giveUp());
    try {
      this.connection = this.options.source.open(this.options.name, this);
    } catch (thrown) {
      this.onClosed(toStreamerError(thrown));
    }
  }

  private giveUp(): void {
    this.givenUp = new StreamerError('CONNECT_TIMEOUT', 'The server gave no stream within a minute.');
    void this.connection?.close();
  }

  private onBroken(error: StreamerError): void {
    const nowUs = this.clock.nowUs();
    const { recorder, target, reconnect } = this.options;
    recorder.onBroken(error, this.connectedAtUs !== null, nowUs);
    target.onError(error);
    if (this.connectedAtUs !== null && nowUs - this.connectedAtUs >= STABLE_AFTER_US) this.backoff.reset();
    this.connectedAtUs = null;
    if (!reconnect || isFinal(error.code) || HOPELESS.has(error.code)) return this.become('failed');
    this.become(this.wasConnected ? 'reconnecting' : 'connecting');
    const cancel = this.clock.schedule(this.backoff.nextDelayMs() * 1000, () => void this.startAnew());
    this.cancelTurn = cancel;
  }

  /** What is left of the connection before must not meet the next. */
  private async startAnew(): Promise<void> {
    await this.connection?.close();
    if (!this.isOver) this.start();
  }

  private become(state: SessionState): void {
    if (state === this.currentState) return;
    this.options.target.onState(this.currentState, state);
    this.currentState = state;
    if (!this.isOver) return;
    this.options.recorder.onEnded(this.clock.nowUs(), state === 'failed');
    this.settle();
  }

  private settle(): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.options.onSettled();
  }
}

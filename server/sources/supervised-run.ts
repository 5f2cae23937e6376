import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { Health, type HealthReport, SILENT_AFTER_US } from './health.js';
import type { NominalRate } from './nominal-rate.js';
import type { Source, SourceFrame, SourceInfo, SourceRun, SourceSink } from './source.js';

/** What a supervised run tells; nothing more comes after `onEnd`, `onFailure` or `stop`. */
export interface RunListener {
  onInfo(info: SourceInfo): void;
  /** The nominal rate was learned, or learned to be higher. */
  onRate(): void;
  onFrame(frame: SourceFrame): void;
  onPackets(bytes: Buffer, isStart: boolean): void;
  onDrop(first: number, last: number): void;
  onWarning(error: StreamerError): void;
  /** The source delivers, and how well it does. */
  onHealth(report: HealthReport): void;
  onEnd(): void;
  /** It broke or stalled; whoever hears it has to stop the run. */
  onFailure(error: StreamerError): void;
}

/** The first picture of a live source; a file that is joined far behind its beginning takes longer. */
const FIRST_FRAME_LIVE_US = 15_000_000;
const FIRST_FRAME_PACED_US = 30_000_000;
const FIRST_FRAME_INTERVALS = 2;
const STALL_US = 10_000_000;
const STALL_INTERVALS = 6;
/** How often the health of a source is looked at between its frames. */
const LOOK_US = 500_000;
/** A timer this late shows that the process stood still, not the source. */
const LATE_US = 1_000_000;
/** A source that delivered for so long is sound: its next failure is a new one. */
const STABLE_AFTER_US = 60_000_000;

/** One run of a source with a watchdog: it fails when no picture comes, and a live one has its health told. */
export class SupervisedRun {
  private readonly run: SourceRun;
  private isOver = false;
  private cancelLook: CancelTimer = () => undefined;
  private health: Health | null = null;
  private isDelivering = false;
  /** When a live source said what it is, while no picture has come. */
  private connectedAtUs: number | null = null;
  private isMute = false;
  /** When the first frame came, or the first one after a silence. */
  private steadySinceUs: number;
  private lastUs: number;

  constructor(
    private readonly source: Source,
    private readonly nominal: NominalRate,
    nextSequence: number,
    private readonly clock: Clock,
    private readonly listener: RunListener,
  ) {
    this.lastUs = clock.nowUs();
    this.steadySinceUs = this.lastUs;
    nominal.beginRun();
    this.run = source.start(this.sink(), nextSequence);
    this.planLook();
  }

  /** Whether it brought pictures for long enough without a silence. */
  get isStable(): boolean {
    return this.isDelivering && this.lastUs - this.steadySinceUs >= STABLE_AFTER_US;
  }

  /** Ends it; resolves when its children and connections are gone. */
  async stop(): Promise<void> {
    this.finish();
    await this.run.stop();
  }

  /** A run that was stopped may still have something to say: it is not heard. */
  private sink(): SourceSink {
    const { listener } = this;
    return {
      onInfo: (info) => this.isOver || this.onInfo(info),
      onFrame: (frame) => (this.isOver ? letGo(frame) : this.onFrame(frame)),
      onPackets: (bytes, isStart) => this.isOver || listener.onPackets(bytes, isStart),
      onDrop: (first, last) => this.isOver || this.onDrop(first, last),
      onWarning: (error) => this.isOver || listener.onWarning(error),
      onEnd: () => {
        if (this.finish()) listener.onEnd();
      },
      onError: (error) => {
        if (this.finish()) listener.onFailure(error);
      },
    };
  }

  private onInfo(info: SourceInfo): void {
    if (this.source.isLive) this.connectedAtUs ??= this.clock.nowUs();
    this.listener.onInfo(info);
    this.planLook();
  }

  private onFrame(frame: SourceFrame): void {
    const nowUs = this.clock.nowUs();
    if (!this.isDelivering) this.begin(nowUs);
    this.lastUs = nowUs;
    this.steadySinceUs = Math.min(this.steadySinceUs, nowUs);
    this.observe((health) => health.onFrame(frame, nowUs));
    if (this.isOver) letGo(frame);
    else this.listener.onFrame(frame);
  }

  /** Pictures that the server left out were there: nobody may say that the source stands still. */
  private onDrop(first: number, last: number): void {
    const nowUs = this.clock.nowUs();
    if (this.isDelivering) this.lastUs = nowUs;
    this.observe((health) => health.onDrop(last - first + 1, nowUs));
    if (!this.isOver) this.listener.onDrop(first, last);
  }

  private begin(nowUs: number): void {
    this.isDelivering = true;
    this.steadySinceUs = nowUs;
    if (this.source.isLive) this.health = new Health(this.nominal, nowUs);
    this.listener.onHealth({ state: 'live' });
    this.planLook();
  }

  /** Has the health learn something, and tells what follows from it. */
  private observe(learn: (health: Health) => void): void {
    if (!this.health || this.isOver) return;
    const { fps } = this.nominal;
    learn(this.health);
    const report = this.health.check(this.clock.nowUs());
    if (this.nominal.fps !== fps) this.listener.onRate();
    if (report) this.listener.onHealth(report);
  }

  /** The next look is when something may have become true without a frame; frames only move that away. */
  private planLook(): void {
    if (this.isOver) return;
    this.cancelLook();
    const nowUs = this.clock.nowUs();
    const silentAtUs = this.health?.silentAtUs ?? this.muteAtUs;
    const lookAtUs = this.health ? nowUs + LOOK_US : Infinity;
    const dueUs = Math.min(lookAtUs, silentAtUs > nowUs ? silentAtUs : Infinity, this.deadlineUs);
    this.cancelLook = this.clock.schedule(dueUs - nowUs, () => this.look(dueUs));
  }

  private look(dueUs: number): void {
    const nowUs = this.clock.nowUs();
    if (nowUs - dueUs > LATE_US) this.excuse(nowUs - dueUs, nowUs);
    if (nowUs >= this.deadlineUs) return this.stall(nowUs);
    if (this.health && nowUs >= this.health.silentAtUs) this.steadySinceUs = Infinity;
    if (!this.health && nowUs >= this.muteAtUs) this.tellMute(nowUs);
    this.observe(() => undefined);
    this.planLook();
  }

  /** When a source that is connected has kept its first picture back for too long. */
  private get muteAtUs(): number {
    if (this.connectedAtUs === null || this.isMute) return Infinity;
    return this.connectedAtUs + Math.max(SILENT_AFTER_US, FIRST_FRAME_INTERVALS * this.intervalUs);
  }

  private tellMute(nowUs: number): void {
    this.isMute = true;
    const seconds = Number(((nowUs - (this.connectedAtUs ?? nowUs)) / 1_000_000).toFixed(1));
    const message = `Connected, but no picture for ${seconds} s.`;
    this.listener.onHealth({ state: 'silent', reason: { code: 'STREAM_HEALTH', message } });
  }

  private excuse(us: number, nowUs: number): void {
    this.lastUs = Math.min(nowUs, this.lastUs + us);
    this.health?.excuse(us, nowUs);
  }

  private stall(nowUs: number): void {
    if (!this.finish()) return;
    const waited = `${Number(((nowUs - this.lastUs) / 1_000_000).toFixed(1))} s`;
    const message = this.isDelivering ? `No picture for ${waited}.` : `No first picture within ${waited}.`;
    this.listener.onFailure(new StreamerError('SOURCE_TIMEOUT', message));
  }

  /** When the run has failed unless a picture comes before. */
  private get deadlineUs(): number {
    if (this.isDelivering) return this.lastUs + Math.max(STALL_US, STALL_INTERVALS * this.intervalUs);
    const firstFrameUs = this.source.isLive ? FIRST_FRAME_LIVE_US : FIRST_FRAME_PACED_US;
    return this.lastUs + Math.max(firstFrameUs, FIRST_FRAME_INTERVALS * this.intervalUs);
  }

  private get intervalUs(): number {
    if (this.health) return this.health.intervalUs;
    return this.nominal.fps > 0 ? 1_000_000 / this.nominal.fps : 0;
  }

  /** Whether it was not over before. */
  private finish(): boolean {
    const wasOver = this.isOver;
    this.isOver = true;
    this.cancelLook();
    return !wasOver;
  }
}

function letGo(frame: SourceFrame): void {
  if (frame.kind === 'raw') frame.release();
}

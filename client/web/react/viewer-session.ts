import type { BrowserFrame, BrowserStats, ConnectOptions, ConnectionStatus } from '../browser/frame-stream.js';
import { FrameCanvas } from './frame-canvas.js';
import { type PictureState, type ShownFrame, isSamePicture, judgePicture } from './picture-state.js';
import type { Fit } from './placement.js';
import { type Connect, ViewerFeed } from './viewer-feed.js';
import { observeViewing } from './viewing.js';

/** How often the picture is judged and the figures are told. */
const JUDGE_INTERVAL_MS = 250;
const STATS_INTERVAL_MS = 1_000;

/** One frame as it is told, without its picture. */
export type FrameFacts = Omit<BrowserFrame, 'image'>;

/** What a viewer session tells; none of these may throw. */
export interface ViewerEvents {
  onPicture(picture: PictureState): void;
  onStatus(status: ConnectionStatus): void;
  /** Once a second while there is a connection. */
  onStats(stats: BrowserStats): void;
  onFrame(frame: FrameFacts): void;
}

/** What a viewer session shows, and where. */
export interface ViewerSessionOptions {
  readonly canvas: HTMLCanvasElement;
  readonly feed: Omit<ConnectOptions, 'signal' | 'onStatus' | 'image'>;
  readonly fit: Fit;
  readonly isPaused: boolean;
  readonly events: ViewerEvents;
  readonly connect?: Connect;
}

/** A live picture in a canvas: connected only while somebody can see it, and judged all the time. */
export class ViewerSession {
  private readonly canvas: FrameCanvas;
  private readonly stopObserving: () => void;
  private readonly judging: ReturnType<typeof setInterval>;
  private readonly telling: ReturnType<typeof setInterval>;
  private feed: ViewerFeed | null = null;
  private status: ConnectionStatus | null = null;
  private frame: ShownFrame | null = null;
  private lastFrame: ShownFrame | null = null;
  private newest: FrameFacts | null = null;
  private isInView: boolean | null = null;
  private isPaused: boolean;
  private told: PictureState | null = null;

  constructor(private readonly options: ViewerSessionOptions) {
    this.isPaused = options.isPaused;
    this.canvas = new FrameCanvas(options.canvas, options.fit);
    this.stopObserving = observeViewing(options.canvas, (isInView) => {
      this.isInView = isInView;
      this.startOrStop();
    });
    this.judging = setInterval(() => this.judge(), JUDGE_INTERVAL_MS);
    this.telling = setInterval(() => this.tellStats(), STATS_INTERVAL_MS);
  }

  setFit(fit: Fit): void {
    this.canvas.setFit(fit);
  }

  setPaused(isPaused: boolean): void {
    if (isPaused === this.isPaused) return;
    this.isPaused = isPaused;
    this.startOrStop();
  }

  /** Connects anew, after a failure that ended all trying. */
  retry(): void {
    this.disconnect();
    this.startOrStop();
  }

  close(): void {
    clearInterval(this.judging);
    clearInterval(this.telling);
    this.stopObserving();
    this.disconnect();
    this.canvas.close();
  }

  private startOrStop(): void {
    const isWanted = this.isInView === true && !this.isPaused;
    if (!isWanted) this.disconnect();
    else this.feed ??= this.openFeed();
    this.judge();
  }

  private openFeed(): ViewerFeed {
    return new ViewerFeed(
      this.options.feed,
      { onFrame: (frame) => this.show(frame), onStatus: (status) => this.note(status) },
      this.options.connect,
    );
  }

  private disconnect(): void {
    this.feed?.close();
    this.feed = null;
    this.status = null;
    this.frame = null;
  }

  private note(status: ConnectionStatus): void {
    // A picture of before the connection broke does not count as one of the next.
    if (status.connection !== 'connected') this.frame = null;
    this.status = status;
    this.options.events.onStatus(status);
    this.judge();
  }

  private show(frame: BrowserFrame): void {
    const { image, ...facts } = frame;
    if (image instanceof Blob) return;
    this.canvas.show(image);
    const ageMs = this.feed?.ageAtArrivalMs(facts) ?? null;
    this.newest = facts;
    this.keep({ atMs: performance.now(), wallTimeMs: Date.now(), ageMs, isKept: frame.kept });
    this.options.events.onFrame(facts);
    if (this.told?.isOld !== false) this.judge();
  }

  private keep(frame: ShownFrame): void {
    this.frame = frame;
    this.lastFrame = frame;
  }

  /** The first picture of a connection is here before the server's clock is known: its age becomes known later. */
  private learnAge(): void {
    if (this.frame === null || this.newest === null || this.frame.ageMs !== null) return;
    const ageMs = this.feed?.ageAtArrivalMs(this.newest) ?? null;
    if (ageMs !== null) this.keep({ ...this.frame, ageMs });
  }

  private judge(): void {
    if (this.isInView === null) return;
    this.learnAge();
    const facts = {
      isPaused: this.isPaused,
      isInView: this.isInView,
      status: this.status,
      frame: this.frame,
      lastFrame: this.lastFrame,
      maxFps: this.options.feed.maxFps ?? null,
    };
    const picture = judgePicture(facts, performance.now());
    if (this.told !== null && isSamePicture(this.told, picture)) return;
    this.told = picture;
    this.options.events.onPicture(picture);
  }

  private tellStats(): void {
    const stats = this.feed?.stats();
    if (stats) this.options.events.onStats(stats);
  }
}

import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { FiguresSource } from '../figures-view.js';
import type { EncodedHistograms, ShownState, Snapshot } from '../metrics/snapshot.js';
import { openReader } from './open-reader.js';
import type { ProbeFfmpeg } from './reader-parts.js';
import { ProbedPath } from './probed-path.js';
import type { ProbeTarget } from './probe-target.js';
import type { TimeCodeClock } from './time-code-clock.js';

/** What to measure. */
export interface ProbeSessionOptions {
  readonly targets: readonly ProbeTarget[];
  /** Whether to connect again when a path that worked broke. */
  readonly reconnect: boolean;
  readonly token: string | null;
}

/** What a session takes from its surroundings. */
export interface ProbeSessionParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ffmpeg: () => Promise<ProbeFfmpeg>;
  readonly timeCodeClock: TimeCodeClock;
}

/** States of a path whose connection is up. */
const CONNECTED: ReadonlySet<ShownState> = new Set(['live', 'frozen', 'silent']);

/** How a path ended: null when it did so regularly, or was stopped. */
export type PathErrors = ReadonlyMap<string, StreamerError | null>;

/** Measures all paths at once, each on its own. */
export class ProbeSession implements FiguresSource {
  private readonly paths: readonly ProbedPath[];
  private readonly done = new Map<string, StreamerError | null>();
  private startUs: number;
  private endUs = Infinity;

  /** @param onAllDone called once, when every path came to its end or was given up */
  constructor(
    options: ProbeSessionOptions,
    private readonly parts: ProbeSessionParts,
    private readonly onAllDone: () => void,
  ) {
    const { clock, logger, ffmpeg, timeCodeClock } = parts;
    const { targets, reconnect, token } = options;
    const clockAt = (nowUs: number) => timeCodeClock.readingAt(nowUs);
    this.startUs = clock.nowUs();
    this.paths = targets.map(
      (target, id) =>
        new ProbedPath(
          {
            target,
            id,
            reconnect,
            openReader: () => openReader(target, { clock, ffmpeg, token, clockAt }),
            clockAt,
            onDone: (error) => this.onDone(target.name, error),
          },
          { clock, logger },
        ),
    );
  }

  start(): void {
    for (const path of this.paths) path.start();
  }

  /** Ends every path; the figures stay as they are now. Resolves when nothing is left of them. Idempotent. */
  async stop(): Promise<void> {
    this.endUs = Math.min(this.endUs, this.parts.clock.nowUs());
    await Promise.all([...this.paths.map((path) => path.stop()), this.parts.timeCodeClock.stop()]);
  }

  /** The paths that are over, by their names, with what ended them. */
  get ended(): PathErrors {
    return this.done;
  }

  snapshot(): Snapshot {
    const untilUs = Math.min(this.parts.clock.nowUs(), this.endUs);
    const streams = this.paths.map(({ recorder }) => recorder.snapshot(untilUs));
    const probes = streams.flatMap(({ probe }) => probe ?? []);
    return {
      server: streams.length === 1 ? (probes[0]?.url ?? '') : `${streams.length} paths`,
      state: this.stateOf(streams),
      notice: null,
      startedAtUs: this.startUs,
      durationMs: Math.round((untilUs - this.startUs) / 1000),
      reconnects: probes.reduce((sum, { reconnects }) => sum + reconnects, 0),
      outageMs: Math.round(probes.reduce((sum, { outageUs }) => sum + outageUs, 0) / 1000),
      clock: this.parts.timeCodeClock.figuresAt(untilUs),
      streams,
    };
  }

  histograms(): ReadonlyMap<string, EncodedHistograms> {
    return new Map(this.paths.map(({ name, recorder }) => [name, recorder.histograms()]));
  }

  reset(): void {
    const nowUs = this.parts.clock.nowUs();
    this.startUs = nowUs;
    for (const { recorder } of this.paths) recorder.reset(nowUs);
  }

  private onDone(name: string, error: StreamerError | null): void {
    this.done.set(name, error);
    if (this.done.size === this.paths.length) this.onAllDone();
  }

  /** Each path says itself how it is; together they are connected while one of them is. */
  private stateOf(streams: Snapshot['streams']): Snapshot['state'] {
    if (this.endUs < Infinity) return 'closed';
    if (streams.some(({ state }) => CONNECTED.has(state))) return 'connected';
    const hasBroken = streams.some(({ state, probe }) => state === 'offline' && (probe?.firstFrameUs ?? null) !== null);
    return hasBroken ? 'reconnecting' : 'connecting';
  }
}

import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { FiguresSource, FiguresView } from '../figures-view.js';
import type { ProbeFfmpeg } from './reader-parts.js';
import type { ProbeConfig } from './probe-config.js';
import { ProbeSession } from './probe-session.js';
import type { TimeCodeClock } from './time-code-clock.js';

/** What a run of the probe takes from its surroundings. */
export interface ProbeParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The FFmpeg to use; asked for when the first path needs one. */
  readonly ffmpeg: () => Promise<ProbeFfmpeg>;
  readonly timeCodeClock: TimeCodeClock;
  openView(source: FiguresSource, quit: () => void): FiguresView;
  /** Resolves when the user asks to stop. */
  readonly stopRequest: Promise<unknown>;
}

/** How a run ended. */
export interface ProbeResult {
  readonly session: ProbeSession;
  /** Whether the user ended it. */
  readonly interrupted: boolean;
}

/** How often figures are handed to the view. */
const REFRESH_US = 500_000;

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/** Measures the paths, shows what arrives, and resolves when the run is over and nothing is left of it. */
export async function probe(config: ProbeConfig, parts: ProbeParts): Promise<ProbeResult> {
  const { clock } = parts;
  let interrupted = false;
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  const quit = () => {
    interrupted = true;
    end();
  };
  const session = new ProbeSession(config, parts, end);
  const view = parts.openView(session, quit);
  void parts.stopRequest.then(quit);
  const cancelRefresh = repeat(clock, REFRESH_US, () => view.render(session.snapshot()));
  const cancelDuration =
    config.durationSeconds === null ? () => undefined : clock.schedule(config.durationSeconds * 1_000_000, end);
  session.start();
  await over;
  cancelDuration();
  cancelRefresh();
  view.close();
  await session.stop();
  return { session, interrupted };
}

/** How the paths stand at the end. */
type Outcome = Pick<ProbeSession, 'snapshot' | 'ended'>;

/**
 * What is to be said about the paths that gave nothing; null when each gave pictures. The error of a single path is told
 * as it is.
 */
export function failureOf(session: Outcome, interrupted: boolean): StreamerError | null {
  const silent = session.snapshot().streams.filter(({ frames }) => frames.received === 0);
  const [first, ...others] = silent;
  if (!first) return null;
  const error = session.ended.get(first.name) ?? null;
  if (others.length === 0 && error) return error;
  const names = silent.map(({ name }) => name).join(', ');
  // Whoever did not wait was told nothing about what is sent.
  if (interrupted && silent.every(({ name }) => !session.ended.has(name))) {
    return new StreamerError('NO_FRAMES', `${names} had sent nothing yet.`);
  }
  return new StreamerError(error?.code ?? 'NO_FRAMES', `Not one picture came from ${names}; do they send?`);
}

/** What a run that failed exits with: 2 only where no path could even be tried, since then nothing was measured. */
export function failureExitCode(session: Outcome): number {
  const wasRefused = ({ name }: { readonly name: string }) => session.ended.get(name)?.exitCode === EXIT_USAGE;
  return session.snapshot().streams.every(wasRefused) ? EXIT_USAGE : EXIT_FAILURE;
}

/** Calls `action` now and then again and again, until the function that is returned is called. */
function repeat(clock: Clock, periodUs: number, action: () => void): () => void {
  let cancel: () => void = () => undefined;
  const next = (): void => {
    action();
    cancel = clock.schedule(periodUs, next);
  };
  next();
  return () => cancel();
}

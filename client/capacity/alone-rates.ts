import type { Clock } from '../../shared/clock.js';
import { pause } from '../../shared/pause.js';
import { untilStopped } from '../../shared/until-stopped.js';
import type { Crowd, LoadTarget } from '../load/crowd.js';
import type { Objective } from './objective.js';

/** What a measurement of one session alone takes from its surroundings. */
export interface AloneParts {
  readonly clock: Clock;
  /** Aborted when the user stops. */
  readonly signal: AbortSignal;
  /** Makes a crowd for some of the targets. */
  openCrowd(targets: readonly LoadTarget[]): Promise<Crowd>;
  onDoing(what: string): void;
}

/** Frames a second of one session alone, of those targets that announce none. */
export type AloneRates = ReadonlyMap<LoadTarget, number>;

/** One frame more or less of so many is 2 %. */
const ENOUGH_FRAMES = 50;
const LOOK_US = 250_000;

/** Whether `objective` holds a rate against an expected one, so that one has to be known. */
export function needsRates({ terms }: Pick<Objective, 'terms'>): boolean {
  return terms.some(({ figure, unit }) => figure.kind === 'rate' && unit === 'share');
}

/**
 * Measures those of `targets` that announce no rate, one after the other and each with one session alone: what they send
 * while nothing else asks for anything is what can be expected of them. A target of which no frame comes has none.
 *
 * @param mostUs how long one is measured at most; fifty frames are enough
 */
export async function aloneRates(
  targets: readonly LoadTarget[],
  parts: AloneParts,
  mostUs: number,
): Promise<AloneRates> {
  const rates = new Map<LoadTarget, number>();
  for (const target of targets.filter(mayBeSilent)) {
    if (parts.signal.aborted) break;
    parts.onDoing(`measuring the rate of ${target.name} with one session alone`);
    const rate = await aloneRate(target, parts, mostUs);
    if (rate !== null && rate > 0) rates.set(target, rate);
  }
  return rates;
}

/** Our own protocol always announces one. */
function mayBeSilent({ kind }: LoadTarget): boolean {
  return kind !== 'streamer' && kind !== 'websocket';
}

async function aloneRate(target: LoadTarget, parts: AloneParts, mostUs: number): Promise<number | null> {
  const { clock, signal } = parts;
  const crowd = await parts.openCrowd([target]);
  try {
    await untilStopped(crowd.resize(1, 0), signal);
    if (signal.aborted || crowd.progress().connected === 0) return null;
    if (isAnnounced(await crowd.end())) return null;
    await crowd.begin();
    const endUs = clock.nowUs() + mostUs;
    while (clock.nowUs() < endUs && framesOf(crowd) < ENOUGH_FRAMES && !signal.aborted) {
      await pause(clock, Math.min(LOOK_US, endUs - clock.nowUs()), signal);
    }
    const figures = await crowd.end();
    return signal.aborted || isAnnounced(figures) ? null : (figures.sessions[0]?.fps.mean ?? null);
  } finally {
    await crowd.close();
  }
}

function isAnnounced({ sessions }: Awaited<ReturnType<Crowd['end']>>): boolean {
  return (sessions[0]?.nominalFps ?? null) !== null;
}

function framesOf(crowd: Crowd): number {
  return crowd.progress().targets.reduce((sum, { frames }) => sum + frames, 0);
}

import { untilStopped } from '../../shared/until-stopped.js';
import type { Crowd, LoadTarget } from '../load/crowd.js';

/** Cameras that are tried at once: few, since what a few of them do is not to depend on a limit that is searched for. */
const AT_ONCE = 10;

/** A camera that is left out, and why. */
export interface UnusableCamera {
  readonly name: string;
  readonly why: string;
}

/** How cameras are tried. */
export interface TryParts {
  /** So many that work are enough; those behind them are not tried. */
  readonly enough: number;
  /** Aborted when the user stops. */
  readonly signal: AbortSignal;
  /** Makes a crowd for some of them. */
  openCrowd(targets: readonly LoadTarget[]): Promise<Crowd>;
  /** So many are known to work or not. */
  onTried(tried: number, working: number): void;
}

/**
 * Opens `cameras` briefly, in their order, until enough of them work. One that does not work at all says nothing about how
 * many do, and would be taken for a limit at its place in the list. When it is stopped it calls none broken that it did not
 * try to the end.
 */
export async function usableCameras(
  cameras: readonly LoadTarget[],
  parts: TryParts,
): Promise<{ usable: readonly LoadTarget[]; left: UnusableCamera[] }> {
  const { enough, signal } = parts;
  const left = new Map<LoadTarget, UnusableCamera>();
  const working = new Set<LoadTarget>();
  const tell = () => parts.onTried(working.size + left.size, working.size);
  const isOver = () => working.size >= enough || signal.aborted;
  for (let at = 0; at < cameras.length && !isOver(); at += AT_ONCE) {
    const some = cameras.slice(at, at + AT_ONCE);
    const failed = new Set((await failedOf(some, parts)).map(({ name }) => name));
    if (signal.aborted) break;
    for (const camera of some) if (!failed.has(camera.name)) working.add(camera);
    tell();
    // A limit of few would keep some of them out: alone, each of those has its chance.
    for (const camera of some.filter(({ name }) => failed.has(name))) {
      if (isOver()) break;
      const [unusable] = await failedOf([camera], parts);
      if (unusable) left.set(camera, unusable);
      else working.add(camera);
      tell();
    }
  }
  const usable = cameras.filter((camera) => (signal.aborted ? !left.has(camera) : working.has(camera)));
  return { usable: usable.slice(0, enough), left: [...left.values()] };
}

async function failedOf(cameras: readonly LoadTarget[], parts: TryParts): Promise<UnusableCamera[]> {
  const crowd = await parts.openCrowd(cameras);
  try {
    await untilStopped(crowd.resize(cameras.length, 0), parts.signal);
    // Those that were still opening are not broken.
    if (parts.signal.aborted) return [];
    const { targets } = crowd.progress();
    const broken = targets.filter(({ connected, frames }) => connected === 0 && frames === 0);
    return broken.map(({ name, lastError }) => ({ name, why: lastError?.message ?? 'no frame came' }));
  } finally {
    await crowd.close();
  }
}

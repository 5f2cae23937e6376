import { untilStopped } from '../../shared/until-stopped.js';
import type { Crowd, LoadTarget } from '../load/crowd.js';

/** Cameras that are tried at once: few, since what a few of them do is not to depend on a limit that is searched for. */
const AT_ONCE = 10;

/** A camera that is left out, and why. */
export interface UnusableCamera {
  readonly name: string;
  readonly why: string;
}

/**
 * Opens each of `cameras` once and briefly. One that does not work at all says nothing about how many do, and would be
 * taken for a limit at its place in the list.
 *
 * @param openCrowd makes a crowd for some of them
 */
export async function usableCameras(
  cameras: readonly LoadTarget[],
  openCrowd: (targets: readonly LoadTarget[]) => Promise<Crowd>,
  signal: AbortSignal,
): Promise<{ usable: LoadTarget[]; left: UnusableCamera[] }> {
  const left = new Map<string, UnusableCamera>();
  for (let at = 0; at < cameras.length && !signal.aborted; at += AT_ONCE) {
    const some = cameras.slice(at, at + AT_ONCE);
    const failed = await failedOf(some, openCrowd, signal);
    // A limit of few would keep some of them out: alone, each of those has its chance.
    for (const { name } of failed) {
      if (signal.aborted) break;
      const camera = some.filter((each) => each.name === name);
      for (const unusable of await failedOf(camera, openCrowd, signal)) left.set(name, unusable);
    }
  }
  return { usable: cameras.filter(({ name }) => !left.has(name)), left: [...left.values()] };
}

async function failedOf(
  cameras: readonly LoadTarget[],
  openCrowd: (targets: readonly LoadTarget[]) => Promise<Crowd>,
  signal: AbortSignal,
): Promise<UnusableCamera[]> {
  const crowd = await openCrowd(cameras);
  try {
    await untilStopped(crowd.resize(cameras.length, 0), signal);
    // Those that were still opening are not broken.
    if (signal.aborted) return [];
    const { targets } = crowd.progress();
    const broken = targets.filter(({ connected, frames }) => connected === 0 && frames === 0);
    return broken.map(({ name, lastError }) => ({ name, why: lastError?.message ?? 'no frame came' }));
  } finally {
    await crowd.close();
  }
}

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
  const usable: LoadTarget[] = [];
  const left: UnusableCamera[] = [];
  for (let at = 0; at < cameras.length && !signal.aborted; at += AT_ONCE) {
    const some = cameras.slice(at, at + AT_ONCE);
    const crowd = await openCrowd(some);
    try {
      await crowd.resize(some.length, 0);
      const targets = new Map(crowd.progress().targets.map((target) => [target.name, target]));
      for (const camera of some) {
        const progress = targets.get(camera.name);
        if (progress && progress.connected > 0) usable.push(camera);
        else left.push({ name: camera.name, why: progress?.lastError?.message ?? 'no frame came' });
      }
    } finally {
      await crowd.close();
    }
  }
  return { usable, left };
}

import { createHash } from 'node:crypto';
import type { LoadTarget } from '../load/crowd.js';

/**
 * Of `cameras` at most `count`, in the order of the list: the first ones, or some that `seed` draws. A camera is drawn by
 * its address, so that one that comes or goes changes little about the others.
 */
export function pickCameras(
  cameras: readonly LoadTarget[],
  {
    maxStreams: count,
    pick,
    seed,
  }: { readonly maxStreams: number; readonly pick: 'first' | 'random'; readonly seed: number },
): readonly LoadTarget[] {
  if (pick === 'first' || cameras.length <= count) return cameras.slice(0, count);
  const drawn = cameras.map((camera, index) => ({ camera, index, lot: lot(camera.url, seed) }));
  const chosen = drawn.sort((a, b) => (a.lot < b.lot ? -1 : 1)).slice(0, count);
  return chosen.sort((a, b) => a.index - b.index).map(({ camera }) => camera);
}

function lot(url: string, seed: number): string {
  return createHash('sha256').update(`${seed} ${url}`).digest('hex');
}

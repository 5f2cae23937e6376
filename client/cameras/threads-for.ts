import { availableParallelism } from 'node:os';

/** A thread reads so many cameras with ease. */
const CAMERAS_A_THREAD = 100;

/** Threads for `cameras`, of which no more than there are cores are of use. */
export function threadsFor(cameras: number): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(cameras / CAMERAS_A_THREAD)));
}

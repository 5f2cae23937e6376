import type { BenchDevice } from '../protocol/bench-messages.js';

/** When a device came the first time, and when it left; null while it is there. */
export type Stay = Pick<BenchDevice, 'joinedTimeUs' | 'leftTimeUs'>;

/**
 * Of the devices that left, the one that was there shortest, and among equals the first; null where all are there. That
 * is the one to forget where there are too many: whoever comes and goes to push others out is it.
 */
export function shortestStay<T extends Stay>(devices: Iterable<T>): T | null {
  let shortest: T | null = null;
  let shortestUs = Infinity;
  for (const device of devices) {
    if (device.leftTimeUs === null) continue;
    const stayUs = device.leftTimeUs - device.joinedTimeUs;
    if (stayUs < shortestUs) [shortest, shortestUs] = [device, stayUs];
  }
  return shortest;
}

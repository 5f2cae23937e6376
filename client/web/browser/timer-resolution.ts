/** Firefox with resistFingerprinting rounds to this, and no browser to more. */
const COARSEST_US = 100_000;
const CHANGES = 3;
/** About 20 ms of reading, in which every clock but the coarsest moves. */
const MAX_READS = 200_000;

/**
 * How far a reading of `performance.now()` can be from the truth, in whole microseconds, at least 1: its least step.
 * Browsers round the clock, against pages that measure what they should not: to 5 µs in pages that are isolated from
 * others, else to 100 µs (Chrome), 1 ms (Firefox, Safari) or more, and shift it by a random part of a step.
 *
 * @param nowMs read again and again; another one in tests
 */
export function measureResolutionUs(nowMs: () => number = () => performance.now()): number {
  let leastMs = Infinity;
  let changes = 0;
  let before = nowMs();
  for (let reads = 0; reads < MAX_READS && changes < CHANGES; reads += 1) {
    const now = nowMs();
    if (now <= before) continue;
    leastMs = Math.min(leastMs, now - before);
    before = now;
    changes += 1;
  }
  // A step of exactly 100 µs comes out a little more or less, as the difference of two doubles.
  return changes === 0 ? COARSEST_US : Math.max(1, Math.ceil(leastMs * 1000 - 0.01));
}

/**
 * A quantile is known by what lies beyond it: an interval of it that assumes nothing of the distribution ends on two of the
 * sorted values, and how many places they are from the quantile is binomial (David and Nagaraja, "Order Statistics", 3rd
 * edition, 2003, section 7.1). With fewer than ten beyond it that is no longer near to normal (Brown, Cai and DasGupta,
 * "Interval Estimation for a Binomial Proportion", Statistical Science 16, 2001), and with fewer than four no value of the
 * run is large enough to be the upper end.
 */
export const ENOUGH_EVENTS = 10;

/** Values of a histogram are no nearer to the truth than that. */
const RESOLUTION = 1 / 1024;

/** How many of `count` values lie beyond a quantile (0 to 1), on the side where there are fewer. */
export function valuesBeyond(quantile: number, count: number): number {
  return count * Math.min(quantile, 1 - quantile);
}

/**
 * How many of `beyond` values above `limit` came by themselves, judged by the buckets of a time line that they fell into: one
 * stall makes the frames of all sessions late, and is one event. Events that fall into buckets at random leave a share of
 * exp(-events / buckets) of them empty (linear counting: Whang, Vander-Zanden and Taylor, ACM Transactions on Database
 * Systems 15, 1990).
 *
 * @param greatest the greatest value of each bucket; null where there was none
 */
export function independentEvents(beyond: number, limit: number, greatest: readonly (number | null)[]): number {
  const known = greatest.filter((value) => value !== null);
  if (known.length === 0) return beyond;
  const empty = known.filter((value) => value < limit * (1 - RESOLUTION)).length;
  return empty === 0 ? beyond : Math.min(beyond, known.length * Math.log(known.length / empty));
}

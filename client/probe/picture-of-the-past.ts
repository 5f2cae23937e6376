import type { MeasuredPicture } from './path-latency.js';

/** The first picture is one of the past when it is so much older than the next. */
const OF_THE_PAST_US = 1_000_000;

/** Whether a picture had been kept for whoever joins: it was much longer on its way than `next`, by what is known of both. */
export function isOfThePast(picture: MeasuredPicture, next: MeasuredPicture): boolean {
  for (const by of ['byCode', 'byStatement'] as const) {
    const [own, others] = [picture[by], next[by]];
    if (own && others) return own.latencyUs - others.latencyUs > OF_THE_PAST_US;
  }
  return false;
}

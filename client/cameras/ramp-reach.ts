/**
 * How long before the end of a window of `windowMs` the ramp came to each of `cameras`, in their order. Those that it had
 * not come to are the last ones, and are left out.
 */
export function openTimesMs(cameras: number, rampMs: number, windowMs: number): number[] {
  const times = Array.from({ length: cameras }, (_, place) => windowMs - (place / cameras) * rampMs);
  return times.filter((openMs) => openMs > 0);
}

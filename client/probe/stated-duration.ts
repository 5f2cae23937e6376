/** FFmpeg says `N/A` of what is live; without any, a header of FLV says 0. */
const DURATION = /^ {2}Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?), /;

/** Whether a line of FFmpeg's log says how long its input is, so that it has an end. */
export function statesDuration(line: string): boolean {
  const parts = DURATION.exec(line);
  return parts !== null && parts.slice(1).some((part) => Number(part) > 0);
}

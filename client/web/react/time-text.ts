const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_MS = 86_400_000;

/** An age in whole seconds, in the largest two units: `12 s`, `3 min 20 s`, `2 h 05 min`. */
export function ageText(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1000);
  if (seconds < MINUTE_S) return `${seconds} s`;
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min ${seconds % MINUTE_S} s`;
  return `${Math.floor(seconds / HOUR_S)} h ${twoDigits(Math.floor(seconds / MINUTE_S) % 60)} min`;
}

/** A time of day in the page's time zone, `14:03:22`; with the date where it is a day ago or more. */
export function timeOfDay(wallTimeMs: number, nowMs = Date.now()): string {
  const date = new Date(wallTimeMs);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  if (nowMs - wallTimeMs < DAY_MS) return time;
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())} ${time}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

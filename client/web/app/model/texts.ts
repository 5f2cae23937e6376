import { formatElapsedMs, formatMbps } from '../../../../shared/units.js';

/** What stands where nothing was measured. */
export const NOTHING = '–';

/** A measured rate of frames: `29.9`. */
export function rateText(fps: number | null): string {
  return fps === null ? NOTHING : fps.toFixed(1);
}

/** Bytes a second as a rate of bits: `7.4 Mbit/s`. */
export function bandwidthText(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? NOTHING : formatMbps((bytesPerSecond * 8) / 1e6);
}

/** `1 viewer`, `3 viewers`. */
export function countText(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Time since a moment, both in the server's clock: `2h 05m`. */
export function sinceText(fromUs: number, nowUs: number): string {
  return formatElapsedMs(Math.max(0, nowUs - fromUs) / 1000);
}

/** A moment as date and time of day in the page's time zone: `2026-05-03 14:03:22`. */
export function momentText(moment: string): string {
  const date = new Date(moment);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

import type { BenchStatus } from '../../browser/bench-status.js';

/** What the page of a device says of itself. */
export interface DeviceWords {
  readonly title: string;
  /** What follows from it for whoever holds the device; null for nothing. */
  readonly sentence: string | null;
  readonly tone: 'good' | 'warning' | 'bad' | 'quiet';
}

/** How a device stands, in words that change only when that does. */
export function deviceWords({ connection, phase, reason }: BenchStatus): DeviceWords {
  if (connection === 'closed') return { title: 'Not taking part', sentence: null, tone: 'bad' };
  if (connection === 'reconnecting' && reason !== null) {
    return { title: 'Connecting again', sentence: reason.message, tone: 'warning' };
  }
  if (connection !== 'connected' && phase === 'waiting') return { title: 'Connecting', sentence: null, tone: 'quiet' };
  return PHASES[phase];
}

const PHASES: Readonly<Record<BenchStatus['phase'], DeviceWords>> = {
  waiting: {
    title: 'Waiting for a benchmark',
    sentence: 'It begins when somebody starts it. Leave this page open.',
    tone: 'quiet',
  },
  starting: { title: 'The benchmark begins', sentence: 'Leave this page open and the screen on.', tone: 'quiet' },
  running: { title: 'Measuring', sentence: 'Leave this page open and the screen on.', tone: 'good' },
  finishing: { title: 'Working out the result', sentence: null, tone: 'quiet' },
  done: {
    title: 'Done',
    sentence: 'The result is in the report. This device waits for the next benchmark.',
    tone: 'good',
  },
};

/** The time to or of the window that is counted down, in whole seconds as one reads them; null where there is none. */
export function countdownOf({ phase, startsInUs, endsInUs }: BenchStatus): { seconds: number; of: string } | null {
  const us = phase === 'starting' ? startsInUs : phase === 'running' ? endsInUs : null;
  if (us === null) return null;
  return { seconds: Math.max(0, Math.ceil(us / 1e6)), of: phase === 'starting' ? 'to the start' : 'left' };
}

/** `12 s`, and from two minutes on `3:05`. */
export function countdownText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

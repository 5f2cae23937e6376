import type { VideoShape } from './video-request.js';

/** A full turn, as phases count it. */
export const TURN = 65_536;
/** The largest value of `sine`. */
export const SINE_MAX = 32_767;

// Whole numbers from here on: the last digit of Math.sin is not the same everywhere, and a file must be.
const SINE = Int16Array.from({ length: TURN }, (_, phase) =>
  Math.round(SINE_MAX * Math.sin((2 * Math.PI * phase) / TURN)),
);

/** The sine of a phase of any size, from -`SINE_MAX` to `SINE_MAX`. */
export function sine(phase: number): number {
  return SINE[phase & (TURN - 1)] ?? 0;
}

/** `amount` times the sine of a phase, as a whole number. */
export function swing(amount: number, phase: number): number {
  return Math.round((amount * sine(phase)) / SINE_MAX);
}

/** How often a motion that takes about `seconds` can be made in the loop, so that it ends where it began. */
export function turnsInLoop({ frames, fps }: VideoShape, seconds: number): number {
  return Math.max(1, Math.round(frames / fps / seconds));
}

/** How far a motion of so many turns in the loop has come at a frame: 0 up to, not including, `TURN`. */
export function phaseAt(frame: number, turns: number, { frames }: VideoShape): number {
  return Math.floor((((frame * turns) % frames) * TURN) / frames);
}

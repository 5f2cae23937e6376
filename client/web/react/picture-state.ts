import type { StreamState } from '../../../shared/protocol/messages.js';
import type { ConnectionStatus } from '../browser/frame-stream.js';
import { ageText, timeOfDay } from './time-text.js';

/** What a viewer shows: a picture of now, one that is named as something else, or an old one. */
export type PictureKind =
  'live' | 'degraded' | 'clock-jump' | 'frozen' | 'aging' | 'connecting' | 'no-signal' | 'ended' | 'paused';

/** How the picture on screen is to be taken. */
export interface PictureState {
  readonly kind: PictureKind;
  /** What stands over the picture; null for one that is live. */
  readonly headline: string | null;
  readonly reason: string | null;
  /** How old the picture on screen is, such as `12 s old`, once that is too much; null without one. */
  readonly age: string | null;
  /** Whether the picture, if there is one, must not be taken for the present: it is shown in grey. */
  readonly isOld: boolean;
}

/** The newest picture on screen; `atMs` is the page's monotonic time, `wallTimeMs` the time of day, both of its arrival. */
export interface ShownFrame {
  readonly atMs: number;
  readonly wallTimeMs: number;
  /** How old it was when it arrived; null where that is not known, or not yet. */
  readonly ageMs: number | null;
  /** Whether it is a picture of the past, sent so that who joins late has one at once. */
  readonly isKept: boolean;
}

/** What is known at a moment. */
export interface PictureFacts {
  /** Whether the page asked for a pause. */
  readonly isPaused: boolean;
  /** Whether anybody can see the picture; pictures stop while not. */
  readonly isInView: boolean;
  readonly status: ConnectionStatus | null;
  /** The newest frame since the connection was made, and the newest at all. */
  readonly frame: ShownFrame | null;
  readonly lastFrame: ShownFrame | null;
  /** At most this many frames a second were asked for; null for all. */
  readonly maxFps: number | null;
}

/** A picture is late when three frames are missing, but not before this. */
const MIN_LATE_MS = 1_000;
const LATE_FRAMES = 3;
/** Of a stream whose rate is not known. */
const UNKNOWN_RATE_LATE_MS = 2_000;

/** Names of what keeps pictures coming but makes them less than live. */
const CAVEATS: Partial<Record<StreamState, { kind: PictureKind; headline: string }>> = {
  frozen: { kind: 'frozen', headline: 'Frozen picture' },
  degraded: { kind: 'degraded', headline: 'Degraded' },
  'clock-jump': { kind: 'clock-jump', headline: 'Clock jumped' },
};

/** Judges what is on screen at `nowMs`, the page's monotonic time. */
export function judgePicture(facts: PictureFacts, nowMs: number): PictureState {
  const { status, frame } = facts;
  const reason = status?.reason?.message ?? null;
  const old = (kind: PictureKind, headline: string, why: string | null): PictureState => {
    return { kind, headline, reason: why, age: ageOf(facts.lastFrame, nowMs), isOld: true };
  };
  if (facts.isPaused) return old('paused', 'Paused', null);
  if (!facts.isInView) return old('paused', 'Paused while out of view', null);
  if (status === null || (status.connection === 'connecting' && reason === null)) {
    return old('connecting', 'Connecting…', null);
  }
  if (status.connection !== 'connected') {
    return old('no-signal', withTime('No signal', 'since', facts), reason ?? 'Connection lost.');
  }
  if (status.state === 'ended') return old('ended', withTime('Ended', 'at', facts), reason);
  if (status.state === 'offline' || status.state === 'silent') {
    return old('no-signal', withTime('No signal', 'since', facts), reason ?? `The source is ${status.state}.`);
  }
  // A picture that was kept may be of any time before: without an age it tells nothing about now.
  if (frame === null || isOfUnknownTime(frame)) return old('connecting', waitingFor(status.state), reason);
  return judgeFrame(frame, status, lateAfterMs(status, facts.maxFps), nowMs);
}

/** Whether two states look the same, so that nothing needs to be drawn again. */
export function isSamePicture(a: PictureState, b: PictureState): boolean {
  const isSameText = a.headline === b.headline && a.reason === b.reason && a.age === b.age;
  return isSameText && a.kind === b.kind && a.isOld === b.isOld;
}

/** Judges a picture of a stream that should have some. */
function judgeFrame(frame: ShownFrame, status: ConnectionStatus, lateMs: number, nowMs: number): PictureState {
  const reason = status.reason?.message ?? null;
  const idleMs = nowMs - frame.atMs;
  if (idleMs + (frame.ageMs ?? 0) > lateMs) {
    const age = ageOf(frame, nowMs);
    return { kind: 'aging', headline: age, reason, age, isOld: idleMs > lateMs || frame.isKept };
  }
  const caveat = status.state === null ? undefined : CAVEATS[status.state];
  if (caveat !== undefined) return { ...caveat, reason, age: null, isOld: caveat.kind === 'frozen' };
  return { kind: 'live', headline: null, reason: null, age: null, isOld: false };
}

function isOfUnknownTime({ isKept, ageMs }: ShownFrame): boolean {
  return isKept && ageMs === null;
}

function ageOf(frame: ShownFrame | null, nowMs: number): string | null {
  return frame === null || isOfUnknownTime(frame) ? null : `${ageText(nowMs - frame.atMs + (frame.ageMs ?? 0))} old`;
}

function withTime(what: string, preposition: string, { lastFrame }: PictureFacts): string {
  return lastFrame === null ? what : `${what} ${preposition} ${timeOfDay(lastFrame.wallTimeMs)}`;
}

function waitingFor(state: StreamState | null): string {
  return state === 'connecting' || state === 'idle' ? 'Connecting to the source…' : 'Waiting for a picture…';
}

function lateAfterMs({ stream }: ConnectionStatus, maxFps: number | null): number {
  const fps = Math.min(stream?.fps ?? 0, maxFps ?? Infinity);
  return fps > 0 ? Math.max(MIN_LATE_MS, (LATE_FRAMES * 1000) / fps) : UNKNOWN_RATE_LATE_MS;
}

import { describe, expect, it } from 'vitest';
import type { ConnectionStatus } from '../../../../../client/web/browser/frame-stream.js';
import { type PictureFacts, isSamePicture, judgePicture } from '../../../../../client/web/react/picture-state.js';
import type { StreamState } from '../../../../../shared/protocol/messages.js';

const LOST_AT = new Date(2099, 4, 3, 14, 3, 22).getTime();
const FRAME = { atMs: 10_000, wallTimeMs: LOST_AT, ageMs: 5, isKept: false };

function statusOf(state: StreamState, fps = 30, message: string | null = null): ConnectionStatus {
  return {
    connection: 'connected',
    stream: {
      id: 1,
      name: 'cam1',
      width: 640,
      height: 360,
      fps,
      timeSource: 'arrival',
      startTimeUs: 0,
      encoding: { mode: 'encoded', reason: '' },
      state,
    },
    state,
    reason: message === null ? null : { code: 'SOURCE_FAILED', message },
  };
}

function factsOf(facts: Partial<PictureFacts>): PictureFacts {
  const usual = { isPaused: false, isInView: true, status: statusOf('live'), maxFps: null };
  return { ...usual, frame: FRAME, lastFrame: FRAME, ...facts };
}

const LIVE = { kind: 'live', headline: null, reason: null, age: null, isOld: false };

describe('judgePicture', () => {
  it('takes a picture that just came for live', () => {
    expect(judgePicture(factsOf({}), 10_100)).toEqual(LIVE);
  });

  it('gives the age once frames are late, and counts how old the last one was when it came', () => {
    const facts = factsOf({ frame: { ...FRAME, ageMs: 2_500 } });
    expect(judgePicture(facts, 10_100)).toMatchObject({ kind: 'aging', headline: '2 s old', isOld: false });
    expect(judgePicture(facts, 19_600)).toMatchObject({ kind: 'aging', headline: '12 s old', isOld: true });
  });

  it('becomes late after a second, and not before', () => {
    expect(judgePicture(factsOf({}), 10_995).kind).toBe('live');
    expect(judgePicture(factsOf({}), 10_996).kind).toBe('aging');
  });

  it('waits three frames of a slow stream, and of a slow subscription', () => {
    const slowStream = factsOf({ status: statusOf('live', 0.5) });
    expect(judgePicture(slowStream, 15_900).kind).toBe('live');
    expect(judgePicture(slowStream, 16_100).kind).toBe('aging');
    const slowSubscription = factsOf({ maxFps: 1 });
    expect(judgePicture(slowSubscription, 12_900).kind).toBe('live');
    expect(judgePicture(slowSubscription, 13_100).kind).toBe('aging');
  });

  it('waits two seconds where the rate is not known', () => {
    const facts = factsOf({ status: statusOf('live', 0) });
    expect(judgePicture(facts, 11_900).kind).toBe('live');
    expect(judgePicture(facts, 12_000).kind).toBe('aging');
  });

  it('counts from the arrival of a picture whose age is not known', () => {
    const facts = factsOf({ frame: { ...FRAME, ageMs: null } });
    expect(judgePicture(facts, 22_000).headline).toBe('12 s old');
  });

  it('takes a picture that was kept for live only once its age is known', () => {
    const frame = { ...FRAME, ageMs: null, isKept: true };
    const kept = factsOf({ frame, lastFrame: frame });
    expect(judgePicture(kept, 10_001)).toMatchObject({ kind: 'connecting', age: null, isOld: true });
    const young = factsOf({ frame: { ...FRAME, isKept: true } });
    expect(judgePicture(young, 10_001)).toEqual(LIVE);
    const old = factsOf({ frame: { ...FRAME, ageMs: 1_200_000, isKept: true } });
    expect(judgePicture(old, 10_001)).toMatchObject({ kind: 'aging', headline: '20 min 0 s old', isOld: true });
  });

  it.each([
    ['frozen', 'Frozen picture', true],
    ['degraded', 'Degraded', false],
    ['clock-jump', 'Clock jumped', false],
  ] as const)('names a stream that is %s', (state, headline, isOld) => {
    const facts = factsOf({ status: statusOf(state, 30, 'why') });
    expect(judgePicture(facts, 10_100)).toEqual({ kind: state, headline, reason: 'why', age: null, isOld });
  });

  it.each(['offline', 'silent'] as const)('says since when a stream that is %s gives no signal', (state) => {
    const facts = factsOf({ status: statusOf(state, 30, 'Connection refused.') });
    expect(judgePicture(facts, 17_000)).toEqual({
      kind: 'no-signal',
      headline: 'No signal since 14:03:22',
      reason: 'Connection refused.',
      age: '7 s old',
      isOld: true,
    });
  });

  it('says only that there is no signal where there never was one', () => {
    const facts = factsOf({ status: statusOf('offline'), frame: null, lastFrame: null });
    const reason = 'The source is offline.';
    expect(judgePicture(facts, 0)).toEqual({
      kind: 'no-signal',
      headline: 'No signal',
      reason,
      age: null,
      isOld: true,
    });
  });

  it('says when a stream ended', () => {
    const facts = factsOf({ status: statusOf('ended') });
    expect(judgePicture(facts, 10_100)).toMatchObject({ kind: 'ended', headline: 'Ended at 14:03:22', isOld: true });
  });

  it.each(['reconnecting', 'closed'] as const)('shows no old picture as live while it is %s', (connection) => {
    const facts = factsOf({ status: { ...statusOf('live'), connection } });
    expect(judgePicture(facts, 10_001)).toEqual({
      kind: 'no-signal',
      headline: 'No signal since 14:03:22',
      reason: 'Connection lost.',
      age: '0 s old',
      isOld: true,
    });
  });

  it('waits for a picture of the new connection, whatever came over the one before', () => {
    const facts = factsOf({ frame: null });
    expect(judgePicture(facts, 10_001)).toMatchObject({ headline: 'Waiting for a picture…', isOld: true });
    const idle = factsOf({ frame: null, status: statusOf('connecting') });
    expect(judgePicture(idle, 10_001)).toMatchObject({ headline: 'Connecting to the source…', isOld: true });
    expect(judgePicture(factsOf({ frame: null, status: null }), 10_001)).toMatchObject({ headline: 'Connecting…' });
  });

  it('is paused before everything else', () => {
    const facts = factsOf({ isPaused: true, status: statusOf('offline') });
    expect(judgePicture(facts, 10_001)).toMatchObject({ kind: 'paused', headline: 'Paused', isOld: true });
    expect(judgePicture(factsOf({ isInView: false }), 10_001)).toMatchObject({ kind: 'paused', isOld: true });
  });
});

describe('isSamePicture', () => {
  const state = judgePicture(factsOf({}), 10_100);

  it('tells apart what looks different', () => {
    expect(isSamePicture(state, { ...state })).toBe(true);
    expect(isSamePicture(state, { ...state, headline: '3 s old' })).toBe(false);
    expect(isSamePicture(state, { ...state, isOld: true })).toBe(false);
    expect(isSamePicture(state, { ...state, age: '3 s old' })).toBe(false);
    expect(isSamePicture(state, { ...state, reason: 'why' })).toBe(false);
    expect(isSamePicture(state, { ...state, kind: 'frozen' })).toBe(false);
  });
});

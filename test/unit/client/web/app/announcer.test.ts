import { describe, expect, it } from 'vitest';
import { Announcer } from '../../../../../client/web/app/model/announcer.js';
import { EMPTY_STATE } from '../../../../../client/web/app/model/live-state.js';
import type { ApiEvent } from '../../../../../shared/api/event-schema.js';
import type { ApiStream } from '../../../../../shared/api/stream-schema.js';
import { serverSample, streamSample } from '../../../../helpers/api-samples.js';

const BEFORE = { ...EMPTY_STATE, streams: [streamSample('cam1')] };
const REASON = { code: 'SOURCE_FAILED', message: 'Connection refused.' };
const changed = (change: Partial<ApiStream>): ApiEvent => ({
  type: 'stream',
  event: 'changed',
  stream: streamSample('cam1', change),
});

/** Who was told the first snapshot: `cam1` in `state`. */
function announcerOf(state: ApiStream['state'] = 'live'): Announcer {
  const announcer = new Announcer();
  const streams = [streamSample('cam1', { state })];
  announcer.announce(EMPTY_STATE, { type: 'snapshot', server: serverSample(), streams, clients: [], fleet: null });
  return announcer;
}

describe('Announcer', () => {
  it('says what happened to a stream, and why', () => {
    const announcer = announcerOf();
    const say = (change: Partial<ApiStream>): string | null => announcer.announce(BEFORE, changed(change));
    expect(say({ state: 'offline', reason: REASON })).toBe('cam1: offline. Connection refused.');
    expect(say({ state: 'clock-jump' })).toBe('cam1: clock jumped.');
    expect(say({ state: 'clock-jump', isRecording: true })).toBe('Recording of cam1 started.');
  });

  it('says which stream came and went', () => {
    const stream = streamSample('cam2');
    const announcer = announcerOf();
    expect(announcer.announce(BEFORE, { type: 'stream', event: 'appeared', stream })).toBe('cam2 was added.');
    expect(announcer.announce(BEFORE, { type: 'stream', event: 'removed', stream })).toBe('cam2 was removed.');
  });

  it('says once that a source is away, however often it is tried again', () => {
    const announcer = announcerOf();
    const say = (change: Partial<ApiStream>): string | null => announcer.announce(BEFORE, changed(change));
    expect(say({ state: 'offline', reason: REASON })).toBe('cam1: offline. Connection refused.');
    expect(say({ state: 'connecting' })).toBe(null);
    expect(say({ state: 'offline', reason: { ...REASON, message: 'Next try in 4 s.' } })).toBe(null);
    expect(say({ state: 'connecting' })).toBe(null);
    expect(say({ state: 'live' })).toBe('cam1: live.');
  });

  it('repeats nothing that the snapshot told', () => {
    expect(announcerOf('offline').announce(BEFORE, changed({ state: 'offline', reason: REASON }))).toBe(null);
  });

  it('is quiet about everything else', () => {
    const announcer = announcerOf(streamSample('cam1').state);
    expect(announcer.announce(BEFORE, changed({ viewers: 3 }))).toBe(null);
    const stats: ApiEvent = { type: 'stats', server: serverSample(), streams: [], clients: [] };
    expect(announcer.announce(BEFORE, stats)).toBe(null);
  });
});

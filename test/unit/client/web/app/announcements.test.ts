import { describe, expect, it } from 'vitest';
import { announcementOf } from '../../../../../client/web/app/model/announcements.js';
import { EMPTY_STATE } from '../../../../../client/web/app/model/live-state.js';
import type { ApiEvent } from '../../../../../shared/api/event-schema.js';
import type { ApiStream } from '../../../../../shared/api/stream-schema.js';
import { serverSample, streamSample } from '../../../../helpers/api-samples.js';

const BEFORE = { ...EMPTY_STATE, streams: [streamSample('cam1')] };
const changed = (change: Partial<ApiStream>): ApiEvent => ({
  type: 'stream',
  event: 'changed',
  stream: streamSample('cam1', change),
});

describe('announcementOf', () => {
  it('says what happened to a stream, and why', () => {
    const reason = { code: 'SOURCE_FAILED', message: 'Connection refused.' };
    expect(announcementOf(BEFORE, changed({ state: 'offline', reason }))).toBe('cam1: offline. Connection refused.');
    expect(announcementOf(BEFORE, changed({ state: 'clock-jump' }))).toBe('cam1: clock jumped.');
    expect(announcementOf(BEFORE, changed({ isRecording: true }))).toBe('Recording of cam1 started.');
  });

  it('says which stream came and went', () => {
    const stream = streamSample('cam2');
    expect(announcementOf(BEFORE, { type: 'stream', event: 'appeared', stream })).toBe('cam2 was added.');
    expect(announcementOf(BEFORE, { type: 'stream', event: 'removed', stream })).toBe('cam2 was removed.');
  });

  it('is quiet about everything else', () => {
    expect(announcementOf(BEFORE, changed({ viewers: 3 }))).toBe(null);
    expect(announcementOf(BEFORE, { type: 'stats', server: serverSample(), streams: [], clients: [] })).toBe(null);
  });
});

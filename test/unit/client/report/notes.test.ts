import { describe, expect, it } from 'vitest';

import type { LatencyFigures, StreamSnapshot } from '../../../../client/metrics/snapshot.js';
import { notesOn } from '../../../../client/report/notes.js';
import { sampleStream } from '../../../helpers/sample-snapshot.js';

describe('notesOn', () => {
  it('has nothing to say when all is well', () => {
    expect(notesOn(sampleStream())).toEqual([]);
  });

  it('says what state a stream is in that is not live', () => {
    expect(notesOn(sampleStream({ state: 'ended' }))).toEqual(['The stream has ended.']);
    expect(notesOn(sampleStream({ state: 'offline', reason: 'FFmpeg ended.' }))).toEqual([
      'The stream is offline: FFmpeg ended.',
    ]);
  });

  it.each([
    ['degraded', 'The stream is degraded: why.'],
    ['silent', 'The stream is silent: why.'],
    ['frozen', 'The stream is frozen: why.'],
    ['clock-jump', 'The stream has a clock that leapt: why.'],
    ['removed', 'The stream was removed: why.'],
  ] as const)('has words for a stream that is %s', (state, note) => {
    expect(notesOn(sampleStream({ state, reason: 'why.' }))).toEqual([note]);
  });

  it('says when capture times do not all mean the same', () => {
    expect(notesOn(sampleStream({ timeSources: { schedule: 0, arrival: 1, source: 368 } }))).toEqual([
      'Capture times are of more than one kind: arrival (1 frame), source (368 frames).',
    ]);
  });

  it('makes what the server said harmless', () => {
    expect(notesOn(sampleStream({ state: 'offline', reason: '\u001b]0;x\u0007\n' }))).toEqual([
      'The stream is offline: ?]0;x? ',
    ]);
  });

  it('says that no frame came', () => {
    expect(notesOn(withCounts({ received: 0 }))).toEqual(['No frame came, so nothing was measured.']);
  });

  it('says that latency does not count frames that did not come', () => {
    expect(notesOn(withCounts({ lost: 1 }))).toEqual([
      'Latency says nothing about 1 frame that did not come; age does.',
    ]);
    expect(notesOn(withCounts({ lost: 3, skipped: 9 }))).toEqual([
      'Latency says nothing about 12 frames that did not come; age does.',
    ]);
  });

  it('says for how many frames the clock was not known', () => {
    expect(notesOn(withLatency({ count: 0, p50: null, min: null, errorUs: null }))).toEqual([
      "Latency and network time are unknown, because the server's clock is.",
    ]);
    expect(notesOn(withLatency({ count: 360 }))).toEqual([
      'Latency of 9 frames is unknown: no clock estimate held for them.',
    ]);
  });

  it('says whether negative latencies lie within the error', () => {
    expect(notesOn(withLatency({ negative: 2, min: -270 }))).toEqual([
      'Latency of 2 frames is below zero, which the error of the clocks explains.',
    ]);
    expect(notesOn(withLatency({ negative: 1, min: -2_300 }))).toEqual([
      'Latency of 1 frame is below zero, down to -2.3 ms: more than the error of the clocks explains. ' +
        'A clock stepped, or the capture times are wrong.',
    ]);
  });
});

function withCounts(counts: Partial<StreamSnapshot['frames']>): StreamSnapshot {
  return sampleStream({ frames: { received: 369, lost: 0, skipped: 0, corrupt: 0, kept: 0, ...counts } });
}

function withLatency(figures: Partial<LatencyFigures>): StreamSnapshot {
  return sampleStream({ latencyUs: { ...sampleStream().latencyUs, ...figures } });
}

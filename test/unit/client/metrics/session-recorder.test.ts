import { describe, expect, it } from 'vitest';

import { SessionRecorder } from '../../../../client/metrics/session-recorder.js';
import type { ClockFigures } from '../../../../client/metrics/snapshot.js';
import { observedFrame, OFFSET_US, START_US, streamInfo } from '../../../helpers/observed-frame.js';

const SECOND_US = 1_000_000;
const CLOCK: ClockFigures = { offsetUs: OFFSET_US, errorUs: 90, driftPpm: -1.5, rttUs: { min: 150, p50: 190 } };

describe('SessionRecorder', () => {
  it('knows next to nothing at first', () => {
    const recorder = new SessionRecorder('127.0.0.1:8000', START_US);
    expect(recorder.snapshot(START_US + 250_400)).toEqual({
      server: '127.0.0.1:8000',
      state: 'connecting',
      notice: null,
      startedAtUs: START_US,
      durationMs: 250,
      reconnects: 0,
      outageMs: 0,
      clock: { offsetUs: null, errorUs: null, driftPpm: null, rttUs: { min: null, p50: null } },
      streams: [],
    });
  });

  it('measures each stream on its own', () => {
    const recorder = connected();
    recorder.stream(1)?.onFrame(observedFrame());
    recorder.onClock(CLOCK);
    const { clock, streams } = recorder.snapshot(START_US + SECOND_US);
    expect(clock).toEqual(CLOCK);
    expect(streams.map(({ id, name, frames }) => [id, name, frames.received])).toEqual([
      [1, 'sample', 1],
      [2, 'door', 0],
    ]);
    expect(recorder.stream(3)).toBeUndefined();
  });

  it('does not take the time until the first connection for an outage', () => {
    const recorder = new SessionRecorder('127.0.0.1:8000', START_US);
    recorder.onState('reconnecting', 'The server cannot be reached.', START_US + SECOND_US);
    recorder.onState('connecting', null, START_US + 2 * SECOND_US);
    recorder.onState('connected', null, START_US + 3 * SECOND_US);
    expect(recorder.snapshot(START_US + 3 * SECOND_US)).toMatchObject({ reconnects: 0, outageMs: 0, notice: null });
  });

  it('counts outages and how long they last, while they last too', () => {
    const recorder = connected();
    recorder.onState('reconnecting', 'The connection broke.', START_US + 5 * SECOND_US);
    recorder.onState('connecting', null, START_US + 6 * SECOND_US);
    recorder.onState('reconnecting', 'The server cannot be reached.', START_US + 7 * SECOND_US);
    expect(recorder.snapshot(START_US + 8 * SECOND_US)).toMatchObject({
      state: 'reconnecting',
      notice: 'The server cannot be reached.',
      reconnects: 0,
      outageMs: 3_000,
    });
    recorder.onState('connected', null, START_US + 9 * SECOND_US);
    recorder.onState('reconnecting', null, START_US + 20 * SECOND_US);
    recorder.onState('connected', null, START_US + 20.5 * SECOND_US);
    expect(recorder.snapshot(START_US + 30 * SECOND_US)).toMatchObject({ reconnects: 2, outageMs: 4_500 });
  });

  it('goes on with a stream under the id that another server gives it', () => {
    const recorder = connected();
    recorder.stream(1)?.onFrame(observedFrame());
    recorder.onState('reconnecting', null, START_US + SECOND_US);
    recorder.onState('connected', null, START_US + 2 * SECOND_US);
    const startTimeUs = START_US + OFFSET_US + SECOND_US;
    recorder.onWelcome([streamInfo({ id: 7, startTimeUs })], START_US + 2 * SECOND_US);
    expect(recorder.stream(1)).toBeUndefined();
    recorder.stream(7)?.onFrame(observedFrame({ n: 60, header: { sequence: 10 } }));
    const { streams } = recorder.snapshot(START_US + 3 * SECOND_US);
    expect(streams.map(({ id, name, state, frames }) => [id, name, state, frames.received, frames.lost])).toEqual([
      [7, 'sample', 'live', 2, 0],
      [2, 'door', 'offline', 0, 0],
    ]);
  });

  it('takes in streams that appear later or change', () => {
    const recorder = connected();
    recorder.onStream(streamInfo({ id: 9, name: 'late' }), null, START_US + SECOND_US);
    recorder.onStream(streamInfo({ state: 'offline' }), 'The camera is gone.', START_US + SECOND_US);
    const { streams } = recorder.snapshot(START_US + SECOND_US);
    expect(streams.map(({ name, state, reason }) => [name, state, reason])).toEqual([
      ['sample', 'offline', 'The camera is gone.'],
      ['door', 'live', null],
      ['late', 'live', null],
    ]);
  });

  it('keeps the figures of a stream that was removed, and goes on with it when it comes back', () => {
    const recorder = connected();
    recorder.stream(1)?.onFrame(observedFrame());
    recorder.onRemoved(streamInfo({ state: 'ended' }), 'The stream was taken away.', START_US + SECOND_US);
    recorder.onRemoved(streamInfo({ id: 77 }), null, START_US + SECOND_US);
    expect(recorder.stream(1)).toBeUndefined();
    expect(recorder.takeInterval(START_US + SECOND_US).streams.map(({ streamId }) => streamId)).toEqual([2]);
    const shown = () =>
      recorder
        .snapshot(START_US + 2 * SECOND_US)
        .streams.map(({ name, state, frames }) => [name, state, frames.received]);
    expect(shown()).toEqual([
      ['sample', 'removed', 1],
      ['door', 'live', 0],
    ]);
    const startTimeUs = START_US + OFFSET_US + SECOND_US;
    recorder.onStream(streamInfo({ id: 3, startTimeUs }), null, START_US + 2 * SECOND_US);
    recorder.stream(3)?.onFrame(observedFrame({ n: 60, header: { sequence: 5 } }));
    expect(shown()[0]).toEqual(['sample', 'live', 2]);
    expect(recorder.snapshot(START_US + 3 * SECOND_US).streams[0]?.frames.lost).toBe(0);
  });

  it('gives the place of a removed stream to a new one when all are taken', () => {
    const recorder = new SessionRecorder('127.0.0.1:8000', START_US);
    for (let id = 0; id < 1_024; id += 1) recorder.onStream(streamInfo({ id, name: `stream-${id}` }), null, START_US);
    recorder.onRemoved(streamInfo({ id: 5, name: 'stream-5' }), null, START_US);
    expect(recorder.onStream(streamInfo({ id: 2_000, name: 'new' }), null, START_US)).not.toBeNull();
    expect(recorder.onStream(streamInfo({ id: 2_001, name: 'newer' }), null, START_US)).toBeNull();
    const names = recorder.snapshot(START_US).streams.map(({ name }) => name);
    expect(names).toHaveLength(1_024);
    expect(names).not.toContain('stream-5');
  });

  it('reports a stream once that came back under another id', () => {
    const recorder = connected();
    recorder.onStream(streamInfo({ id: 8 }), null, START_US + SECOND_US);
    expect(recorder.stream(1)).toBeUndefined();
    expect(recorder.takeInterval(START_US + SECOND_US).streams.map(({ streamId }) => streamId)).toEqual([2, 8]);
  });

  it('measures 1024 streams at most', () => {
    const recorder = new SessionRecorder('127.0.0.1:8000', START_US);
    for (let id = 0; id < 1_100; id += 1) recorder.onStream(streamInfo({ id, name: `stream-${id}` }), null, START_US);
    expect(recorder.snapshot(START_US).streams).toHaveLength(1_024);
    expect(recorder.onStream(streamInfo({ id: 2_000, name: 'more' }), null, START_US)).toBeNull();
    expect(recorder.onStream(streamInfo({ id: 2_000, name: 'stream-3' }), null, START_US)).not.toBeNull();
  });

  it('ends with what it had when it was closed', () => {
    const recorder = connected();
    recorder.stream(1)?.onFrame(observedFrame());
    recorder.onState('reconnecting', null, START_US + 2 * SECOND_US);
    recorder.onState('closed', 'The client is done.', START_US + 3 * SECOND_US);
    recorder.onState('closed', 'The client is done.', START_US + 4 * SECOND_US);
    recorder.advance(START_US + 90 * SECOND_US);
    const snapshot = recorder.snapshot(START_US + 100 * SECOND_US);
    expect(snapshot).toMatchObject({ state: 'closed', durationMs: 3_000, outageMs: 1_000 });
    expect(snapshot.streams[0]?.latencyUs.count).toBe(1);
    expect(snapshot.streams[0]?.seconds).toHaveLength(3);
  });

  it('shows what the server said last', () => {
    const recorder = connected();
    recorder.onNotice('The server shuts down.');
    expect(recorder.snapshot(START_US).notice).toBe('The server shuts down.');
  });

  it('gives the latencies of each stream in full', () => {
    const recorder = connected();
    recorder.stream(1)?.onFrame(observedFrame({ latencyUs: -7 }));
    recorder.onState('closed', null, START_US + SECOND_US);
    const histograms = recorder.histograms();
    expect([...histograms.keys()]).toEqual(['sample', 'door']);
    expect(histograms.get('sample')?.latencyNegative).toEqual(expect.any(String));
    expect(histograms.get('door')?.latencyNegative).toBeNull();
  });

  it('starts over after a reset', () => {
    const recorder = connected();
    recorder.stream(1)?.onFrame(observedFrame());
    recorder.onState('reconnecting', null, START_US + SECOND_US);
    recorder.onState('connected', null, START_US + 2 * SECOND_US);
    recorder.onState('reconnecting', null, START_US + 3 * SECOND_US);
    recorder.reset(START_US + 4 * SECOND_US);
    const { startedAtUs, durationMs, reconnects, outageMs, streams } = recorder.snapshot(START_US + 5 * SECOND_US);
    expect({ startedAtUs, durationMs, reconnects, outageMs }).toEqual({
      startedAtUs: START_US + 4 * SECOND_US,
      durationMs: 1_000,
      reconnects: 0,
      outageMs: 1_000,
    });
    expect(streams[0]?.frames.received).toBe(0);
  });
});

describe('SessionRecorder.takeInterval', () => {
  it('makes the body of a STATS message', () => {
    const recorder = connected();
    expect(recorder.takeInterval(START_US + SECOND_US)).toEqual({
      intervalMs: 1_000,
      streams: [1, 2].map((streamId) => ({ streamId, received: 0, lost: 0, skipped: 0, corrupt: 0, bytes: 0 })),
    });
    recorder.onClock(CLOCK);
    recorder.stream(2)?.onFrame(observedFrame());
    expect(recorder.takeInterval(START_US + 1.5 * SECOND_US)).toMatchObject({
      intervalMs: 500,
      clock: { offsetUs: OFFSET_US, errorUs: 90 },
      streams: [
        { streamId: 1, received: 0 },
        { streamId: 2, received: 1, bytes: 1_000 },
      ],
    });
  });
});

/** A recorder of a connection with the streams `sample` (id 1) and `door` (id 2). */
function connected(): SessionRecorder {
  const recorder = new SessionRecorder('127.0.0.1:8000', START_US);
  recorder.onState('connected', null, START_US);
  recorder.onWelcome([streamInfo(), streamInfo({ id: 2, name: 'door' })], START_US);
  return recorder;
}

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { SessionRecorder } from '../../../../client/metrics/session-recorder.js';
import { SUMMARY_SCHEMA, summarySchema } from '../../../../client/report/summary-schema.js';
import { summarize } from '../../../../client/report/summary.js';
import { observedFrame, START_US, streamInfo } from '../../../helpers/observed-frame.js';
import { sampleSnapshot, sampleStream } from '../../../helpers/sample-snapshot.js';

const HISTOGRAMS = new Map([
  ['sample', { latency: 'HISTF1', latencyNegative: null }],
  ['door', { latency: 'HISTF2', latencyNegative: 'HISTF3' }],
]);

const SESSION = {
  schema: 'frame-streamer/summary/1',
  server: '127.0.0.1:8000',
  startedAt: '2023-11-14T22:13:20.123Z',
  durationMs: 12_345,
  clock: { offsetUs: 5_000_321, errorUs: 87, driftPpm: -1.235, rttUs: { min: 151, p50: 196 } },
  reconnects: 0,
  outageMs: 0,
};

const STREAM = {
  stream: 'sample',
  state: 'live',
  reason: null,
  encoding: { mode: 'encoded', reason: 'the source is h264' },
  timeSource: 'schedule',
  timeSources: { schedule: 369, arrival: 0, source: 0 },
  frames: { received: 369, lost: 0, skipped: 0, corrupt: 0, kept: 0 },
  fps: { mean: 29.97, min: 29, max: 31 },
  bytes: 11_070_000,
  throughputMbps: { mean: 7.174, max: 7.44 },
  latencyUs: {
    count: 369,
    min: 9_800,
    p50: 12_407,
    p90: 13_007,
    p99: 15_511,
    p999: 20_991,
    max: 21_001,
    mean: 12_432.1,
    stddev: 801.3,
    negative: 0,
    errorUs: 270,
  },
  ageUs: { p50: 12_411, p99: 44_031, max: 78_000 },
  jitterUs: { p50: 212, p99: 1_103 },
  stagesUs: {
    decode: { p50: 850, p99: 1_310 },
    process: { p50: 0, p99: 0 },
    queue: { p50: 40, p99: 90 },
    encode: { p50: 7_803, p99: 9_903 },
    publish: { p50: 12, p99: 31 },
    network: { p50: 3_101, p99: 4_203 },
    clientDecode: { p50: null, p99: null },
  },
  histograms: { latency: 'HISTF1' },
};

describe('summarize', () => {
  it('puts the figures of one stream beside those of the connection', () => {
    expect(summarize(sampleSnapshot(), HISTOGRAMS)).toEqual({ ...SESSION, ...STREAM });
  });

  it('puts those of several streams into an array', () => {
    const streams = [sampleStream(), sampleStream({ id: 2, name: 'door' })];
    const histograms = { latency: 'HISTF2', latencyNegative: 'HISTF3' };
    expect(summarize(sampleSnapshot({ streams }), HISTOGRAMS)).toEqual({
      ...SESSION,
      streams: [STREAM, { ...STREAM, stream: 'door', histograms }],
    });
  });

  it('tells what became of a stream, and how its JPEGs came about', () => {
    const encoding = { mode: 'pass-through', reason: 'the source is JPEG' } as const;
    const stream = sampleStream({ state: 'removed', reason: 'It was taken away.', encoding, timeSource: 'source' });
    expect(summarize(sampleSnapshot({ streams: [stream] }), HISTOGRAMS)).toMatchObject({
      state: 'removed',
      reason: 'It was taken away.',
      encoding,
      timeSource: 'source',
    });
  });

  it('has an empty array where there was no stream', () => {
    expect(summarize(sampleSnapshot({ streams: [] }), new Map())).toEqual({ ...SESSION, streams: [] });
  });

  it.each([
    ['one stream', sampleSnapshot()],
    ['several streams', sampleSnapshot({ streams: [sampleStream(), sampleStream({ name: 'door' })] })],
    ['nothing', sampleSnapshot({ streams: [] })],
    ['a stream in trouble', sampleSnapshot({ streams: [sampleStream({ state: 'clock-jump', reason: 'It leapt.' })] })],
    ['a stream that was removed', sampleSnapshot({ streams: [sampleStream({ state: 'removed' })] })],
    ['a run', recordedRun(1)],
    ['a run with two streams', recordedRun(2)],
    ['a run without frames', recordedRun(1, 0)],
  ])('fits the schema and has no field beyond it: %s', (_, snapshot) => {
    const summary = JSON.parse(JSON.stringify(summarize(snapshot, HISTOGRAMS)));
    expect(summarySchema.parse(summary)).toEqual(summary);
  });
});

describe('summarySchema', () => {
  it('names the format that the summary states', () => {
    expect(SUMMARY_SCHEMA).toBe(SESSION.schema);
  });

  it.each(['server', 'frames', 'latencyUs', 'histograms', 'clock'] as const)('wants %s', (field) => {
    const summary: Record<string, unknown> = { ...SESSION, ...STREAM };
    delete summary[field];
    expect(summarySchema.safeParse(summary).success).toBe(false);
  });

  it('refuses another version', () => {
    const summary = { ...SESSION, ...STREAM, schema: 'frame-streamer/summary/2' };
    expect(summarySchema.safeParse(summary).success).toBe(false);
  });

  // `vitest run -u` writes the file anew.
  it('is what docs/summary.schema.json says', async () => {
    const schema = z.toJSONSchema(summarySchema, { io: 'input' });
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../../../docs/summary.schema.json');
  });
});

function recordedRun(streams: number, frames = 60) {
  const recorder = new SessionRecorder('127.0.0.1:8000', START_US);
  recorder.onState('connected', null, START_US);
  const infos = Array.from({ length: streams }, (_, i) => streamInfo({ id: i, name: `stream-${i}` }));
  recorder.onWelcome(infos, START_US);
  for (const { id } of infos) {
    for (let n = 0; n < frames; n += 1) recorder.stream(id)?.onFrame(observedFrame({ n, latencyUs: 9_000 + 7 * n }));
  }
  recorder.onState('closed', null, START_US + 3_000_000);
  return recorder.snapshot(START_US + 3_000_000);
}

import { describe, expect, it } from 'vitest';
import { machineSeriesSections, timeSeriesSections } from '../../../../../client/report/sections/time-series.js';
import { loadReport } from '../../../../helpers/sample-reports.js';
import { sampleSubject } from '../../../../helpers/sample-subject.js';

describe('timeSeriesSections', () => {
  it('shows latency, frames a second and data of one subject', () => {
    const subject = sampleSubject({ name: 'all', seconds: 3 });
    const [latency, frames, data] = timeSeriesSections(subject, []);
    expect(latency?.lines.map(({ name }) => name)).toEqual(['latency p50', 'latency p99', 'greatest age']);
    expect(frames).toMatchObject({ atMs: [0, 1000, 2000], lines: [{ name: 'all', values: [30, 30, 30] }] });
    expect(data).toMatchObject({ unit: 'Mbit/s', lines: [{ values: [7.2, 7.2, 7.2] }] });
  });

  it('divides by the width of its buckets', () => {
    const subject = sampleSubject({ name: 'all', seconds: 2 });
    const timeline = { ...subject.timeline, bucketMs: 500 } as NonNullable<typeof subject.timeline>;
    expect(timeSeriesSections({ ...subject, timeline }, [])[1]?.lines[0]?.values).toEqual([60, 60]);
  });

  it('has a line for each of several, and for the total beside them', () => {
    const parts = ['a', 'b'].map((name) => sampleSubject({ name, seconds: 3 }));
    const [latency, frames] = timeSeriesSections(sampleSubject({ name: 'all', seconds: 3 }), parts);
    expect(latency?.lines.map(({ name }) => name)).toEqual(['all p99', 'a p99', 'b p99']);
    expect(frames?.lines.map(({ name }) => name)).toEqual(['all', 'a', 'b']);
  });

  it('leaves out who has no timeline, or one with other buckets', () => {
    const one = sampleSubject({ name: 'a', seconds: 3 });
    const other = { ...one, name: 'b', timeline: one.timeline && { ...one.timeline, bucketMs: 7 } };
    const [, frames] = timeSeriesSections(null, [one, other, { ...one, name: 'c', timeline: null }]);
    expect(frames?.lines.map(({ name }) => name)).toEqual(['a']);
    expect(timeSeriesSections(null, [{ ...one, timeline: null }])).toEqual([]);
  });
});

describe('machineSeriesSections', () => {
  it("puts the server's samples beside ours", () => {
    const { generator, server } = loadReport({ sessions: 1, seconds: 4 });
    const [cpu, loop, memory] = machineSeriesSections(generator, server);
    expect(cpu?.lines.map(({ name, values }) => [name, values[0]])).toEqual([
      ['this process', 40],
      ['this machine', 68],
      ['server', 55],
    ]);
    expect(loop?.lines.map(({ values }) => values)).toEqual([
      [700, 740, 780, 820],
      [400, 430, 460, 490],
    ]);
    expect(memory?.unit).toBe('bytes');
  });

  it('has a gap where the server said nothing for long', () => {
    const { generator, server } = loadReport({ sessions: 1, seconds: 9 });
    const silent = server && { ...server, samples: server.samples.filter(({ atMs }) => atMs < 3000) };
    expect(machineSeriesSections(generator, silent)[0]?.lines[2]?.values).toEqual([
      55,
      56,
      57,
      57,
      57,
      null,
      null,
      null,
      null,
    ]);
  });

  it('is none where nobody was watched', () => expect(machineSeriesSections(null, null)).toEqual([]));
});

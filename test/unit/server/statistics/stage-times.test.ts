import { describe, expect, it } from 'vitest';
import { StageTimes } from '../../../../server/statistics/stage-times.js';
import { publishedFrame, START_US } from '../../../helpers/fake-frames.js';

/** The header of a frame whose stages ended so many microseconds after its capture. */
function header(
  ...ends: [decoded: number, processed: number, encodeStart: number, encoded: number, published: number]
) {
  const [decodedOffsetUs, processedOffsetUs, encodeStartOffsetUs, encodedOffsetUs, publishedOffsetUs] = ends;
  const offsets = { decodedOffsetUs, processedOffsetUs, encodeStartOffsetUs, encodedOffsetUs, publishedOffsetUs };
  return { ...publishedFrame(0).header, ...offsets };
}

describe('StageTimes', () => {
  it('has no figures without frames', () => {
    expect(new StageTimes().figures(START_US)).toEqual([]);
  });

  it('takes the differences of the offsets, and their quantiles', () => {
    const stages = new StageTimes();
    for (let n = 1; n <= 100; n += 1) stages.onFrame(header(n, 3 * n, 6 * n, 10 * n, 15 * n), START_US + n);
    expect(stages.figures(START_US + 100)).toEqual([
      { stage: 'decode', p50Us: 50, p99Us: 99 },
      { stage: 'process', p50Us: 100, p99Us: 198 },
      { stage: 'queue', p50Us: 150, p99Us: 297 },
      { stage: 'encode', p50Us: 200, p99Us: 396 },
      { stage: 'publish', p50Us: 250, p99Us: 495 },
    ]);
  });

  it('looks back ten seconds, but counts from the beginning', () => {
    const stages = new StageTimes();
    stages.onFrame(header(100, 350, 1350, 9350, 20_000_000), START_US);
    expect(stages.figures(START_US + 9_999_999)).toHaveLength(5);
    expect(stages.figures(START_US + 10_000_000)).toEqual([]);
    const { decode, process, queue, encode, publish } = stages.counts;
    expect(decode.cumulative()).toMatchObject({ counts: new Array<number>(13).fill(1), count: 1, sumUs: 100 });
    expect(process.cumulative()).toMatchObject({ counts: [0, ...new Array<number>(12).fill(1)], sumUs: 250 });
    expect(queue.cumulative()).toMatchObject({ sumUs: 1000 });
    expect(encode.cumulative()).toMatchObject({ sumUs: 8000 });
    expect(publish.cumulative()).toMatchObject({ counts: new Array<number>(13).fill(0), count: 1, sumUs: 19_990_650 });
  });

  it('forgets the recent frames, not the counts', () => {
    const stages = new StageTimes();
    stages.onFrame(header(1, 2, 3, 4, 5), START_US);
    stages.resetRecent();
    expect(stages.figures(START_US)).toEqual([]);
    expect(stages.counts.decode.cumulative().count).toBe(1);
  });
});

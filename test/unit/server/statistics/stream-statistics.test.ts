import { beforeEach, describe, expect, it } from 'vitest';
import { StreamStatistics } from '../../../../server/statistics/stream-statistics.js';
import type { HubStream } from '../../../../server/hub/stream.js';
import type { FakeClock } from '../../../helpers/fake-clock.js';
import { createStream, encodedFrame } from '../../../helpers/hub-stream-of-test.js';

const NOTHING_MEASURED = {
  ...{ fps: null, bytesPerSecond: null, restarts: 0, lastSequence: null, frameAgeUs: null, latency: null },
  stages: [],
};
const OFFLINE = { code: 'SOURCE_FAILED', message: 'Connection refused.' };

describe('StreamStatistics', () => {
  let clock: FakeClock;
  let stream: HubStream;
  let statistics: StreamStatistics;
  beforeEach(() => {
    ({ clock, stream } = createStream());
    stream.setState('live');
    statistics = new StreamStatistics(stream, clock);
  });

  /** Publishes a frame that was captured now, decoded 1 ms later, and so on. */
  function publish(sequence: number): void {
    const captureTimeUs = clock.nowUs();
    const stages = { decodedTimeUs: 1000, processedTimeUs: 2500, encodeStartTimeUs: 3000, encodedTimeUs: 7000 };
    const times = Object.fromEntries(Object.entries(stages).map(([name, us]) => [name, captureTimeUs + us]));
    clock.advance(7100);
    stream.publish(encodedFrame(sequence, { captureTimeUs, ...times, clockErrorUs: 40, jpeg: Buffer.alloc(500) }));
    clock.advance(40_000 - 7100);
  }

  it('has measured nothing before the first frame', () => {
    expect(statistics.figures()).toEqual(NOTHING_MEASURED);
    expect(statistics.captureErrorUs).toBe(0);
  });

  it('measures what is published', () => {
    for (let sequence = 5; sequence <= 30; sequence += 1) publish(sequence);
    expect(statistics.figures()).toEqual({
      ...{ fps: 25, bytesPerSecond: 12_500, restarts: 0, lastSequence: 30, frameAgeUs: 40_000, latency: null },
      stages: [
        { stage: 'decode', p50Us: 1000, p99Us: 1000 },
        { stage: 'process', p50Us: 1500, p99Us: 1500 },
        { stage: 'queue', p50Us: 500, p99Us: 500 },
        { stage: 'encode', p50Us: 4000, p99Us: 4000 },
        { stage: 'publish', p50Us: 100, p99Us: 100 },
      ],
    });
    expect(statistics.captureErrorUs).toBe(40);
  });

  it('shows the age of the newest frame while there is none, and no age when nobody looks', () => {
    publish(0);
    clock.advance(3_000_000);
    stream.setState('offline', OFFLINE);
    expect(statistics.figures()).toMatchObject({ frameAgeUs: 3_040_000, lastSequence: 0 });
    stream.setState('idle');
    expect(statistics.figures()).toEqual({ ...NOTHING_MEASURED, restarts: 1, lastSequence: 0 });
  });

  it('measures anew after a pause', () => {
    for (let sequence = 0; sequence < 10; sequence += 1) publish(sequence);
    stream.setState('idle');
    clock.advance(5_000_000);
    stream.setState('live');
    publish(10);
    expect(statistics.figures().fps).toBeNull();
    for (let sequence = 11; sequence <= 35; sequence += 1) publish(sequence);
    expect(statistics.figures().fps).toBe(25);
  });

  it('counts how often the source went down, not what changes meanwhile', () => {
    stream.setState('offline', OFFLINE);
    stream.setState('connecting');
    stream.setState('live');
    expect(statistics.figures().restarts).toBe(1);
    stream.setState('offline', OFFLINE);
    expect(statistics.figures().restarts).toBe(2);
  });

  it('takes in what clients report, for now and for ever', () => {
    statistics.onLatency('a', { valuesUs: [900, 1500], counts: [2, 1], count: 3, plainBytes: 0 }, 70);
    statistics.onLatency('b', { valuesUs: [12_000_000], counts: [1], count: 1, plainBytes: 0 }, 60);
    expect(statistics.figures().latency).toMatchObject({ p50Us: 900, maxUs: 12_000_000, errorUs: 70, clients: 2 });
    clock.advance(12_000_000);
    expect(statistics.figures().latency).toBeNull();
    const { boundsUs, counts, count, sumUs } = statistics.latencyCounts.cumulative();
    expect([boundsUs[0], boundsUs.at(-1)]).toEqual([1000, 10_000_000]);
    expect([counts[0], counts[1], counts.at(-1), count, sumUs]).toEqual([2, 3, 3, 4, 12_003_300]);
  });

  it('looks no more when it is closed', () => {
    statistics.close();
    publish(0);
    stream.setState('offline', OFFLINE);
    expect(statistics.figures()).toMatchObject({ fps: null, restarts: 0, lastSequence: null });
  });
});

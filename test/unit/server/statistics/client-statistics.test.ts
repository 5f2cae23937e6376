import { beforeEach, describe, expect, it } from 'vitest';
import { ClientStatistics } from '../../../../server/statistics/client-statistics.js';
import type { Stats } from '../../../../shared/protocol/messages.js';
import { MeasuredClient } from '../../../helpers/measured-server.js';

const NOTHING: Stats = { intervalMs: 1000, streams: [] };

/** Latencies and how often each came. */
function reported(...pairs: [valueUs: number, count: number][]) {
  const count = pairs.reduce((sum, [, frames]) => sum + frames, 0);
  return {
    valuesUs: pairs.map(([valueUs]) => valueUs),
    counts: pairs.map(([, frames]) => frames),
    count,
    plainBytes: 0,
  };
}

describe('ClientStatistics', () => {
  let client: MeasuredClient;
  let statistics: ClientStatistics;
  beforeEach(() => {
    client = new MeasuredClient('a');
    statistics = new ClientStatistics();
  });

  /** The client's part in a stream of which it was sent so many frames. */
  function watching(stream: string, sent: number) {
    return { stream, counters: client.watch(stream, { sent }) };
  }

  it('begins with nothing', () => {
    expect(statistics.figures()).toEqual({ clockErrorUs: null, latency: null, lostFrames: 0 });
  });

  it('knows the clock error that was told last, in whole microseconds', () => {
    statistics.onStats({ ...NOTHING, clock: { offsetUs: -5, errorUs: 120.1 } });
    expect(statistics.figures().clockErrorUs).toBe(121);
    statistics.onStats(NOTHING);
    expect(statistics.figures().clockErrorUs).toBe(121);
  });

  it('has the latency of the last report, over its streams', () => {
    const [cam, door] = [watching('cam', 1000), watching('door', 1000)];
    statistics.onLatency(cam, reported([9, 99]), 5, { ...NOTHING });
    const last = { ...NOTHING };
    statistics.onLatency(cam, reported([100, 50], [900, 1]), 7, last);
    statistics.onLatency(door, reported([50, 40], [200, 9]), 6, last);
    const latency = { p50Us: 100, p90Us: 100, p99Us: 200, maxUs: 900, errorUs: 7, count: 100 };
    expect(statistics.figures().latency).toEqual(latency);
    expect(statistics.figures().latency).toEqual(latency);
  });

  it('knows no error of the latency where none was told, and no latency of a report without frames', () => {
    const cam = watching('cam', 10);
    statistics.onLatency(cam, reported([7, 1]), null, { ...NOTHING });
    expect(statistics.figures().latency).toMatchObject({ p50Us: 7, errorUs: null });
    statistics.onLatency(cam, reported(), 3, { ...NOTHING });
    expect(statistics.figures().latency).toBeNull();
  });

  it('keeps no more than 4096 different latencies of a report', () => {
    const cam = watching('cam', 10_000);
    const pairs = Array.from({ length: 5000 }, (_, n): [number, number] => [n, 1]);
    statistics.onLatency(cam, reported(...pairs), null, { ...NOTHING });
    expect(statistics.figures().latency).toMatchObject({ count: 4096, maxUs: 4095 });
  });

  it('lets a report have measured no frame twice, but 256 of a connection before', () => {
    const cam = watching('cam', 10);
    expect(statistics.unmeasured(cam)).toBe(266);
    statistics.onLatency(cam, reported([5, 260]), null, NOTHING);
    expect(statistics.unmeasured(cam)).toBe(6);
    cam.counters.sent = 15;
    expect(statistics.unmeasured(cam)).toBe(11);
    expect(statistics.unmeasured(watching('cam', 0))).toBe(256);
  });

  it('counts no more lost frames than were sent, of each subscription by itself', () => {
    const cam = watching('cam', 10);
    expect(statistics.onLost(4, cam)).toBe(4);
    expect(statistics.onLost(Number.MAX_SAFE_INTEGER, cam)).toBe(6);
    expect(statistics.onLost(1, cam)).toBe(0);
    expect(statistics.onLost(2, watching('door', 2))).toBe(2);
    // The stream was added anew.
    expect(statistics.onLost(3, watching('cam', 5))).toBe(3);
    expect(statistics.figures().lostFrames).toBe(15);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { LatencyWindow } from '../../../../server/statistics/latency-window.js';

const START_US = 1_700_000_000_000_000;
const SECOND_US = 1_000_000;

/** Latencies that came once each. */
function reported(...valuesUs: number[]) {
  return { valuesUs, counts: valuesUs.map(() => 1), count: valuesUs.length, plainBytes: 0 };
}

describe('LatencyWindow', () => {
  let window: LatencyWindow;
  beforeEach(() => {
    window = new LatencyWindow();
  });

  it('has no figures without reports, nor of reports without frames', () => {
    expect(window.figures(START_US)).toBeNull();
    window.add('a', reported(), 5, START_US);
    expect(window.figures(START_US)).toBeNull();
  });

  it('merges what clients reported', () => {
    window.add('a', { ...reported(100, 200), counts: [49, 1] }, 30, START_US);
    window.add('b', { ...reported(300, 1500), counts: [49, 1] }, 20, START_US + SECOND_US);
    expect(window.figures(START_US + SECOND_US)).toEqual({
      ...{ p50Us: 200, p90Us: 300, p99Us: 300, maxUs: 1500 },
      ...{ errorUs: 30, count: 100, clients: 2 },
    });
  });

  it('counts a client once, with its last error', () => {
    window.add('a', reported(100), 30, START_US);
    window.add('a', reported(100), 10, START_US + SECOND_US);
    expect(window.figures(START_US + SECOND_US)).toMatchObject({ errorUs: 10, count: 2, clients: 1 });
  });

  it('knows no error where no client told one', () => {
    window.add('a', reported(100), null, START_US);
    expect(window.figures(START_US)).toMatchObject({ errorUs: null, clients: 1 });
    window.add('b', reported(100), 0, START_US);
    expect(window.figures(START_US)).toMatchObject({ errorUs: 0, clients: 2 });
  });

  it('forgets reports, and who made them, after ten to twelve seconds', () => {
    window.add('a', reported(100), 30, START_US + 2 * SECOND_US - 1);
    window.add('b', reported(500), 10, START_US + 2 * SECOND_US);
    expect(window.figures(START_US + 12 * SECOND_US - 1)).toMatchObject({ count: 2, clients: 2, errorUs: 30 });
    expect(window.figures(START_US + 12 * SECOND_US)).toMatchObject({ count: 1, p50Us: 500, clients: 1, errorUs: 10 });
    expect(window.figures(START_US + 14 * SECOND_US)).toBeNull();
  });

  it('is empty after a long time without anything', () => {
    window.add('a', reported(100), 30, START_US);
    window.add('b', reported(700), 20, START_US + 3600 * SECOND_US);
    expect(window.figures(START_US + 3600 * SECOND_US)).toMatchObject({ count: 1, maxUs: 700, clients: 1 });
  });
});

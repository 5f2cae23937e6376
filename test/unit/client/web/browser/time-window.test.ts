import { describe, expect, it } from 'vitest';
import { TimeWindow } from '../../../../../client/web/browser/time-window.js';

describe('TimeWindow', () => {
  it('has what happened in its span, oldest first', () => {
    const window = new TimeWindow<string>(100);
    expect(window.recent(0)).toEqual([]);
    window.add(0, 'a');
    window.add(50, 'b');
    window.add(100, 'c');
    expect(window.recent(99)).toEqual(['a', 'b', 'c']);
    expect(window.recent(100)).toEqual(['b', 'c']);
    expect(window.recent(200)).toEqual([]);
    window.add(201, 'd');
    expect(window.recent(202)).toEqual(['d']);
  });

  it('forgets the oldest of more than it can hold', () => {
    const window = new TimeWindow<number>(1_000_000);
    for (let n = 0; n < 50_000; n += 1) window.add(n, n);
    const recent = window.recent(50_000);
    expect(recent.length).toBeGreaterThanOrEqual(10_000);
    expect(recent.length).toBeLessThanOrEqual(20_000);
    expect(recent.at(-1)).toBe(49_999);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SequenceTracker } from '../../../../shared/receiver/sequence-tracker.js';

const NONE = { lost: 0, skipped: 0 };

describe('SequenceTracker', () => {
  it('counts from the first frame on', () => {
    const tracker = new SequenceTracker();
    expect(tracker.onFrame(1000)).toEqual(NONE);
    expect(tracker.onFrame(1001)).toEqual(NONE);
  });

  it('takes a gap nobody announced as lost', () => {
    expect(startedAt(5).onFrame(9)).toEqual({ lost: 3, skipped: 0 });
  });

  it('takes an announced gap as skipped', () => {
    const tracker = startedAt(5);
    tracker.onSkipped(6, 8);
    expect(tracker.onFrame(9)).toEqual({ lost: 0, skipped: 3 });
    expect(tracker.onFrame(11)).toEqual({ lost: 1, skipped: 0 });
  });

  it('tells the two apart within one gap', () => {
    const tracker = startedAt(5);
    tracker.onSkipped(7, 8);
    tracker.onSkipped(12, 13);
    expect(tracker.onFrame(20)).toEqual({ lost: 10, skipped: 4 });
  });

  it('counts each frame once however often it is announced', () => {
    const tracker = startedAt(0);
    tracker.onSkipped(3, 6);
    tracker.onSkipped(1, 4);
    tracker.onSkipped(2, 2);
    tracker.onSkipped(7, 7);
    expect(tracker.onFrame(9)).toEqual({ lost: 1, skipped: 7 });
  });

  it('keeps an announcement until its turn comes', () => {
    const tracker = startedAt(0);
    tracker.onSkipped(3, 6);
    expect(tracker.onFrame(1)).toEqual(NONE);
    expect(tracker.onFrame(5)).toEqual({ lost: 1, skipped: 2 });
    expect(tracker.onFrame(7)).toEqual({ lost: 0, skipped: 1 });
  });

  it('does not count an announced frame that comes after all', () => {
    const tracker = startedAt(0);
    tracker.onSkipped(2, 4);
    expect(tracker.onFrame(3)).toEqual({ lost: 1, skipped: 1 });
  });

  it('ignores announcements of what is past, of nothing and of what precedes the first frame', () => {
    const tracker = new SequenceTracker();
    tracker.onSkipped(2, 9);
    expect(tracker.onFrame(10)).toEqual(NONE);
    tracker.onSkipped(3, 10);
    tracker.onSkipped(14, 12);
    tracker.onSkipped(NaN, 12);
    expect(tracker.onFrame(13)).toEqual({ lost: 2, skipped: 0 });
  });

  it('ignores frames that are not newer', () => {
    const tracker = startedAt(5);
    expect(tracker.onFrame(5)).toBeNull();
    expect(tracker.onFrame(0)).toBeNull();
    expect(tracker.onFrame(6)).toEqual(NONE);
  });

  it('starts over', () => {
    const tracker = startedAt(5_000);
    tracker.onSkipped(0, 6_000);
    tracker.restart();
    expect(tracker.onFrame(3)).toEqual(NONE);
    expect(tracker.onFrame(5)).toEqual({ lost: 1, skipped: 0 });
  });

  it('bears jumps and announcements of any size', () => {
    const tracker = startedAt(0);
    tracker.onSkipped(1, 2 ** 52);
    expect(tracker.onFrame(2 ** 53 - 2)).toEqual({ lost: 2 ** 53 - 3 - 2 ** 52, skipped: 2 ** 52 });
  });

  it('remembers the 64 nearest announcements of a server that makes too many', () => {
    const tracker = startedAt(0);
    for (let i = 100_000; i > 0; i -= 1) tracker.onSkipped(2 * i, 2 * i);
    expect(tracker.onFrame(300_000)).toEqual({ lost: 299_999 - 64, skipped: 64 });
  });

  it('joins announcements that touch, in any order', () => {
    const ascending = startedAt(0);
    for (let i = 1; i <= 1_000; i += 1) ascending.onSkipped(i, i);
    expect(ascending.onFrame(1_001)).toEqual({ lost: 0, skipped: 1_000 });
    const descending = startedAt(0);
    for (let i = 1_000; i > 0; i -= 1) descending.onSkipped(i, i);
    expect(descending.onFrame(1_001)).toEqual({ lost: 0, skipped: 1_000 });
  });

  it('agrees with a set of announced numbers', () => {
    const announcement = fc.record({ first: fc.nat(60), length: fc.integer({ min: -2, max: 12 }) });
    const event = fc.oneof(fc.nat(60), announcement);
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const tracker = new SequenceTracker();
        const announced = new Set<number>();
        let newest: number | null = null;
        for (const each of events) {
          if (typeof each === 'object') {
            tracker.onSkipped(each.first, each.first + each.length - 1);
            for (let i = each.first; i < each.first + each.length; i += 1) announced.add(i);
          } else if (newest !== null && each <= newest) {
            expect(tracker.onFrame(each)).toBeNull();
          } else {
            const missing = newest === null ? [] : range(newest + 1, each);
            const skipped = missing.filter((i) => announced.has(i)).length;
            expect(tracker.onFrame(each)).toEqual({ lost: missing.length - skipped, skipped });
            newest = each;
          }
        }
      }),
    );
  });
});

function startedAt(sequence: number): SequenceTracker {
  const tracker = new SequenceTracker();
  tracker.onFrame(sequence);
  return tracker;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

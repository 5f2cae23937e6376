import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodeSequence } from '../../../../client/probe/code-sequence.js';

const PERIOD_US = 40_000;

/** The code of picture `place` of a video that begins anew after `length` pictures. */
const media = (place: number, length = Infinity) => {
  const index = place % length;
  return { kind: 'media' as const, timeUs: index * PERIOD_US, counter: index % 65_536 };
};
const capture = (place: number, counter = place) => ({
  kind: 'capture' as const,
  timeUs: 1_700_000_000_000_000 + place * PERIOD_US,
  counter: counter % 65_536,
});

function countsOf(codes: Parameters<CodeSequence['onCode']>[0][]) {
  const sequence = new CodeSequence();
  for (const code of codes) sequence.onCode(code);
  return sequence.counts;
}

describe('CodeSequence', () => {
  it('counts what is missing, and nothing else', () => {
    expect(countsOf([0, 1, 2, 3].map((place) => capture(place)))).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 });
    expect(countsOf([5, 6, 9, 10, 12].map((place) => capture(place)))).toMatchObject({ lost: 3 });
  });

  it('counts on where the counter begins anew', () => {
    expect(countsOf([65_534, 65_535, 65_537].map((place) => capture(place)))).toMatchObject({ lost: 1 });
  });

  it('takes a picture that comes late for one that is not lost', () => {
    expect(countsOf([0, 1, 3, 2, 4].map((place) => capture(place)))).toEqual({ lost: 0, repeated: 0, outOfOrder: 1 });
  });

  it('counts pictures that come twice', () => {
    expect(countsOf([0, 1, 1, 1, 2, 1, 3].map((place) => capture(place)))).toEqual({
      lost: 0,
      repeated: 3,
      outOfOrder: 0,
    });
  });

  it('counts no picture as lost that came without a code that could be read', () => {
    const sequence = new CodeSequence();
    sequence.onCode(capture(0));
    sequence.onUnread();
    sequence.onCode(capture(3));
    expect(sequence.counts.lost).toBe(1);
  });

  it('begins anew where the sender does, or the connection', () => {
    expect(countsOf([...[100, 101].map((place) => capture(place)), capture(102, 0), capture(103, 1)]).lost).toBe(0);
    const sequence = new CodeSequence();
    sequence.onCode(capture(0));
    sequence.restart();
    sequence.onCode(capture(100));
    expect(sequence.counts.lost).toBe(0);
  });

  it('knows a video that begins anew', () => {
    const places = Array.from({ length: 100 }, (_, index) => 7 + index);
    expect(countsOf(places.map((place) => media(place, 25)))).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 });
  });

  it('counts what is missing around the seam once a whole pass was seen', () => {
    const length = 50;
    const codes = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => media(from + index, length));
    // The last three of the first pass and the first two of the second.
    const first = [...codes(0, 47), ...codes(52, 90)];
    expect(countsOf(first).lost).toBe(2);
    expect(countsOf([...first, ...codes(90, 110)]).lost).toBe(5);
  });

  it('counts exactly whatever is lost of a looping video, but at its ends', () => {
    const kept = fc.array(fc.boolean(), { minLength: 400, maxLength: 400 });
    fc.assert(
      fc.property(kept, fc.integer({ min: 60, max: 90 }), (keeps, length) => {
        // Ends are kept, and some in each row of 20: a video of which nearly nothing comes is another matter.
        const isKept = (place: number) =>
          (keeps[place] ?? true) || place % 20 === 0 || place % length < 2 || place % length > length - 3;
        const places = keeps.map((_, place) => place).filter(isKept);
        const last = places.at(-1) ?? 0;
        expect(countsOf(places.map((place) => media(place, length))).lost).toBe(last + 1 - places.length);
      }),
    );
  });

  it('says which pictures are new', () => {
    const sequence = new CodeSequence();
    expect([0, 1, 1, 3, 2, 4].map((place) => sequence.onCode(capture(place)))).toEqual([
      true,
      true,
      false,
      true,
      false,
      true,
    ]);
  });
});

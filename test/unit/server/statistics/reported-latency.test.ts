import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReportedLatency } from '../../../../server/statistics/reported-latency.js';
import { StreamerError } from '../../../../shared/errors.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import { envelopeOf, plainHistogram, zigZag } from '../../../helpers/encoded-histogram.js';
import { errorOf } from '../../../helpers/error-of.js';
import { encodedLatencies } from '../../../helpers/measured-server.js';

describe('readReportedLatency', () => {
  it('reads values and how often they came, least first', () => {
    expect(readReportedLatency(encodedLatencies([1500, 30, 1500, 2]), 4)).toEqual({
      valuesUs: [2, 30, 1500],
      counts: [1, 1, 2],
      count: 4,
      plainBytes: 40 + 1 + 1 + 1 + 1 + 2 + 1,
    });
  });

  it('reads a histogram without values', () => {
    expect(readReportedLatency(new LatencyHistogram().encode(), 0)).toMatchObject({ valuesUs: [], count: 0 });
  });

  it('takes a report of a thousand frames that have nothing in common', () => {
    const values = Array.from({ length: 1000 }, (_, n) => Math.round(1.0215 ** n) * 3 + n);
    expect(readReportedLatency(encodedLatencies(values), 1000).count).toBe(1000);
  });

  it.each([
    ['more frames than were sent', encodedLatencies([1, 2, 3]), 'more frames than were sent'],
    ['a text longer than any report needs', `${encodedLatencies([1])}${'A'.repeat(8192)}`, 'too long for a report'],
    ['a histogram that inflates to more than any report needs', envelopeOf(plainHistogram(zeros(9000))), 'inflated'],
    ['what is no histogram', 'HISTFAAA', 'too short'],
    [
      'a skip that would keep the library busy for hours',
      envelopeOf(plainHistogram(zigZag(-(2 ** 48)))),
      'out of range',
    ],
  ])('refuses %s', (_name, base64, problem) => {
    const { code, message } = errorOf(() => readReportedLatency(base64, 2));
    expect(code).toBe('BAD_MESSAGE');
    expect(message).toContain(problem);
  });

  it('never throws anything but BAD_MESSAGE', () => {
    const text = encodedLatencies([1, 2, 3, 5000, 70_000]);
    const edit = fc.tuple(fc.nat(text.length), fc.nat(2), fc.string({ unit: 'binary', maxLength: 2 }));
    fc.assert(
      fc.property(edit, ([at, removed, added]) => {
        try {
          readReportedLatency(text.slice(0, at) + added + text.slice(at + removed), 5);
        } catch (error) {
          expect(error).toBeInstanceOf(StreamerError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConditions } from '../../../../client/compare/condition.js';
import { StreamerError } from '../../../../shared/errors.js';
import { errorOf } from '../../../helpers/error-of.js';

describe('parseConditions', () => {
  it.each([
    ['p99>+10%', { figure: 'p99', comparison: '>', of: 'relative change', limit: 0.1 }],
    ['fps<-5%', { figure: 'fps', comparison: '<', of: 'relative change', limit: -0.05 }],
    ['p99>50ms', { figure: 'p99', comparison: '>', of: 'value', limit: 50_000 }],
    ['p50>+250us', { figure: 'p50', comparison: '>', of: 'change', limit: 250 }],
    ['max>1.5s', { figure: 'max', comparison: '>', of: 'value', limit: 1_500_000 }],
    ['lost>0', { figure: 'lost', comparison: '>', of: 'value', limit: 0 }],
    ['lost>0.1%', { figure: 'lost', comparison: '>', of: 'value', limit: 0.001 }],
    ['lost>+0.001', { figure: 'lost', comparison: '>', of: 'change', limit: 0.001 }],
    ['throughput>+10%', { figure: 'throughput', comparison: '>', of: 'relative change', limit: 0.1 }],
    ['throughput<-10%', { figure: 'throughput', comparison: '<', of: 'relative change', limit: -0.1 }],
    ['fps<25', { figure: 'fps', comparison: '<', of: 'value', limit: 25 }],
    ['throughput<10Mbit/s', { figure: 'throughput', comparison: '<', of: 'value', limit: 10 }],
    ['cpu>80%', { figure: 'cpu', comparison: '>', of: 'value', limit: 80 }],
    ['cpu>+20%', { figure: 'cpu', comparison: '>', of: 'relative change', limit: 0.2 }],
    ['capacity<-10%', { figure: 'capacity', comparison: '<', of: 'relative change', limit: -0.1 }],
    ['outage>0', { figure: 'outage', comparison: '>', of: 'value', limit: 0 }],
    ['outage>2s', { figure: 'outage', comparison: '>', of: 'value', limit: 2_000_000 }],
    ['failed>0', { figure: 'failed', comparison: '>', of: 'value', limit: 0 }],
    ['reconnects>0', { figure: 'reconnects', comparison: '>', of: 'value', limit: 0 }],
  ])('%s', (text, expected) => {
    expect(parseConditions(text)).toEqual([{ text, ...expected }]);
  });

  it('takes several with blanks between them, and any case of the figure', () => {
    expect(parseConditions(' P99 > +10 % , lost>0').map(({ text }) => text)).toEqual(['P99>+10%', 'lost>0']);
  });

  it.each([
    ['', 'a condition is empty'],
    ['p99>+10%,', 'a condition is empty'],
    ['p99', '"p99" is none'],
    ['p98>+10%', 'did you mean p9'],
    ['latency>+10%', 'there are p50'],
    ['>5', 'begins with a figure'],
    ['p99>=+10%', 'write > or <'],
    ['p99=5ms', 'write > or <'],
    ['p99>10%', 'write +10%'],
    ['fps<5%', 'write -5%'],
    ['p99>50', 'the limit needs a unit; its units are us, µs, ms, s'],
    ['p99>50min', 'p99 is not told in "min"'],
    ['reconnects>5ms', 'it has no unit'],
    ['p99>1e9ms', 'is none'],
    ['p99<+10%', 'it says when to fail; did you mean p99>+10%?'],
    ['p99<-10%', 'did you mean p99>+10%?'],
    ['p99>-10%', 'did you mean p99>+10%?'],
    ['p99<50ms', 'did you mean p99>50ms?'],
    ['fps>-5%', 'it says when to fail; did you mean fps<-5%?'],
    ['fps<+5%', 'did you mean fps<-5%?'],
    ['fps>25', 'did you mean fps<25?'],
    ['capacity>-5%', 'did you mean capacity<-5%?'],
    ['throughput>-5%', 'that holds where nothing changed; did you mean throughput>+5%?'],
    ['lost>+0.1%', 'write lost>0.1% for more than that, or lost>+0.001 for so much more than in A.'],
    ['x'.repeat(501), 'longer than 500'],
    ['lost>0,'.repeat(30), 'more than 20'],
  ])('refuses "%s"', (text, message) => {
    const error = errorOf(() => parseConditions(text));
    expect(error.code).toBe('BAD_USAGE');
    expect(error.message).toContain(message);
  });

  it('takes anything or says what is wrong with it', () => {
    const piece = fc.oneof(
      fc.constantFrom('p99', 'lost', '>', '<', '+', '-', '10', '%', 'ms', ','),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          for (const { limit } of parseConditions(pieces.join(''))) expect(Number.isFinite(limit)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(StreamerError);
        }
      }),
    );
  });
});

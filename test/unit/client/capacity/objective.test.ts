import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseObjective } from '../../../../client/capacity/objective.js';
import { StreamerError } from '../../../../shared/errors.js';
import { errorOf } from '../../../helpers/error-of.js';

const termsOf = (text: string) =>
  parseObjective(text).terms.map(({ figure, comparison, limit, unit }) => [figure.name, comparison, limit, unit]);

describe('parseObjective', () => {
  it('reads figures, comparisons and limits with their units', () => {
    expect(termsOf('p99<100ms, lost=0, fps>=0.95')).toEqual([
      ['p99', '<', 100_000, 'us'],
      ['lost', '=', 0, 'count'],
      ['fps', '>=', 0.95, 'share'],
    ]);
    expect(termsOf('p50<=800us,p99.9<1.5s,age-max<2S,AGE-P99<3µs')).toEqual([
      ['p50', '<=', 800, 'us'],
      ['p999', '<', 1_500_000, 'us'],
      ['age-max', '<', 2_000_000, 'us'],
      ['age-p99', '<', 3, 'us'],
    ]);
    expect(termsOf('lost<=0.1%,skipped<5,corrupt=0,reconnects=0,failed<=1%')).toEqual([
      ['lost', '<=', 0.001, 'share'],
      ['skipped', '<', 5, 'count'],
      ['corrupt', '=', 0, 'count'],
      ['reconnects', '=', 0, 'count'],
      ['failed', '<=', 0.01, 'share'],
    ]);
    expect(termsOf('fps>=25fps,fps-min>90%,fairness>=0.9,server-cpu<90%,server-memory<2GiB')).toEqual([
      ['fps', '>=', 25, 'fps'],
      ['fps-min', '>', 0.9, 'share'],
      ['fairness', '>=', 0.9, 'share'],
      ['server-cpu', '<', 90, 'percent'],
      ['server-memory', '<', 2 ** 31, 'bytes'],
    ]);
  });

  it('keeps it as it was written, without blanks', () => {
    expect(parseObjective(' p99.9 < 100ms ,lost=0').text).toBe('p999<100ms,lost=0');
  });

  it.each([
    ['', 'a term is empty'],
    ['p99<100ms,', 'a term is empty'],
    ['p99', 'is no term'],
    ['p99<100ms<200ms', 'is no term'],
    ['<100ms', 'begins with the name of a figure'],
    ['p99<100', 'the unit is missing; it is a time with its unit, such as 100ms'],
    ['p99<100m', 'there is no unit "m" for it'],
    ['p99<fast', 'the limit is a time'],
    ['p99<1.2.3ms', 'the limit is a time'],
    ['p99>100ms', 'less is better here; did you mean p99<=100ms?'],
    ['p99=100ms', 'did you mean p99<=100ms?'],
    ['p99==100ms', 'there is no comparison ==; did you mean p99<=100ms?'],
    ['p99<0ms', 'nothing is below 0; did you mean p99<=0ms?'],
    ['p95<100ms', 'there is no figure "p95"; did you mean p9'],
    ['latency<100ms', 'there is no figure "latency"; there are p50, p90'],
    ['lsot=0', 'there is no figure "lsot"; did you mean lost?'],
    ['lost<0.5', 'it is a whole number, or a share such as 0.1%'],
    ['lost=5', 'did you mean lost<=5?'],
    ['lost<101%', 'a share is at most 100%'],
    ['reconnects<1%', 'reconnects are counted'],
    ['fps<=0.95', 'more is better here; did you mean fps>=0.95?'],
    ['fps>=25', 'did you mean fps>=25fps?'],
    ['fairness>=7', 'a share is at most 100%'],
    ['server-cpu<90', 'the unit is missing; it is percent of one core'],
    ['server-memory<5', 'the unit is missing; it is an amount with its unit'],
    ['p99<100ms,P99<=2s', 'p99 stands twice'],
    [`${'lost=0,'.repeat(20)}lost=0`, 'more than 20 terms'],
    ['x'.repeat(501), 'longer than 500 characters'],
    ['p99<99999999999999999999s', 'the number is too large'],
  ])('refuses %s and says why', (text, why) => {
    const error = errorOf(() => parseObjective(text));
    expect(error).toMatchObject({ code: 'BAD_USAGE', message: expect.stringContaining(why) as unknown });
  });

  it('takes or refuses whatever comes, and never breaks', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('p99', 'lost', 'fps', '<', '<=', '=', '>', '100ms', '0', '%', ',', ' '),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          const objective = parseObjective(pieces.join(''));
          expect(parseObjective(objective.text)).toEqual(objective);
        } catch (error) {
          expect(error).toBeInstanceOf(StreamerError);
        }
      }),
    );
  });
});

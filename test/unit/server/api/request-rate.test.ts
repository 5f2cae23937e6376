import { describe, expect, it } from 'vitest';
import { RequestRate } from '../../../../server/api/request-rate.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const A = '192.0.2.1';

function setUp() {
  const clock = new FakeClock();
  return { clock, rate: new RequestRate(clock, { perSecond: 10, burst: 3, maxAddresses: 2 }) };
}

describe('RequestRate', () => {
  it('takes a burst, and then one for each tenth of a second', () => {
    const { clock, rate } = setUp();
    expect([rate.take(A), rate.take(A), rate.take(A), rate.take(A)]).toEqual([0, 0, 0, 100_000]);
    clock.advance(60_000);
    expect(rate.take(A)).toBe(40_000);
    clock.advance(40_000);
    expect([rate.take(A), rate.take(A)]).toEqual([0, 100_000]);
  });

  it('takes no more than a burst after any pause', () => {
    const { clock, rate } = setUp();
    rate.take(A);
    clock.advance(3_600_000_000);
    expect([rate.take(A), rate.take(A), rate.take(A), rate.take(A)]).toEqual([0, 0, 0, 100_000]);
  });

  it('counts each address for itself, and a network of IPv6 as one', () => {
    const { rate } = setUp();
    for (let i = 0; i < 3; i += 1) rate.take('2001:db8::1');
    expect(rate.take('2001:db8::2')).toBe(100_000);
    expect(rate.take('2001:db8:0:1::1')).toBe(0);
  });

  it('remembers so many addresses and no more', () => {
    const { rate } = setUp();
    for (let i = 0; i < 100; i += 1) rate.take(`192.0.2.${i}`);
    expect(rate.size).toBe(2);
  });
});

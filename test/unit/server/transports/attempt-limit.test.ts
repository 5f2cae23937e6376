import { describe, expect, it } from 'vitest';
import { AttemptLimit, addressOf, attemptKey } from '../../../../server/transports/attempt-limit.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const SECOND_US = 1_000_000;
const A = '192.0.2.1';

function setUp(limits = {}) {
  const clock = new FakeClock();
  return { clock, limit: new AttemptLimit(clock, limits) };
}

describe('AttemptLimit', () => {
  it('lets an address try ten wrong tokens a minute', () => {
    const { clock, limit } = setUp();
    for (let i = 0; i < 10; i += 1) {
      expect(limit.waitUs(A)).toBe(0);
      limit.fail(A, `guess ${i}`);
      clock.advance(SECOND_US);
    }
    expect(limit.waitUs(A)).toBe(50 * SECOND_US);
    expect(limit.waitUs('192.0.2.2')).toBe(0);
  });

  it('lets it try one more for each that is a minute old', () => {
    const { clock, limit } = setUp({ maxAttempts: 2 });
    limit.fail(A, 'one');
    clock.advance(20 * SECOND_US);
    limit.fail(A, 'two');
    clock.advance(40 * SECOND_US - 1);
    expect(limit.waitUs(A)).toBe(1);
    clock.advance(1);
    expect(limit.waitUs(A)).toBe(0);
    limit.fail(A, 'three');
    expect(limit.waitUs(A)).toBe(20 * SECOND_US);
  });

  it('counts the same wrong token once, as long as it is remembered', () => {
    const { clock, limit } = setUp({ maxAttempts: 2 });
    for (let i = 0; i < 100; i += 1) limit.fail(A, 'old token');
    expect(limit.waitUs(A)).toBe(0);
    clock.advance(61 * SECOND_US);
    limit.fail(A, 'old token');
    limit.fail(A, 'a guess');
    expect(limit.waitUs(A)).toBe(60 * SECOND_US);
  });

  it('counts tokens that take turns each time', () => {
    const { limit } = setUp({ maxAttempts: 4 });
    for (const token of ['a', 'b', 'a', 'b']) limit.fail(A, token);
    expect(limit.waitUs(A)).toBeGreaterThan(0);
  });

  it('remembers so many addresses and no more, and forgets the one that was quiet for longest', () => {
    const { limit } = setUp({ maxAttempts: 2, maxAddresses: 2 });
    limit.fail('192.0.2.1', 'a');
    limit.fail('192.0.2.2', 'a');
    limit.fail('192.0.2.1', 'b');
    limit.fail('192.0.2.3', 'a');
    expect(limit.size).toBe(2);
    expect(limit.waitUs('192.0.2.1')).toBeGreaterThan(0);
    limit.fail('192.0.2.2', 'b');
    expect(limit.waitUs('192.0.2.2')).toBe(0);
  });

  it('counts the networks of an IPv6 site together, with a bound ten times as high', () => {
    const { clock, limit } = setUp();
    const network = (n: number) => `2001:db8:1:${n.toString(16)}::1`;
    for (let i = 0; i < 100; i += 1) {
      expect(limit.waitUs(network(i))).toBe(0);
      limit.fail(network(i), `guess ${i}`);
    }
    expect(limit.waitUs(network(1000))).toBe(60 * SECOND_US);
    expect(limit.waitUs('2001:db8:2::1')).toBe(0);
    clock.advance(60 * SECOND_US);
    expect(limit.waitUs(network(1000))).toBe(0);
  });

  it('takes an IPv4 address for itself in either way of writing it', () => {
    const { limit } = setUp({ maxAttempts: 1 });
    limit.fail('::ffff:192.0.2.1', 'a');
    expect(limit.waitUs(A)).toBeGreaterThan(0);
  });
});

describe('attemptKey', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1::', '1:0:0:0::/64'],
    ['192.0.2.1:5000', '192.0.2.1'],
    ['[2001:db8::1]:5000', '2001:db8:0:0::/64'],
    ['[::ffff:192.0.2.1]:5000', '192.0.2.1'],
    ['unknown', 'unknown'],
  ])('%s is %s', (address, key) => expect(attemptKey(address)).toBe(key));
});

describe('addressOf', () => {
  it.each([
    ['127.0.0.1:51234', '127.0.0.1'],
    ['::1:51234', '::1'],
    ['unknown:0', 'unknown'],
  ])('of %s is %s', (peer, address) => expect(addressOf(peer)).toBe(address));
});

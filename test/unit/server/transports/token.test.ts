import { describe, expect, it } from 'vitest';
import { AttemptLimit } from '../../../../server/transports/attempt-limit.js';
import { createTokenCheck } from '../../../../server/transports/token.js';
import { errorOf } from '../../../helpers/error-of.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const ADDRESS = '192.0.2.1';
const check = (token: string | null, adminToken: string | null = null) => {
  const limit = new AttemptLimit(new FakeClock(), { maxAttempts: 3 });
  const checkToken = createTokenCheck({ token, adminToken }, limit);
  return (given: string | undefined, address = ADDRESS) => checkToken(given, address);
};

describe('createTokenCheck', () => {
  it('lets everybody see where there is no token, whatever they give', () => {
    const given = check(null);
    expect([undefined, '', 'anything', 'else', 'again', 'more'].map((token) => given(token))).toEqual(
      new Array(6).fill('view'),
    );
  });

  it('wants exactly the token', () => {
    expect(check('s3cret-ü')('s3cret-ü')).toBe('view');
    for (const given of [undefined, '', 's3cret', 's3cret-ü ', 'S3CRET-ü', 's3cret-u\u0308', 's3cret-ü'.repeat(100)]) {
      expect(check('s3cret-ü')(given)).toBeNull();
    }
  });

  it('does not take an empty token for none', () => {
    expect(check('')(undefined)).toBeNull();
    expect(check('')('')).toBe('view');
  });

  it('tells the two tokens apart', () => {
    const given = check('look', 'change');
    expect([given('look'), given('change'), given('other'), given(undefined)]).toEqual(['view', 'admin', null, null]);
  });

  it('lets everybody see where there is only a token for admins, and refuses a wrong one', () => {
    const given = check(null, 'change');
    expect([given(undefined), given('change'), given('other')]).toEqual(['view', 'admin', null]);
  });

  it('gives the greater right where both tokens are the same', () => {
    expect(check('same', 'same')('same')).toBe('admin');
  });

  it('looks at no token of an address that tried too many, the right one included', () => {
    const given = check('right');
    for (const wrong of ['a', 'b', 'c']) expect(given(wrong)).toBeNull();
    expect(errorOf(() => given('right'))).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
    expect(given('right', '192.0.2.2')).toBe('view');
  });

  it('takes no missing token for an attempt', () => {
    const given = check('right');
    for (let i = 0; i < 10; i += 1) expect(given(undefined)).toBeNull();
    expect(given('right')).toBe('view');
  });
});

import { describe, expect, it } from 'vitest';
import { createTokenCheck } from '../../../../server/transports/token.js';

describe('createTokenCheck', () => {
  it('lets everybody in where there is no token', () => {
    const check = createTokenCheck(null);
    expect([check(undefined), check(''), check('anything')]).toEqual([true, true, true]);
  });

  it('wants exactly the token', () => {
    const check = createTokenCheck('s3cret-ü');
    expect(check('s3cret-ü')).toBe(true);
    for (const given of [undefined, '', 's3cret', 's3cret-ü ', 'S3CRET-ü', 's3cret-u\u0308', 's3cret-ü'.repeat(100)]) {
      expect(check(given)).toBe(false);
    }
  });

  it('does not take an empty token for none', () => {
    expect(createTokenCheck('')(undefined)).toBe(false);
    expect(createTokenCheck('')('')).toBe(true);
  });
});

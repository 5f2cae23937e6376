import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../../../shared/auth/auth-challenge.js';

function parsed(...headers: string[]) {
  return parseChallenges(headers).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

describe('parseChallenges', () => {
  it('reads names, quoted and bare values', () => {
    expect(parsed('Digest Realm="a, b=c", nonce="x\\"y\\\\z" ,algorithm=MD5,qop="auth,auth-int", stale=FALSE')).toEqual(
      [['digest', { realm: 'a, b=c', nonce: 'x"y\\z', algorithm: 'MD5', qop: 'auth,auth-int', stale: 'FALSE' }]],
    );
  });

  it('tells challenges apart that share a header', () => {
    expect(parsed('Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"')).toEqual([
      ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
      ['basic', { realm: 'simple' }],
    ]);
  });

  it('reads several headers, and schemes without parameters', () => {
    expect(parsed('Negotiate', 'NTLM, Basic', 'Digest  realm = "x" , nonce = y')).toEqual([
      ['negotiate', {}],
      ['ntlm', {}],
      ['basic', {}],
      ['digest', { realm: 'x', nonce: 'y' }],
    ]);
  });

  it('the first of two values counts', () => {
    expect(parsed('Basic realm="a", realm="b"')).toEqual([['basic', { realm: 'a' }]]);
  });

  it.each([
    ['', []],
    [',, ,', []],
    ['"quoted"', []],
    ['Basic realm="never closed', [['basic', { realm: '' }]]],
    ['Basic realm=', [['basic', { realm: '' }]]],
    ['Digest nonce=ab==/+, realm=x', [['digest', { nonce: 'ab==/+', realm: 'x' }]]],
  ])('makes what it can of %j', (header, challenges) => {
    expect(parsed(header)).toEqual(challenges);
  });

  it('comes to an end on any text', () => {
    const pieces = fc.constantFrom('Basic', 'Digest', ' ', ',', '=', '"', '\\', 'realm', 'é', '\u0001', '/');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((each) => each.join('')),
        ),
        (text) => {
          for (const { scheme } of parseChallenges([text])) expect(scheme).not.toBe('');
        },
      ),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { HttpAuth, credentialsOf } from '../../../../shared/auth/http-auth.js';

const USER = { username: 'user', password: 'pass' };
const BASIC = 'Basic realm="r"';
const digest = (nonce: string, more = '') => `Digest realm="r", nonce="${nonce}", qop="auth"${more}`;

function newAuth(): HttpAuth {
  return new HttpAuth(USER, () => 'cnonce');
}

describe('HttpAuth', () => {
  it('says nothing before it was asked', () => {
    expect(newAuth().header('GET', '/')).toBeNull();
  });

  it('answers Basic, and goes on with it', () => {
    const auth = newAuth();
    expect(auth.challenged([BASIC], false)).toBe(true);
    expect(auth.header('GET', '/')).toBe('Basic dXNlcjpwYXNz');
    expect(auth.header('GET', '/')).toBe('Basic dXNlcjpwYXNz');
  });

  it('shows a user and a password that are not ASCII in UTF-8', () => {
    const auth = new HttpAuth({ username: 'Jäsøn', password: 'p:w' });
    auth.challenged([BASIC], false);
    expect(auth.header('GET', '/')).toBe(`Basic ${Buffer.from('Jäsøn:p:w').toString('base64')}`);
  });

  it('prefers Digest, whatever comes first', () => {
    for (const headers of [[BASIC, digest('n')], [`${BASIC}, ${digest('n')}`], [digest('n'), BASIC]]) {
      const auth = newAuth();
      expect(auth.challenged(headers, false)).toBe(true);
      expect(auth.header('GET', '/')).toMatch(/^Digest .*nonce="n"/);
    }
  });

  it('takes the first Digest that it knows', () => {
    const auth = newAuth();
    auth.challenged([digest('a', ', algorithm=SHA-3'), digest('b', ', algorithm=SHA-256'), digest('c')], false);
    expect(auth.header('GET', '/')).toMatch(/nonce="b".*algorithm=SHA-256/);
  });

  it('falls back to Basic when no Digest is known', () => {
    const auth = newAuth();
    expect(auth.challenged([digest('a', ', algorithm=SHA-3'), BASIC], false)).toBe(true);
    expect(auth.header('GET', '/')).toMatch(/^Basic /);
  });

  it.each([[[]], [['Negotiate', 'Bearer realm="r"']], [['']], [['Digest realm="r"']]])(
    'has no answer to %j',
    (headers) => {
      const auth = newAuth();
      expect(auth.challenged(headers, false)).toBe(false);
      expect(auth.header('GET', '/')).toBeNull();
    },
  );

  it('gives up when what it just sent is refused', () => {
    for (const header of [BASIC, digest('n')]) {
      const auth = newAuth();
      auth.challenged([header], false);
      expect(auth.challenged([header], true)).toBe(false);
      expect(auth.header('GET', '/')).toBeNull();
    }
  });

  it('never sends Basic twice for one refusal, even from earlier requests', () => {
    const auth = newAuth();
    auth.challenged([BASIC], false);
    expect(auth.challenged([BASIC], false)).toBe(false);
  });

  it('takes a new nonce for later requests, and counts from one again', () => {
    const auth = newAuth();
    auth.challenged([digest('a')], false);
    auth.header('GET', '/');
    expect(auth.header('GET', '/')).toContain('nc=00000002');
    expect(auth.challenged([digest('b')], false)).toBe(true);
    expect(auth.header('GET', '/')).toMatch(/nonce="b".*nc=00000001/);
  });

  it('a fresh nonce is answered anew only when the server says that it was stale, and gives another', () => {
    const auth = newAuth();
    auth.challenged([digest('a')], false);
    expect(auth.challenged([digest('b', ', stale=TRUE')], true)).toBe(true);
    expect(auth.challenged([digest('b', ', stale=true')], true)).toBe(false);
    auth.challenged([digest('c')], false);
    expect(auth.challenged([digest('d', ', stale=false')], true)).toBe(false);
  });
});

describe('credentialsOf', () => {
  it.each([
    ['http://host/', null],
    ['http://user@host/', { username: 'user', password: '' }],
    ['http://:pass@host/', { username: '', password: 'pass' }],
    ['http://us%40er:p%2F%C3%A4%3a@host/', { username: 'us@er', password: 'p/ä:' }],
    ['http://user:100%@host/', { username: 'user', password: '100%' }],
    ['http://user:pä%@host/', { username: 'user', password: 'pä%' }],
    ['http://us%e4r:%%41%2@host/', { username: 'us%e4r', password: '%A%2' }],
    ['http://user:ä@host/', { username: 'user', password: 'ä' }],
  ])('reads %s', (url, credentials) => {
    expect(credentialsOf(new URL(url))).toEqual(credentials);
  });
});

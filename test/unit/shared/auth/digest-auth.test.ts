import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../../../shared/auth/auth-challenge.js';
import { DigestAnswer, isDigestChallenge } from '../../../../shared/auth/digest-auth.js';
import type { Credentials } from '../../../../shared/auth/digest-auth.js';

const MUFASA = { username: 'Mufasa', password: 'Circle of Life' };
/** RFC 7616, section 3.9.1. */
const NONCE = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
const CNONCE = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
const OPAQUE = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS';
const CHALLENGE = `Digest realm="http-auth@example.org", qop="auth, auth-int", nonce="${NONCE}", opaque="${OPAQUE}"`;

function challengeOf(header: string) {
  const [challenge] = parseChallenges([header]);
  if (!challenge) throw new Error('no challenge');
  return challenge;
}

function answer(header: string, credentials: Credentials, cnonce: string): DigestAnswer {
  const challenge = challengeOf(header);
  expect(isDigestChallenge(challenge)).toBe(true);
  return new DigestAnswer(challenge, credentials, cnonce);
}

function responseOf(header: string): string | undefined {
  return /[ ,]response="([^"]*)"/.exec(header)?.[1];
}

describe('DigestAnswer', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('answers the example of RFC 7616 with %s', (algorithm, response) => {
    const header = answer(`${CHALLENGE}, algorithm=${algorithm}`, MUFASA, CNONCE).header('GET', '/dir/index.html');
    expect(header).toBe(
      `Digest username="Mufasa", realm="http-auth@example.org", nonce="${NONCE}", uri="/dir/index.html", ` +
        `response="${response}", algorithm=${algorithm}, qop=auth, nc=00000001, cnonce="${CNONCE}", opaque="${OPAQUE}"`,
    );
  });

  it('answers the example of RFC 7616 with a hashed user name and SHA-512/256 (corrected by erratum 4897)', () => {
    const challenge =
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, ' +
      'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", ' +
      'opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true';
    const credentials = { username: 'Jäsøn Doe', password: 'Secret, or not?' };
    const header = answer(challenge, credentials, 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v').header(
      'GET',
      '/doe.json',
    );
    expect(header).toContain(
      'username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b", userhash=true',
    );
    expect(responseOf(header)).toBe('3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5');
  });

  it('answers the example of RFC 2617, and counts the requests', () => {
    const challenge =
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
      'opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    const digest = answer(challenge, { username: 'Mufasa', password: 'Circle Of Life' }, '0a4f113b');
    const first = digest.header('GET', '/dir/index.html');
    expect(responseOf(first)).toBe('6629fae49393a05397450978507c4ef1');
    expect(first).not.toContain('algorithm');
    const second = digest.header('GET', '/dir/index.html');
    expect(second).toContain('nc=00000002');
    expect(responseOf(second)).not.toBe(responseOf(first));
  });

  it('answers the example of RFC 2069 (corrected by its erratum), which knows no qop', () => {
    const challenge =
      'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
      'opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    const credentials = { username: 'Mufasa', password: 'CircleOfLife' };
    const header = answer(challenge, credentials, 'unused').header('GET', '/dir/index.html');
    expect(header).toBe(
      'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
        'uri="/dir/index.html", response="1949323746fe6a43ef61f9606e7febea", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    );
  });

  it('hashes nonce and cnonce into the secret of a session', () => {
    // MD5 of MD5(MD5(Mufasa:r:Circle of Life):n:c):n:00000001:c:auth:MD5(GET:/), worked out with Python's hashlib.
    const header = answer('Digest realm=r, nonce=n, qop=auth, algorithm=md5-SESS', MUFASA, 'c').header('GET', '/');
    expect(responseOf(header)).toBe('8277a2c8b15cdd087d06bc9356aa502a');
    expect(header).toContain('algorithm=md5-SESS');
  });

  it('quotes what has quotes, and encodes a user name that is not ASCII', () => {
    const quoted = answer('Digest realm="a \\"b\\"", nonce=n', { username: 'x"y\\', password: '' }, 'c');
    expect(quoted.header('GET', '/?"')).toContain('username="x\\"y\\\\", realm="a \\"b\\"", nonce="n", uri="/?\\""');
    const foreign = answer('Digest realm=r, nonce=n', { username: "J'ä\r\n", password: '' }, 'c');
    expect(foreign.header('GET', '/')).toContain("Digest username*=UTF-8''J%27%C3%A4%0D%0A, realm");
  });

  it('hashes the bytes of a realm as they came, and the user name in UTF-8', () => {
    // As Node hands headers on: one character for each byte.
    const realm = Buffer.from('Küche', 'utf8').toString('latin1');
    const header = answer(`Digest realm="${realm}", nonce=n`, { username: 'ä', password: 'ö' }, 'c').header('GET', '/');
    expect(responseOf(header)).toBe('b6ded24de579caaa59d6725517b655e4');
  });
});

describe('isDigestChallenge', () => {
  it.each([
    'Basic realm=r, nonce=n',
    'Digest nonce=n',
    'Digest realm=r',
    'Digest realm=r, nonce=n, algorithm=SHA-1',
    'Digest realm=r, nonce=n, qop=auth-int',
    'Digest realm=r, nonce=n, qop=authentic',
  ])('cannot answer %s', (header) => {
    expect(isDigestChallenge(challengeOf(header))).toBe(false);
  });
});

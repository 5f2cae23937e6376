import { describe, expect, it } from 'vitest';
import { Access, givenToken } from '../../../../server/api/access.js';
import type { Credentials } from '../../../../server/api/access.js';
import { HttpError } from '../../../../server/api/http-error.js';
import { AttemptLimit } from '../../../../server/transports/attempt-limit.js';
import { createTokenCheck } from '../../../../server/transports/token.js';
import type { Role } from '../../../../shared/api/server-schema.js';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const VIEW = 'look';
const ADMIN = 'change';
const ANYWHERE = '0.0.0.0';
const LOOPBACK = '127.0.0.1';

interface Setting {
  readonly host?: string;
  readonly token?: string | null;
  readonly adminToken?: string | null;
  readonly corsOrigins?: readonly string[];
  readonly publicHosts?: readonly string[];
}

function accessOf(setting: Setting = {}) {
  const { host = LOOPBACK, token = null, adminToken = null, corsOrigins = [], publicHosts = [] } = setting;
  const checkToken = createTokenCheck({ token, adminToken }, new AttemptLimit(new FakeClock()));
  return new Access({ host, token, adminToken, corsOrigins, publicHosts }, checkToken, 'Box.home.lan');
}

function credentials(given: string | undefined, more: Partial<Credentials> = {}): Credentials {
  const authorization = given === undefined ? undefined : `Bearer ${given}`;
  return {
    ...{ authorization, queryToken: undefined, peer: '192.0.2.1:5000', isForwarded: false, isAskable: true },
    ...more,
  };
}

/** What `run` is refused with; undefined when it is not. */
function refusalOf(run: () => unknown): StreamerError | undefined {
  try {
    run();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof StreamerError) return thrown;
    throw thrown;
  }
}

/** As `refusalOf`, where there are headers to look at. */
function httpErrorOf(run: () => unknown): HttpError {
  const refusal = refusalOf(run);
  if (refusal instanceof HttpError) return refusal;
  throw new Error('nothing was refused', { cause: refusal });
}

/** What a request may do: its role; else the code with which it is refused. */
function outcome(access: Access, asked: Credentials, required: Role): string {
  return refusalOf(() => access.refuseUnless(access.roleOf(asked), required, asked))?.code ?? 'ok';
}

describe('Access', () => {
  // Which tokens there are, which host is listened on, what is given; what that is worth for viewing and for changing.
  it.each([
    [null, null, LOOPBACK, undefined, 'ok', 'ok'],
    [null, null, LOOPBACK, 'anything', 'ok', 'ok'],
    [null, null, ANYWHERE, undefined, 'ok', 'FORBIDDEN'],
    [null, null, ANYWHERE, 'anything', 'ok', 'FORBIDDEN'],
    [VIEW, null, LOOPBACK, undefined, 'BAD_TOKEN', 'BAD_TOKEN'],
    [VIEW, null, LOOPBACK, VIEW, 'ok', 'FORBIDDEN'],
    [VIEW, null, LOOPBACK, 'wrong', 'BAD_TOKEN', 'BAD_TOKEN'],
    [VIEW, null, ANYWHERE, undefined, 'BAD_TOKEN', 'BAD_TOKEN'],
    [VIEW, null, ANYWHERE, VIEW, 'ok', 'FORBIDDEN'],
    [VIEW, null, ANYWHERE, 'wrong', 'BAD_TOKEN', 'BAD_TOKEN'],
    [null, ADMIN, LOOPBACK, undefined, 'ok', 'FORBIDDEN'],
    [null, ADMIN, LOOPBACK, ADMIN, 'ok', 'ok'],
    [null, ADMIN, LOOPBACK, 'wrong', 'BAD_TOKEN', 'BAD_TOKEN'],
    [null, ADMIN, ANYWHERE, undefined, 'ok', 'FORBIDDEN'],
    [null, ADMIN, ANYWHERE, ADMIN, 'ok', 'ok'],
    [null, ADMIN, ANYWHERE, 'wrong', 'BAD_TOKEN', 'BAD_TOKEN'],
    [VIEW, ADMIN, LOOPBACK, undefined, 'BAD_TOKEN', 'BAD_TOKEN'],
    [VIEW, ADMIN, LOOPBACK, VIEW, 'ok', 'FORBIDDEN'],
    [VIEW, ADMIN, LOOPBACK, ADMIN, 'ok', 'ok'],
    [VIEW, ADMIN, LOOPBACK, 'wrong', 'BAD_TOKEN', 'BAD_TOKEN'],
    [VIEW, ADMIN, ANYWHERE, undefined, 'BAD_TOKEN', 'BAD_TOKEN'],
    [VIEW, ADMIN, ANYWHERE, VIEW, 'ok', 'FORBIDDEN'],
    [VIEW, ADMIN, ANYWHERE, ADMIN, 'ok', 'ok'],
    [VIEW, ADMIN, ANYWHERE, 'wrong', 'BAD_TOKEN', 'BAD_TOKEN'],
  ])(
    'token %s, admin token %s, on %s, given %s: view %s, change %s',
    (token, adminToken, host, given, view, change) => {
      const access = accessOf({ token, adminToken, host });
      expect([outcome(access, credentials(given), 'view'), outcome(access, credentials(given), 'admin')]).toEqual([
        view,
        change,
      ]);
    },
  );

  it('lets nobody change anything who came through a proxy, on a server without tokens', () => {
    const forwarded = credentials(undefined, { isForwarded: true });
    expect(outcome(accessOf(), forwarded, 'view')).toBe('ok');
    expect(outcome(accessOf(), forwarded, 'admin')).toBe('FORBIDDEN');
  });

  it('answers a wrong token with both challenges, and a script only with the one that opens no window', () => {
    const access = accessOf({ token: VIEW });
    const challenges = (isAskable: boolean) => {
      return httpErrorOf(() => access.roleOf(credentials('wrong', { isAskable }))).headers['WWW-Authenticate'];
    };
    expect(challenges(true)).toEqual([
      'Bearer realm="frame-streamer"',
      'Basic realm="frame-streamer", charset="UTF-8"',
    ]);
    expect(challenges(false)).toEqual(['Bearer realm="frame-streamer"']);
  });

  it('makes an address wait that tried ten tokens, and says how long', () => {
    const access = accessOf({ token: VIEW });
    for (let i = 0; i < 10; i += 1) expect(outcome(access, credentials(`${i}`), 'view')).toBe('BAD_TOKEN');
    const error = httpErrorOf(() => access.roleOf(credentials(VIEW)));
    expect(error).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', headers: { 'Retry-After': '60' } });
    expect(outcome(access, credentials(VIEW, { peer: '192.0.2.1:6000' }), 'view')).toBe('TOO_MANY_ATTEMPTS');
    expect(outcome(access, credentials(VIEW, { peer: '192.0.2.2:5000' }), 'view')).toBe('ok');
  });

  it('says what is missing where there is no admin token at all', () => {
    const error = refusalOf(() => accessOf({ token: VIEW }).refuseUnless('view', 'admin', credentials(VIEW)));
    expect(error?.message).toContain('--admin-token');
  });

  describe('of hosts', () => {
    const refusal = (setting: Setting, host: string) => refusalOf(() => accessOf(setting).refuseHost(host))?.code;

    const foreign = ['evil.example', 'evil.example:8080', 'localhost.evil.example', 'box.evil.example', ''];

    it.each([{}, { adminToken: ADMIN }])(
      'lets a server on loopback without a token to view be only local: %j',
      (set) => {
        for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])
          expect(refusal(set, host)).toBeUndefined();
        for (const host of [...foreign, 'box.home.lan', 'box.local']) expect(refusal(set, host)).toBe('HOST_FORBIDDEN');
      },
    );

    it.each([{ host: ANYWHERE }, { host: ANYWHERE, adminToken: ADMIN }])(
      'lets one that others reach without a token answer to the names of its machine, too: %j',
      (set) => {
        const own = ['localhost:8080', '192.0.2.5:8080', 'box.home.lan', 'BOX:8080', 'box.local.', '[2001:db8::1]'];
        for (const host of own) expect(refusal(set, host)).toBeUndefined();
        for (const host of foreign) expect(refusal(set, host)).toBe('HOST_FORBIDDEN');
      },
    );

    it.each([LOOPBACK, ANYWHERE])('takes the names that it was told of, on %s', (host) => {
      const set = { host, publicHosts: ['cams.example'] };
      expect(refusal(set, 'Cams.example:8080')).toBeUndefined();
      expect(refusal(set, 'other.cams.example')).toBe('HOST_FORBIDDEN');
    });

    it('takes the name that it listens on', () => {
      expect(refusal({ host: 'Cams.lan' }, 'cams.lan:8080')).toBeUndefined();
    });

    it('lets one with a token to view answer as anything', () => {
      for (const host of [LOOPBACK, ANYWHERE]) expect(refusal({ host, token: VIEW }, 'camera.example')).toBeUndefined();
    });
  });

  describe('of pages', () => {
    const refusal = (origin: string | undefined, hosts: string[], corsOrigins: string[] = []) =>
      refusalOf(() => accessOf({ corsOrigins }).refuseOrigin({ hosts, origin }))?.code;

    it('takes what comes from no page, from its own pages, and from those allowed', () => {
      expect(refusal(undefined, ['localhost:8080'])).toBeUndefined();
      expect(refusal('http://localhost:8080', ['localhost:8080'])).toBeUndefined();
      expect(refusal('https://cam.example', ['10.0.0.1:8080', 'cam.example'])).toBeUndefined();
      expect(refusal('https://app.example', ['localhost:8080'], ['https://app.example'])).toBeUndefined();
    });

    it('refuses what comes from any other', () => {
      expect(refusal('http://evil.example', ['localhost:8080'])).toBe('FORBIDDEN');
      expect(refusal('http://localhost:9090', ['localhost:8080'])).toBe('FORBIDDEN');
      expect(refusal('null', ['localhost:8080'])).toBe('FORBIDDEN');
      expect(refusal('http://app.example', ['localhost:8080'], ['https://app.example'])).toBe('FORBIDDEN');
    });
  });
});

describe('givenToken', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each([
    ['Bearer abc', undefined, 'abc'],
    ['bearer   abc', undefined, 'abc'],
    ['Bearer ', undefined, ''],
    ['Bearer abc', 'other', 'abc'],
    [undefined, 'abc', 'abc'],
    [undefined, undefined, undefined],
    [basic('anybody:abc'), undefined, 'abc'],
    [basic(':abc'), undefined, 'abc'],
    [basic('anybody:a:b:c'), undefined, 'a:b:c'],
    [basic('anybody:'), undefined, ''],
    [basic('nocolon'), undefined, ''],
    [basic('jürgen:schlüssel'), undefined, 'schlüssel'],
    ['Basic !!!', undefined, ''],
    ['Digest username="x"', 'abc', 'abc'],
    ['Bearer', 'abc', 'abc'],
    [Buffer.from('Bearer schlüssel').toString('latin1'), undefined, 'schlüssel'],
  ])('of %s and ?token=%s is %s', (authorization, queryToken, token) => {
    expect(givenToken({ authorization, queryToken })).toBe(token);
  });
});

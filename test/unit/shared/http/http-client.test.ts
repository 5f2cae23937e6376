import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpAuth, credentialsOf } from '../../../../shared/auth/http-auth.js';
import { HttpClient } from '../../../../shared/http/http-client.js';
import { SystemClock } from '../../../../shared/clock.js';
import type { Clock } from '../../../../shared/clock.js';
import type { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { HttpPeer, answerOf } from '../../../helpers/http-peer.js';
import type { PeerRequest } from '../../../helpers/http-peer.js';
import { ofTest } from '../../../helpers/of-test.js';
import { until } from '../../../helpers/until.js';

const OK = answerOf('200 OK', ['Content-Type: image/jpeg'], 'picture');
const redirect = (to: string, status = '302 Found') => answerOf(status, [`Location: ${to}`]);
const refusal = (...challenges: string[]) =>
  answerOf(
    '401 Unauthorized',
    challenges.map((each) => `WWW-Authenticate: ${each}`),
  );

/** A peer that answers each request with what `answer` makes of it. */
function startPeer(answer: (request: PeerRequest, peer: HttpPeer) => Buffer): Promise<HttpPeer> {
  return ofTest(HttpPeer.start((request, peer) => void request.socket.write(answer(request, peer))));
}

function clientFor(url: string, clock: Clock = new SystemClock()): HttpClient {
  const parsed = new URL(url);
  const credentials = credentialsOf(parsed);
  const client = new HttpClient(parsed, credentials && new HttpAuth(credentials), clock);
  onTestFinished(() => client.close());
  return client;
}

/** Asks once; resolves with the answer, or with the error. */
function ask(client: HttpClient): Promise<IncomingMessage | StreamerError> {
  return new Promise((resolve) => client.get({ onAnswer: resolve, onError: resolve }));
}

/** Asks once and reads the body to its end. */
async function bodyOf(client: HttpClient): Promise<string> {
  const answer = await ask(client);
  if (answer instanceof Error) throw answer;
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  return body;
}

async function errorOf(client: HttpClient): Promise<StreamerError> {
  const answer = await ask(client);
  if (answer instanceof Error) return answer;
  throw new Error(`answered ${answer.statusCode}`);
}

describe('HttpClient', () => {
  it('asks for the path and query as they are, and for nothing to be packed', async () => {
    const peer = await startPeer(() => OK);
    expect(await bodyOf(clientFor(peer.url('/a%20b?x=1&y=%2F#z')))).toBe('picture');
    expect(peer.requests[0]?.path).toBe('/a%20b?x=1&y=%2F');
    expect(peer.sent('accept-encoding')).toEqual(['identity']);
  });

  it('sends headers of its own to its own origin and to no other', async () => {
    const other = await startPeer(() => OK);
    const peer = await startPeer(({ path }) => (path === '/' ? redirect('/here') : redirect(other.url())));
    const headers = { 'X-Api-Key': 's3cret', accept: 'application/json' };
    const client = new HttpClient(new URL(peer.url()), null, new SystemClock(), null, headers);
    onTestFinished(() => client.close());
    expect(await bodyOf(client)).toBe('picture');
    expect(peer.sent('x-api-key')).toEqual(['s3cret', 's3cret']);
    expect(peer.sent('accept')).toEqual(['application/json', 'application/json']);
    expect([other.sent('x-api-key'), other.sent('accept')]).toEqual([[undefined], ['*/*']]);
  });

  it('keeps one connection for all requests', async () => {
    const peer = await startPeer(() => OK);
    const client = clientFor(peer.url());
    for (let i = 0; i < 5; i += 1) expect(await bodyOf(client)).toBe('picture');
    expect(peer.total).toBe(1);
  });

  it('asks again when a connection that was kept open closes under the request', async () => {
    const peer = await ofTest(
      HttpPeer.start(({ socket, connection }, { requests }) => {
        if (connection === 1 && requests.length === 3) socket.destroy();
        else socket.write(OK);
      }),
    );
    const client = clientFor(peer.url());
    for (let i = 0; i < 4; i += 1) expect(await bodyOf(client)).toBe('picture');
    expect(peer.requests.map(({ connection }) => connection)).toEqual([1, 1, 1, 2, 2]);
  });

  it('does not ask again on a new connection that closes', async () => {
    const peer = await ofTest(HttpPeer.start(({ socket }) => socket.destroy()));
    expect(await errorOf(clientFor(peer.url()))).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    expect(peer.total).toBe(1);
  });

  it('never sends credentials before they are asked for, and then keeps the way', async () => {
    const peer = await startPeer(({ headers }) => (headers.has('authorization') ? OK : refusal('Basic realm="r"')));
    const client = clientFor(peer.url('/', 'user:pass'));
    expect(await bodyOf(client)).toBe('picture');
    expect(await bodyOf(client)).toBe('picture');
    expect(peer.sent('authorization')).toEqual([undefined, 'Basic dXNlcjpwYXNz', 'Basic dXNlcjpwYXNz']);
  });

  it('tries wrong credentials once', async () => {
    for (const challenge of ['Basic realm="r"', 'Digest realm="r", nonce="n", qop="auth"']) {
      const peer = await startPeer(() => refusal(challenge));
      expect(await errorOf(clientFor(peer.url('/', 'user:pass')))).toMatchObject({ code: 'SOURCE_DENIED' });
      expect(peer.requests).toHaveLength(2);
    }
  });

  it('comes to an end with a server for which every nonce is stale', async () => {
    const peer = await startPeer((_, { requests }) =>
      refusal(`Digest realm="r", nonce="${requests.length}", stale=true`),
    );
    expect(await errorOf(clientFor(peer.url('/', 'user:pass')))).toMatchObject({ code: 'SOURCE_DENIED' });
    expect(peer.requests).toHaveLength(4);
  });

  it('survives a challenge that leads to a header nobody can send', async () => {
    const peer = await startPeer(() => refusal('Digest realm="a\u0001b", nonce="n"'));
    expect(await errorOf(clientFor(peer.url('/', 'user:pass')))).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
  });

  it('without credentials a refusal is the end', async () => {
    const peer = await startPeer(() => refusal('Basic realm="r"'));
    const error = await errorOf(clientFor(peer.url()));
    expect(error).toMatchObject({ code: 'SOURCE_DENIED' });
    expect(error.message).toContain('it wants credentials');
    expect(peer.requests).toHaveLength(1);
  });

  it.each(['301 Moved', '302 Found', '303 See Other', '307 Temporary', '308 Permanent'])(
    'follows %s',
    async (status) => {
      const peer = await startPeer(({ path }) => (path === '/new' ? OK : redirect('new', status)));
      expect(await bodyOf(clientFor(peer.url('/old')))).toBe('picture');
    },
  );

  it('follows five redirects and not six', async () => {
    const peer = await startPeer(({ path }) => {
      const left = Number(path.slice(1));
      return left === 0 ? OK : redirect(`/${left - 1}`);
    });
    expect(await bodyOf(clientFor(peer.url('/5')))).toBe('picture');
    const error = await errorOf(clientFor(peer.url('/6')));
    expect(error).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
    expect(error.message).toContain('more than 5 times');
  });

  it.each([
    ['ftp://camera/', 'which is not HTTP'],
    ['file:///etc/passwd', 'which is not HTTP'],
    ['http://[', 'does not say where to'],
  ])('does not follow a redirect to %s', async (to, words) => {
    const peer = await startPeer(() => redirect(to));
    const error = await errorOf(clientFor(peer.url()));
    expect(error.code).toBe('SOURCE_BAD_ANSWER');
    expect(error.message).toContain(words);
  });

  it('does not follow a redirect to nowhere', async () => {
    const peer = await startPeer(() => answerOf('302 Found'));
    expect((await errorOf(clientFor(peer.url()))).message).toContain('does not say where to');
  });

  it('shows the credentials to nobody but the origin of the URL', async () => {
    const asking = ({ headers }: PeerRequest) => (headers.has('authorization') ? OK : refusal('Basic realm="r"'));
    const stranger = await startPeer(asking);
    const peer = await startPeer((request) =>
      request.headers.has('authorization') ? redirect(stranger.url('/', 'camera:own')) : asking(request),
    );
    const error = await errorOf(clientFor(peer.url('/', 'user:pass')));
    expect(error.code).toBe('SOURCE_DENIED');
    expect(error.message).toContain(`:${stranger.port}/`);
    expect(stranger.sent('authorization')).toEqual([undefined]);
  });

  it('shows them again after a redirect back', async () => {
    const stranger = await startPeer(() => redirect(peer.url('/back')));
    const peer: HttpPeer = await startPeer(({ path, headers }) => {
      if (path !== '/back') return redirect(stranger.url());
      return headers.has('authorization') ? OK : refusal('Basic realm="r"');
    });
    expect(await bodyOf(clientFor(peer.url('/', 'user:pass')))).toBe('picture');
    expect(stranger.sent('authorization')).toEqual([undefined]);
  });

  it('does not wait for the body of an answer that is of no use', async () => {
    const endless = 'Content-Length: 1000000000';
    const peer = await startPeer(({ path }) =>
      path === '/'
        ? answerOf('302 Found', ['Location: /new', endless], 'x')
        : answerOf('404 Not Found', [endless], 'x'),
    );
    expect(await errorOf(clientFor(peer.url()))).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
    await until(() => peer.open === 0);
  });

  it.each([
    ['lines that end in LF', 'HTTP/1.0 200 OK\nContent-Type: image/jpeg\nConnection: close\n\npicture'],
    [
      'two kinds of length',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n7\r\npicture\r\n0\r\n\r\n',
    ],
    ['no reason', 'HTTP/1.1 200\r\nContent-Length: 7\r\n\r\npicture'],
  ])('takes an answer with %s', async (_, answer) => {
    const peer = await ofTest(HttpPeer.start(({ socket }) => socket.end(answer)));
    expect(await bodyOf(clientFor(peer.url()))).toBe('picture');
  });

  it.each([
    ['SSH-2.0-OpenSSH_9.0\r\n', 'SOURCE_BAD_ANSWER'],
    [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 'SOURCE_BAD_ANSWER'],
    ['HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', 'SOURCE_UNREACHABLE'],
    ['HTTP/1.1 200 OK\r\nContent-', 'SOURCE_UNREACHABLE'],
    ['', 'SOURCE_UNREACHABLE'],
  ])('%j is %s', async (answer, code) => {
    const peer = await ofTest(HttpPeer.start(({ socket }) => socket.end(answer)));
    expect(await errorOf(clientFor(peer.url()))).toMatchObject({ code });
    await until(() => peer.open === 0);
  });

  it('waits ten seconds for an answer', async () => {
    const peer = await ofTest(HttpPeer.start(null));
    const clock = new FakeClock();
    const error = errorOf(clientFor(peer.url(), clock));
    await until(() => peer.requests.length === 1);
    clock.advance(9_999_999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect(await error).toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: expect.stringContaining('no answer within 10 s'),
    });
    expect(clock.pending).toBe(0);
    await until(() => peer.open === 0);
  });

  it('waits five seconds for a connection, with its handshake', async () => {
    const peer = await ofTest(HttpPeer.start(null));
    const clock = new FakeClock();
    const error = errorOf(clientFor(peer.url().replace('http:', 'https:'), clock));
    await until(() => peer.open === 1);
    clock.advance(5_000_000);
    expect(await error).toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: expect.stringContaining('no connection within 5 s'),
    });
    expect(clock.pending).toBe(0);
  });

  it('tells nothing any more once it is closed, and leaves no socket', async () => {
    const peer = await ofTest(HttpPeer.start(null));
    const clock = new FakeClock();
    const client = clientFor(peer.url(), clock);
    let told = 0;
    client.get({ onAnswer: () => (told += 1), onError: () => (told += 1) });
    await until(() => peer.requests.length === 1);
    await client.close();
    await client.close();
    clock.advance(60_000_000);
    await until(() => peer.open === 0);
    expect([told, clock.pending]).toEqual([0, 0]);
  });

  it('can be closed in the moment it begins', async () => {
    const peer = await startPeer(() => OK);
    const client = clientFor(peer.url());
    client.get({ onAnswer: () => expect.unreachable(), onError: () => expect.unreachable() });
    await client.close();
    await new Promise((resolve) => setImmediate(resolve));
    await until(() => peer.open === 0);
  });

  it('closes a connection that waits for the next request', async () => {
    const peer = await startPeer(() => OK);
    const client = clientFor(peer.url());
    await bodyOf(client);
    expect(peer.open).toBe(1);
    await client.close();
    await until(() => peer.open === 0);
  });

  it('closes an answer that is being read', async () => {
    const peer = await startPeer(() => answerOf('200 OK', ['Content-Length: 1000'], 'begin'));
    const client = clientFor(peer.url());
    const answer = (await ask(client)) as IncomingMessage;
    const broken = once(answer.resume(), 'error');
    await client.close();
    await broken;
    expect(answer.complete).toBe(false);
  });
});

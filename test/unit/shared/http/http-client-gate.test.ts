import type { IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpClient } from '../../../../shared/http/http-client.js';
import type { HostGate } from '../../../../shared/http/http-client.js';
import { SystemClock } from '../../../../shared/clock.js';
import { StreamerError } from '../../../../shared/errors.js';
import { HttpPeer, answerOf } from '../../../helpers/http-peer.js';
import type { PeerRequest } from '../../../helpers/http-peer.js';
import { ofTest } from '../../../helpers/of-test.js';

const OK = answerOf('200 OK', ['Content-Type: image/jpeg'], 'picture');
const redirect = (to: string) => answerOf('302 Found', [`Location: ${to}`]);

/** A peer that answers each request with what `answer` makes of it. */
function startPeer(answer: (request: PeerRequest, peer: HttpPeer) => Buffer): Promise<HttpPeer> {
  return ofTest(HttpPeer.start((request, peer) => void request.socket.write(answer(request, peer))));
}

function clientFor(url: string, gate: HostGate): HttpClient {
  const client = new HttpClient(new URL(url), null, new SystemClock(), gate);
  onTestFinished(() => client.close());
  return client;
}

/** Asks once; resolves with the answer, or with the error. */
function ask(client: HttpClient): Promise<IncomingMessage | StreamerError> {
  return new Promise((resolve) => client.get({ onAnswer: resolve, onError: resolve }));
}

async function errorOf(client: HttpClient): Promise<StreamerError> {
  const answer = await ask(client);
  if (answer instanceof StreamerError) return answer;
  throw new Error(`answered ${answer.statusCode}`);
}

describe('HttpClient with a gate', () => {
  /** Lets only `allowed` through, which it resolves to this machine. */
  function gateFor(...allowed: string[]) {
    const asked: string[] = [];
    const gate: HostGate = {
      checkHost: async (host) => {
        asked.push(host);
        if (!allowed.includes(host)) throw new StreamerError('SOURCE_FORBIDDEN', `not ${host}`);
      },
      lookup: (_, options, callback) => {
        if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
        else callback(null, '127.0.0.1', 4);
      },
    };
    return { gate, asked };
  }

  it('asks it about each host, and connects to where it says', async () => {
    const peer = await startPeer(({ path, headers }) =>
      path === '/a' ? redirect(`http://other.test:${new URL(`http://${headers.get('host') ?? ''}`).port}/b`) : OK,
    );
    const { gate, asked } = gateFor('cam.test', 'other.test');
    expect(await ask(clientFor(`http://cam.test:${peer.port}/a`, gate))).toMatchObject({ statusCode: 200 });
    expect(asked).toEqual(['cam.test', 'other.test']);
  });

  it.each(['http://127.0.0.1:PORT/', 'http://[::1]:PORT/', 'http://2130706433:PORT/', 'http://evil.test:PORT/'])(
    'goes nowhere when it refuses %s, be that in a redirect',
    async (target) => {
      const peer = await startPeer((request, { port }) =>
        request.path === '/' ? OK : redirect(target.replace('PORT', `${port}`)),
      );
      const { gate } = gateFor('cam.test');
      const direct = await errorOf(clientFor(target.replace('PORT', `${peer.port}`), gate));
      expect([direct.code, peer.total]).toEqual(['SOURCE_FORBIDDEN', 0]);
      const led = await errorOf(clientFor(`http://cam.test:${peer.port}/a`, gate));
      expect([led.code, peer.requests.map(({ path }) => path)]).toEqual(['SOURCE_FORBIDDEN', ['/a']]);
    },
  );

  it('sends nothing when it was given up while the gate thought about it', async () => {
    const peer = await startPeer(() => OK);
    const { gate } = gateFor();
    let open: () => void = () => undefined;
    const slow = { ...gate, checkHost: () => new Promise<void>((resolve) => (open = resolve)) };
    const client = clientFor(peer.url(), slow);
    client.get({ onAnswer: () => expect.fail('answered'), onError: () => expect.fail('failed') });
    client.cancel();
    open();
    await new Promise(setImmediate);
    await client.close();
    expect(peer.total).toBe(0);
  });
});

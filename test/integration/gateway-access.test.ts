import { afterEach, describe, expect, it } from 'vitest';
import { GatewayOfTest, parseAnswer } from '../helpers/gateway-of-test.js';
import type { GatewayOptions } from '../helpers/gateway-of-test.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { Opcode, RawWebSocket } from '../helpers/raw-websocket.js';
import { WebSocketClient } from '../helpers/websocket-client.js';

const VIEW = 'look';
const ADMIN = 'change';
const TOKENS = { flags: { token: VIEW, adminToken: ADMIN } };
const REMOVE = { method: 'DELETE' };
const basic = (token: string) => ({ authorization: `Basic ${Buffer.from(`me:${token}`).toString('base64')}` });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('access to the gateway', () => {
  let gateway: GatewayOfTest;
  const start = async (options: GatewayOptions = {}) => (gateway = await GatewayOfTest.start(options));
  afterEach(() => gateway.stop());

  /** Status of looking and of changing, with these headers and this query. */
  async function allowed(headers: Record<string, string>, query = ''): Promise<[string | number, string | number]> {
    const [look, change] = [
      await gateway.ask(`/api/streams${query}`, { headers }),
      await gateway.ask(`/api/streams/cam${query}`, { ...REMOVE, headers }),
    ];
    return [look.problem ?? look.status, change.problem ?? change.status];
  }

  it('is what the token allows, however it is given', async () => {
    await start(TOKENS);
    const [nothing, look, change] = [
      ['401 BAD_TOKEN', '401 BAD_TOKEN'],
      [200, '403 FORBIDDEN'],
      [200, 204],
    ];
    expect(await allowed({})).toEqual(nothing);
    for (const headers of [basic('wrong'), bearer('wrong')]) expect(await allowed(headers)).toEqual(nothing);
    for (const headers of [basic(VIEW), bearer(VIEW)]) expect(await allowed(headers)).toEqual(look);
    for (const headers of [basic(ADMIN), bearer(ADMIN)]) expect(await allowed(headers)).toEqual(change);
    expect(await allowed({}, `?token=${VIEW}`)).toEqual(look);
    expect(await allowed({}, `?token=${ADMIN}`)).toEqual(change);
    expect(await allowed({}, `?token=${ADMIN}&token=other`)).toEqual(change);
    expect(await allowed({}, '?token[a]=wrong')).toEqual(nothing);
  });

  it('needs no token for health, the pages and the description of the API', async () => {
    await start(TOKENS);
    for (const path of ['/healthz', '/readyz', '/api', '/api/openapi.json', '/api/static/swagger-ui.css']) {
      expect((await gateway.ask(path)).status).toBe(200);
    }
    expect((await gateway.ask('/metrics')).problem).toBe('401 BAD_TOKEN');
  });

  it('asks browsers for the token where they go, and not where scripts ask', async () => {
    await start(TOKENS);
    const challenge = async (headers: Record<string, string>) =>
      (await gateway.ask('/api/streams', { headers })).headers['www-authenticate'];
    const both = 'Bearer realm="frame-streamer", Basic realm="frame-streamer", charset="UTF-8"';
    expect(await challenge({})).toBe(both);
    expect(await challenge({ 'sec-fetch-dest': 'document' })).toBe(both);
    expect(await challenge({ 'sec-fetch-dest': 'empty' })).toBe('Bearer realm="frame-streamer"');
    expect(await challenge({ 'sec-fetch-dest': 'image' })).toBe('Bearer realm="frame-streamer"');
  });

  it('is refused for a while after ten wrong tokens, with the right one too', async () => {
    const clock = new FakeClock();
    await start({ ...TOKENS, clock });
    for (let i = 0; i < 10; i += 1) expect((await allowed(bearer(`guess ${i}`)))[0]).toBe('401 BAD_TOKEN');
    const refused = await gateway.ask('/api/streams', { headers: bearer(VIEW) });
    expect(refused.problem).toBe('429 TOO_MANY_ATTEMPTS');
    expect(refused.headers['retry-after']).toBe('60');
    expect((await gateway.ask('/healthz')).status).toBe(200);
    clock.advance(60_000_000);
    expect(await allowed(bearer(VIEW))).toEqual([200, '403 FORBIDDEN']);
  });

  it('tells addresses behind a trusted proxy apart, and believes no other', async () => {
    const clock = new FakeClock();
    await start({ flags: { token: VIEW, trustedProxy: ['127.0.0.1'] }, clock });
    const from = (address: string, token: string) => ({ 'x-forwarded-for': address, ...bearer(token) });
    for (let i = 0; i < 10; i += 1) await allowed(from('192.0.2.1', `guess ${i}`));
    expect((await allowed(from('192.0.2.1', VIEW)))[0]).toBe('429 TOO_MANY_ATTEMPTS');
    expect((await allowed(from('192.0.2.2', VIEW)))[0]).toBe(200);
    await gateway.stop();
    await start({ flags: { token: VIEW }, clock });
    for (let i = 0; i < 10; i += 1) await allowed(from(`192.0.2.${i}`, `guess ${i}`));
    expect((await allowed(from('192.0.2.99', VIEW)))[0]).toBe('429 TOO_MANY_ATTEMPTS');
  });

  it('without tokens is for those of this machine, and not for who comes through a proxy', async () => {
    await start();
    expect(await allowed({})).toEqual([200, 204]);
    for (const name of [
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-host',
      'cf-connecting-ip',
      'true-client-ip',
    ]) {
      expect(await allowed({ [name]: '192.0.2.1' })).toEqual([200, '403 FORBIDDEN']);
    }
  });

  it('is told to the log when it comes through a proxy that nobody named, once', async () => {
    const warnings = () => gateway.log.lines.filter(({ msg }) => msg.includes('--trusted-proxy'));
    await start();
    for (let i = 0; i < 3; i += 1)
      await gateway.ask('/api/streams', { headers: { 'x-forwarded-for': `192.0.2.${i}` } });
    expect(warnings()).toEqual([expect.objectContaining({ level: 'warn', proxy: '127.0.0.1', suppressed: 0 })]);
    await gateway.stop();
    await start({ flags: { trustedProxy: ['127.0.0.1'] } });
    await gateway.ask('/api/streams', { headers: { 'x-forwarded-for': '192.0.2.1' } });
    expect(warnings()).toEqual([]);
  });

  it('without tokens is refused to every name that is not this machine', async () => {
    await start();
    for (const host of ['localhost', `127.0.0.1:${gateway.port}`, 'a.localhost', '[::1]:1']) {
      expect((await gateway.ask('/api/streams', { headers: { host } })).status).toBe(200);
    }
    for (const path of ['/api/streams', '/', '/metrics', '/nothing']) {
      const { problem } = await gateway.ask(path, { headers: { host: 'evil.example' } });
      expect(problem).toBe('421 HOST_FORBIDDEN');
    }
    // Probes come under the name of a service.
    for (const path of ['/healthz', '/readyz']) {
      expect((await gateway.ask(path, { headers: { host: 'evil.example' } })).status).toBe(200);
    }
    const forwarded = { host: 'evil.example', 'x-forwarded-host': 'localhost' };
    expect((await gateway.ask('/', { headers: forwarded })).problem).toBe('421 HOST_FORBIDDEN');
  });

  it('without a token to view is refused to every other name, whoever may change things', async () => {
    await start({ flags: { adminToken: ADMIN, publicHost: ['cams.example'] } });
    const problemAt = async (host: string) => (await gateway.ask('/snapshot', { headers: { host } })).problem;
    gateway.stream.publish();
    expect(await problemAt('evil.test')).toBe('421 HOST_FORBIDDEN');
    expect(await problemAt('cams.example:8080')).not.toBe('421 HOST_FORBIDDEN');
  });

  it('with a token is given under any name', async () => {
    await start(TOKENS);
    expect(await allowed({ host: 'camera.example', ...bearer(ADMIN) })).toEqual([200, 204]);
  });

  it('is refused to pages of other origins that want to change something', async () => {
    await start({ flags: { corsOrigin: ['https://app.example'] } });
    const change = async (origin: string) => {
      const answer = await gateway.ask('/api/streams/cam', { ...REMOVE, headers: { origin } });
      return answer.problem ?? answer.status;
    };
    expect(await change(gateway.url)).toBe(204);
    expect(await change('https://app.example')).toBe(204);
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost']) {
      expect(await change(origin)).toBe('403 FORBIDDEN');
    }
    expect((await gateway.ask('/api/streams', { headers: { origin: 'https://evil.example' } })).status).toBe(200);
  });

  describe('by WebSocket', () => {
    const handshake = (path: string, more = '') =>
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;
    const problemOf = async (path: string, more = '') => (await gateway.askRaw(handshake(path, more))).problem;

    it('is given by the token of the request, or of HELLO', async () => {
      await start(TOKENS);
      const url = `ws://127.0.0.1:${gateway.port}/ws/cam`;
      const byQuery = await WebSocketClient.open(`${url}?token=${VIEW}`);
      await byQuery.reached(gateway.stream.publish());
      const byHello = await WebSocketClient.open(url, { token: VIEW });
      await byHello.reached(gateway.stream.publish());
      expect(gateway.clients.list().map(({ transport }) => transport)).toEqual(['websocket', 'websocket']);
    });

    it('is refused with a problem document before the handshake', async () => {
      await start(TOKENS);
      expect(await problemOf('/ws/cam?token=wrong')).toBe('401 BAD_TOKEN');
      expect(await problemOf('/api/events')).toBe('401 BAD_TOKEN');
      expect(await problemOf('/nothing')).toBe('404 NOT_FOUND');
      expect(await problemOf(`/ws/none?token=${VIEW}`)).toBe('404 UNKNOWN_STREAM');
      expect(await problemOf(`/ws/cam?token=${VIEW}`, 'Origin: https://evil.example\r\n')).toBe('403 FORBIDDEN');
      expect(await problemOf(`/ws/cam?token=${VIEW}`, 'Origin: null\r\n')).toBe('403 FORBIDDEN');
      expect(gateway.gateway.connectionCount).toBe(0);
    });

    it('is refused to other names of a server without tokens', async () => {
      await start();
      const bytes = handshake('/api/events').replace('Host: localhost', 'Host: evil.example');
      expect((await gateway.askRaw(bytes)).problem).toBe('421 HOST_FORBIDDEN');
    });

    it('tells what happens, to each what their role may see', async () => {
      await start(TOKENS);
      const roleOf = async (token: string) => {
        const events = await RawWebSocket.connect(gateway.port, `/api/events?token=${token}`);
        await events.until(() => events.frames.some(({ opcode }) => opcode === Opcode.TEXT));
        const [first] = events.frames;
        await events.destroy();
        return JSON.parse(first?.payload.toString() ?? '').server.role;
      };
      expect([await roleOf(VIEW), await roleOf(ADMIN)]).toEqual(['view', 'admin']);
    });

    it('is not what other protocols get: they are answered as if they had not asked', async () => {
      await start();
      const upgrade = 'Connection: Upgrade\r\nUpgrade: h2c\r\n';
      const socket = await gateway.connect();
      socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`);
      let received = '';
      for await (const chunk of socket) received += String(chunk);
      expect(parseAnswer(received)).toMatchObject({ status: 200, body: '{"status":"alive"}' });
      const post = `POST /api/streams HTTP/1.1\r\nHost: localhost\r\n${upgrade}Content-Length: 2\r\n\r\n{}`;
      expect((await gateway.askRaw(post)).problem).toBe('400 BAD_REQUEST');
    });
  });
});

import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import type { ApiEvent } from '../../shared/api/event-schema.js';
import { eventSchema } from '../../shared/api/event-schema.js';
import { MessageType } from '../../shared/protocol/messages.js';
import { GatewayOfTest } from '../helpers/gateway-of-test.js';
import { until } from '../helpers/until.js';
import { WebSocketClient } from '../helpers/websocket-client.js';

const TOKENS = { token: 'see', adminToken: 'do' };

describe('WebSockets behind the gateway', () => {
  let gateway: GatewayOfTest;
  afterEach(() => gateway.stop());

  const url = (path: string) => `ws://127.0.0.1:${gateway.port}${path}`;

  it('carry frames', async () => {
    gateway = await GatewayOfTest.start();
    const client = await WebSocketClient.open(url('/ws/cam'));
    await client.reached(gateway.stream.publish());
    expect(client.lengths).toContain(gateway.stream.messageBytes);
  });

  it('carry events that have the form of their schema', async () => {
    gateway = await GatewayOfTest.start();
    const { webSocket, events } = await listen('/api/events');
    const watching = await WebSocketClient.open(url('/ws/cam'), { name: 'watcher' });
    gateway.stream.hubStream.setState('live');
    await watching.reached(gateway.stream.publish());
    await until(() => events.some(({ type }) => type === 'stats'));
    await watching.destroy();
    await until(() => events.some((event) => event.type === 'client' && event.event === 'disconnected'));
    const [snapshot] = events;
    expect(snapshot).toMatchObject({
      ...{ type: 'snapshot', server: { role: 'admin', clients: 0 }, clients: [] },
      streams: [{ name: 'cam', state: 'idle' }],
    });
    const connected = events.find((event) => event.type === 'client' && event.event === 'connected');
    expect(connected).toMatchObject({
      client: { name: 'watcher', transport: 'websocket', streams: [{ stream: 'cam' }] },
    });
    expect(events.find(({ type }) => type === 'stream')).toMatchObject({ event: 'changed', stream: { state: 'live' } });
    webSocket.terminate();
  });

  it.each([
    ['no stream of that name', '/ws/none', {}, 404, 'UNKNOWN_STREAM'],
    ['a page of elsewhere', '/ws/cam', { origin: 'http://evil.example' }, 403, 'FORBIDDEN'],
    ['a page of elsewhere', '/api/events', { origin: 'http://evil.example' }, 403, 'FORBIDDEN'],
    ['another host', '/ws/cam', { headers: { host: 'evil.example' } }, 421, 'HOST_FORBIDDEN'],
  ])('are refused for %s on %s', async (_why, path, options, status, code) => {
    gateway = await GatewayOfTest.start();
    expect(await refusalOf(path, options)).toEqual({ status, code });
  });

  it.each([
    ['/ws/cam?token=wrong', {}, 401, 'BAD_TOKEN'],
    ['/ws/cam', { headers: { authorization: 'Bearer wrong' } }, 401, 'BAD_TOKEN'],
    ['/api/events', {}, 401, 'BAD_TOKEN'],
    ['/api/events?token=wrong', {}, 401, 'BAD_TOKEN'],
  ])('are refused on %s with %o where there is a token', async (path, options, status, code) => {
    gateway = await GatewayOfTest.start({ flags: TOKENS });
    expect(await refusalOf(path, options)).toEqual({ status, code });
  });

  it('are let in by the token of the request, or of HELLO', async () => {
    gateway = await GatewayOfTest.start({ flags: TOKENS });
    await WebSocketClient.open(url('/ws/cam?token=see'));
    await WebSocketClient.open(url('/ws/cam'), {}, { headers: { authorization: 'Bearer do' } });
    await WebSocketClient.open(url('/ws/cam'), { token: 'see' });
    const wrong = await WebSocketClient.connect(url('/ws/none'));
    wrong.hello({ token: 'wrong' });
    expect(await wrong.closed).toMatchObject({ code: 1008, reason: 'BAD_TOKEN' });
  });

  it('tell an admin where clients are, and others not', async () => {
    gateway = await GatewayOfTest.start({ flags: TOKENS });
    const client = await WebSocketClient.open(url('/ws/cam?token=see'));
    const { localPort } = client.rawSocket;
    const admin = await listen('/api/events?token=do');
    const viewer = await listen('/api/events?token=see');
    await until(() => admin.events.length > 0 && viewer.events.length > 0);
    const address = { peer: `127.0.0.1:${localPort}` };
    expect(admin.events[0]).toMatchObject({ server: { role: 'admin' }, clients: [address] });
    expect(viewer.events[0]).toMatchObject({ server: { role: 'view' }, clients: [{ peer: null }] });
  });

  it('end when an administrator disconnects the client', async () => {
    gateway = await GatewayOfTest.start();
    const client = await WebSocketClient.open(url('/ws/cam'));
    const [record] = gateway.clients.list();
    expect(await gateway.ask(`/api/clients/${record!.id}`, { method: 'DELETE' })).toMatchObject({ status: 204 });
    expect(await client.closed).toMatchObject({ code: 1008, reason: 'KICKED' });
  });

  it('end with a word when the server does', async () => {
    gateway = await GatewayOfTest.start();
    const client = await WebSocketClient.open(url('/ws'));
    const { webSocket } = await listen('/api/events');
    const closed = once(webSocket, 'close');
    await gateway.gateway.close('SERVER_CLOSING', 'The server shuts down.');
    expect(await client.closed).toMatchObject({ code: 1001, notice: { code: 'SERVER_CLOSING' } });
    expect((await closed)[0]).toBe(1001);
    expect(client.messages.at(-1)?.type).toBe(MessageType.BYE);
  });

  /** Listens to events; each one that comes is checked. */
  async function listen(path: string): Promise<{ webSocket: WebSocket; events: ApiEvent[] }> {
    const events: ApiEvent[] = [];
    const webSocket = new WebSocket(url(path));
    webSocket.on('message', (data) => events.push(eventSchema.parse(JSON.parse((data as Buffer).toString()))));
    await once(webSocket, 'open');
    return { webSocket, events };
  }

  /** How a request to upgrade is refused. */
  async function refusalOf(path: string, options: ClientOptions): Promise<{ status: number; code: string }> {
    const webSocket = new WebSocket(url(path), options);
    const [, response] = await once(webSocket, 'unexpected-response');
    return { status: response.statusCode, code: JSON.parse(await text(response)).code };
  }
});

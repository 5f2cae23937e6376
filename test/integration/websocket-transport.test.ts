import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBye, encodeHello, encodePing } from '../../shared/protocol/codec.js';
import { MessageType } from '../../shared/protocol/messages.js';
import type { Message } from '../../shared/protocol/messages.js';
import { frame, Opcode, RawWebSocket } from '../helpers/raw-websocket.js';
import type { ServerFrame } from '../helpers/raw-websocket.js';
import { SyntheticWebSocketServer } from '../helpers/synthetic-websocket-server.js';
import type { SyntheticWebSocketServerOptions } from '../helpers/synthetic-websocket-server.js';
import { syntheticJpeg } from '../helpers/synthetic-jpeg.js';
import { until } from '../helpers/until.js';
import { WebSocketClient } from '../helpers/websocket-client.js';

const TOKEN = 'open sesame';

describe('the protocol over WebSocket', () => {
  let server: SyntheticWebSocketServer;

  async function start(options: SyntheticWebSocketServerOptions = {}): Promise<void> {
    server = await SyntheticWebSocketServer.start(options);
  }

  beforeEach(() => start());
  afterEach(() => server.stop());

  /** Serves with other options. */
  async function restart(options: SyntheticWebSocketServerOptions): Promise<void> {
    await server.stop();
    await start(options);
  }

  it('delivers each frame as one message, byte for byte', async () => {
    const client = await WebSocketClient.open(server.url());
    for (let i = 0; i < 10; i += 1) await client.reached(server.stream.publish());
    const frames = client.messages.filter((message) => message.type === MessageType.FRAME);
    expect(frames.map(({ jpeg }) => jpeg)).toEqual(
      Array.from({ length: 10 }, (_, sequence) => syntheticJpeg(1, sequence, 1000)),
    );
    expect(client.lengths.filter((length) => length === server.stream.messageBytes)).toHaveLength(10);
    expect(client.audit.figures).toMatchObject({ first: 0, last: 9, received: 10, lost: 0, outOfOrder: 0 });
  });

  it.each([60, 1000, 65_480, 65_481, 300_000])('sends a JPEG of %i bytes in one WebSocket frame', async (jpegBytes) => {
    await restart({ jpegBytes });
    const hello = frame(Opcode.BINARY, encodeHello({ version: 1, name: 'raw', subscriptions: [] }));
    const client = await RawWebSocket.connect(server.port, '/ws/cam', { more: hello });
    await until(() => server.stream.subscribers.length === 1);
    server.stream.publish();
    const isFrame = ({ payload }: ServerFrame) => payload[4] === MessageType.FRAME;
    await client.until(() => client.frames.some(isFrame));
    const sent = client.frames.find(isFrame);
    expect(sent).toMatchObject({ opcode: Opcode.BINARY, fin: true });
    expect(sent?.payload.subarray(55)).toEqual(syntheticJpeg(1, 0, jpegBytes));
    await client.destroy();
  });

  it('announces in messages of their own what it left out, before the frame', async () => {
    const client = await WebSocketClient.open(server.url());
    server.stream.drop(3);
    await client.reached(server.stream.publish());
    const kinds = client.messages.map(({ type }) => type).filter((type) => type !== MessageType.PING);
    expect(kinds).toEqual([MessageType.WELCOME, MessageType.SKIPPED, MessageType.FRAME]);
    expect(client.audit.figures).toMatchObject({ first: 3, last: 3, lost: 0 });
  });

  it.each([
    { path: '/ws/b', subscriptions: [], expected: ['b'] },
    { path: '/ws/b', subscriptions: [{}], expected: ['b'] },
    { path: '/ws/b', subscriptions: [{ stream: 'a' }], expected: ['a'] },
    { path: '/ws/b', subscriptions: [{ stream: '*' }], expected: ['a', 'b'] },
    { path: '/ws/b', subscriptions: [{ stream: 'a' }, { maxFps: 5 }], expected: ['a', 'b'] },
    { path: '/ws', subscriptions: [], expected: [] },
    { path: '/ws', subscriptions: [{}], expected: ['a'] },
  ])('subscribes HELLO with $subscriptions on $path to $expected', async ({ path, subscriptions, expected }) => {
    await restart({ streams: ['a', 'b'] });
    const client = await WebSocketClient.open(server.url(path), { subscriptions });
    expect(subscribedNames(client.messages)).toEqual(expected);
  });

  it('lets a client in that the request has authorized, or its HELLO', async () => {
    await restart({ token: TOKEN });
    await WebSocketClient.open(server.url('/ws/cam?authorized'));
    await WebSocketClient.open(server.url(), { token: TOKEN });
    const wrong = await WebSocketClient.connect(server.url());
    wrong.hello({ token: 'wrong' });
    expect(await wrong.closed).toMatchObject({ code: 1008, reason: 'BAD_TOKEN', notice: { code: 'BAD_TOKEN' } });
  });

  it('does not tell who may not watch which streams there are, and says so to others', async () => {
    await restart({ token: TOKEN });
    const client = await WebSocketClient.connect(server.url('/ws/nothing'));
    client.hello({ token: 'wrong' });
    expect(await client.closed).toMatchObject({ reason: 'BAD_TOKEN' });
    const allowed = await WebSocketClient.connect(server.url('/ws/nothing'));
    allowed.hello({ token: TOKEN });
    expect(await allowed.closed).toMatchObject({ code: 1008, reason: 'UNKNOWN_STREAM' });
  });

  it('counts its clients with all others', async () => {
    await restart({ maxClients: 1 });
    const client = await WebSocketClient.open(server.url());
    expect(server.clients.list()).toMatchObject([{ name: 'websocket', transport: 'websocket' }]);
    const second = await WebSocketClient.connect(server.url());
    second.hello();
    expect(await second.closed).toMatchObject({ code: 1013, reason: 'SERVER_FULL' });
    await client.destroy();
    await until(() => server.clients.count === 0);
    await WebSocketClient.open(server.url());
  });

  it('closes as it should when the client says BYE', async () => {
    const client = await WebSocketClient.open(server.url());
    client.send(encodeBye({ code: 'CLIENT_CLOSING', message: 'Done.' }));
    expect(await client.closed).toEqual({ code: 1000, reason: '', notice: null });
    expect(server.clients.count).toBe(0);
  });

  it('takes a close by WebSocket alone for a client that is gone', async () => {
    const client = await WebSocketClient.open(server.url());
    client.webSocket.close(1001);
    await client.closed;
    await until(() => server.clients.count === 0);
    expect(server.stream.hubStream.subscriberCount).toBe(0);
  });

  it('says BYE when it stops, and closes', async () => {
    const client = await WebSocketClient.open(server.url());
    const pending = await WebSocketClient.connect(server.url());
    await server.stop();
    const bye = { code: 'SERVER_CLOSING', message: 'The test is over.' };
    expect(await client.closed).toEqual({ code: 1001, reason: 'SERVER_CLOSING', notice: bye });
    expect(await pending.closed).toMatchObject({ code: 1001 });
    await start();
  });

  it('disconnects whom an administrator wants gone', async () => {
    const client = await WebSocketClient.open(server.url());
    server.clients.list()[0]!.disconnect('KICKED', 'An administrator ended the connection.');
    expect(await client.closed).toMatchObject({ code: 1008, reason: 'KICKED', notice: { code: 'KICKED' } });
    expect(server.clients.count).toBe(0);
  });

  it('tells of streams that come and go, and sends the frames of one that comes back', async () => {
    const client = await WebSocketClient.open(server.url());
    server.hub.remove(server.stream.hubStream, { code: 'STREAM_REMOVED', message: 'Gone.' });
    await client.received(MessageType.STREAM);
    const again = server.addStream('cam');
    await client.received(MessageType.STREAM, 2);
    again.publish();
    await client.until(() => client.frames(again.hubStream.id).length === 1);
    const changes = client.messages.flatMap((it) => (it.type === MessageType.STREAM ? [it.body.event] : []));
    expect(changes).toEqual(['removed', 'appeared']);
  });

  it('answers PING, of the protocol and of WebSocket', async () => {
    const client = await WebSocketClient.open(server.url());
    client.send(encodePing(42));
    await client.received(MessageType.PONG);
    const pong = once(client.webSocket, 'pong');
    client.webSocket.ping('hello');
    expect(String((await pong)[0])).toBe('hello');
  });

  it('takes a message that comes in several frames, and control frames between them', async () => {
    const client = await WebSocketClient.connect(server.url());
    const hello = encodeHello({ version: 1, name: 'pieces', subscriptions: [] });
    client.webSocket.send(hello.subarray(0, 3), { fin: false });
    client.webSocket.ping();
    client.webSocket.send(hello.subarray(3, 20), { fin: false });
    client.webSocket.send(hello.subarray(20), { fin: true });
    await client.received(MessageType.WELCOME);
  });
});

function subscribedNames(messages: readonly Message[]): string[] {
  const [welcome] = messages;
  if (welcome?.type !== MessageType.WELCOME) throw new Error('the first message is not WELCOME');
  const { streams, subscribed } = welcome.body;
  return streams.filter(({ id }) => subscribed.includes(id)).map(({ name }) => name);
}

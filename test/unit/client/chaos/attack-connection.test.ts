import { afterEach, describe, expect, it } from 'vitest';
import { AttackConnection } from '../../../../client/chaos/attack-connection.js';
import type { AttackEnd } from '../../../../client/chaos/attack-connection.js';
import { BEHAVIOURS } from '../../../../client/chaos/attack-kinds.js';
import type { AttackKind } from '../../../../client/chaos/attack-kinds.js';
import { attackOf } from '../../../../client/chaos/attack-of.js';
import { encodeError, encodePing } from '../../../../shared/protocol/codec.js';
import { MessageType } from '../../../../shared/protocol/messages.js';
import type { Message } from '../../../../shared/protocol/messages.js';
import { MessageParser, SERVER_ACCEPTS } from '../../../../shared/protocol/parser.js';
import { frameMessage } from '../../../helpers/scripted-messages.js';
import { EMPTY_WELCOME, ScriptedServer } from '../../../helpers/scripted-server.js';
import { until } from '../../../helpers/until.js';

const JPEG_BYTES = 500;
const frame = (sequence: number) => frameMessage({ sequence }, Buffer.alloc(JPEG_BYTES));

const servers: ScriptedServer[] = [];
afterEach(async () => void (await Promise.all(servers.splice(0).map((server) => server.stop()))));

/** An attacker of that kind, and the server's end of it with all that was said. */
async function attack(kind: AttackKind) {
  const said = { bytes: 0, messages: [] as Message[] };
  const parser = new MessageParser({ accepts: SERVER_ACCEPTS, onMessage: (message) => said.messages.push(message) });
  const server = await ScriptedServer.start((socket) => {
    socket.on('data', (chunk) => {
      said.bytes += chunk.length;
      if (kind !== 'garbage') parser.push(chunk);
    });
  });
  servers.push(server);
  const ports = new Set<number>();
  const protocol = attackOf({ kind: 'streamer', url: `streamer://127.0.0.1:${server.port}/cam` }, 'the token');
  const ends: AttackEnd[] = [];
  const connection = new AttackConnection({ protocol, ports }, BEHAVIOURS[kind], 3, (end) => ends.push(end));
  await until(() => connection.isConnected && server.sockets.length === 1);
  const [socket] = server.sockets;
  if (!socket) throw new Error('nobody came');
  const types = () => said.messages.map(({ type }) => type);
  const finished = async () => {
    connection.end('RST');
    await until(() => ends.length > 0);
    return ends[0];
  };
  return { server, socket, connection, said, types, ports, ends, finished };
}

describe('an attacker', () => {
  it('comes in as everybody does, where that is its way', async () => {
    const { said, ports, finished } = await attack('stalled');
    await until(() => said.messages.length === 1);
    expect(said.messages[0]).toMatchObject({
      body: { name: 'chaos-3', token: 'the token', subscriptions: [{ stream: 'cam' }] },
    });
    expect(ports.size).toBe(1);
    expect(await finished()).toMatchObject({ wasConnected: true, byServer: false, code: null, bytesSent: said.bytes });
    expect(ports.size).toBe(0);
  });

  it('says nothing, half open', async () => {
    const { connection, said, finished } = await attack('half-open');
    connection.tick(0);
    connection.tick(10_000_000);
    expect((await finished())?.bytesSent).toBe(0);
    expect(said.bytes).toBe(0);
  });

  it('says HELLO a byte at a time', async () => {
    const { connection, said, finished } = await attack('slow-hello');
    for (const us of [1, 100_000, 250_001, 260_000, 600_000]) connection.tick(us);
    await until(() => said.bytes >= 3);
    expect((await finished())?.bytesSent).toBe(3);
  });

  it.each([
    ['stalled', true],
    ['vanished', false],
  ] as const)('stops reading at the first frame, %s, and shows that it is alive: %s', async (kind, pings) => {
    const { connection, socket, types, finished } = await attack(kind);
    socket.write(EMPTY_WELCOME);
    socket.write(frame(0));
    await until(() => connection.hasFrame);
    for (let i = 1; i < 400; i += 1) socket.write(frame(i));
    connection.tick(0);
    if (pings) await until(() => types().includes(MessageType.PING));
    // One read takes 64 KiB, and there is none after the frame.
    expect((await finished())?.bytesRead).toBeLessThanOrEqual(65_536);
    expect(types().includes(MessageType.PING)).toBe(pings);
  });

  it('reads a few bytes each time, and acknowledges', async () => {
    const { connection, socket, types } = await attack('trickling');
    socket.write(frame(0));
    let ticks = 0;
    await until(() => {
      connection.tick(0);
      ticks += 1;
      return types().includes(MessageType.ACK);
    });
    expect(ticks).toBeGreaterThan(JPEG_BYTES / 64 - 1);
  });

  it('reads all and acknowledges nothing', async () => {
    const { socket, types, finished } = await attack('silent');
    for (let i = 0; i < 300; i += 1) socket.write(frame(i));
    socket.write(encodePing(5));
    await until(() => types().includes(MessageType.PONG));
    expect(types()).not.toContain(MessageType.ACK);
    expect((await finished())?.bytesRead).toBeGreaterThan(300 * JPEG_BYTES);
  });

  it('says what nobody says', async () => {
    const { said, finished } = await attack('garbage');
    await until(() => said.bytes > 0);
    await finished();
  });

  it('knows with which code it was closed', async () => {
    const { socket, ends } = await attack('silent');
    socket.end(encodeError({ code: 'TOO_MANY_MESSAGES', message: 'Enough.' }));
    await until(() => ends.length > 0);
    expect(ends).toMatchObject([{ byServer: true, code: 'TOO_MANY_MESSAGES' }]);
  });

  it('learns it when it does not read, too, as soon as it may', async () => {
    const { connection, socket, ends } = await attack('vanished');
    socket.write(frame(0));
    await until(() => connection.hasFrame);
    socket.end(encodeError({ code: 'IDLE_TIMEOUT', message: 'Are you there?' }));
    connection.readAll();
    await until(() => ends.length > 0);
    expect(ends).toMatchObject([{ byServer: true, code: 'IDLE_TIMEOUT' }]);
  });

  it('tells apart what it read before the attack was over, and what had lain there', async () => {
    const { connection, socket, ends } = await attack('stalled');
    socket.write(frame(0));
    await until(() => connection.hasFrame);
    const sentBytes = 300 * frame(1).length;
    for (let i = 1; i <= 300; i += 1) socket.write(frame(i));
    connection.readAll();
    socket.end();
    await until(() => ends.length > 0);
    const { bytesRead = 0, bytesLate } = ends[0] ?? {};
    expect(bytesRead).toBeLessThanOrEqual(65_536);
    expect(bytesRead + (bytesLate ?? 0)).toBe(sentBytes + frame(0).length);
    expect(bytesLate).toBeGreaterThan(0);
  });

  it('has nothing late where it reads all', async () => {
    const { connection, socket, finished } = await attack('silent');
    connection.readAll();
    socket.write(frame(0));
    await until(() => connection.hasFrame);
    expect(await finished()).toMatchObject({ bytesRead: frame(0).length, bytesLate: null });
  });

  it('was closed without a word', async () => {
    const { socket, ends } = await attack('half-open');
    socket.end();
    await until(() => ends.length > 0);
    expect(ends).toMatchObject([{ byServer: true, code: 'CLOSED' }]);
  });

  it('does not understand what is no protocol, and goes on', async () => {
    const { connection, socket, ends, finished } = await attack('silent');
    socket.write(Buffer.alloc(100_000, 0xff));
    socket.write(frame(0));
    connection.tick(0);
    expect(ends).toEqual([]);
    expect(await finished()).toMatchObject({ byServer: false });
  });
});

it('was never connected', async () => {
  const server = await ScriptedServer.start(() => undefined);
  const { port } = server;
  await server.stop();
  const protocol = attackOf({ kind: 'streamer', url: `streamer://127.0.0.1:${port}` }, null);
  const end = await new Promise<AttackEnd>((resolve) => {
    new AttackConnection({ protocol, ports: new Set() }, BEHAVIOURS.stalled, 0, resolve);
  });
  expect(end).toMatchObject({ wasConnected: false, byServer: false, code: 'ECONNREFUSED', bytesSent: 0 });
});

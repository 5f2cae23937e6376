import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodePing, encodeStats } from '../../shared/protocol/codec.js';
import { MessageType } from '../../shared/protocol/messages.js';
import { BesiegedServer, TOKEN } from '../helpers/besieged-server.js';
import { helloWith, message } from '../helpers/hostile-bytes.js';
import { RawClient } from '../helpers/raw-client.js';
import type { ServerProcess } from '../helpers/server-process.js';
import { until } from '../helpers/until.js';

/** Connections that may be open without a HELLO. */
const MAX_PENDING = 256;

describe('hostile peers', () => {
  let besieged: BesiegedServer;
  let server: ServerProcess;

  beforeAll(async () => {
    besieged = await BesiegedServer.start();
    ({ server } = besieged);
  });
  afterEach(() => besieged.expectToServe());
  afterAll(() => besieged.stop());

  it('that cut a HELLO short or are reset in the middle of it leave nothing', async () => {
    const half = message(MessageType.HELLO, helloWith({ token: TOKEN })).subarray(0, 40);
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const client = await RawClient.connect(server.port);
        client.send(half);
        if (index % 2 === 0) client.socket.resetAndDestroy();
        else client.socket.end();
        await client.closed;
      }),
    );
  });

  it('that flood the server with STATS are cut off', async () => {
    const client = await besieged.welcomed('stats-flood');
    const counters = { received: 1, lost: 0, skipped: 0, corrupt: 0, bytes: 1, latency: 'A'.repeat(32_000) };
    const streams = [1, 2].map((streamId) => ({ streamId, ...counters }));
    await flood(client, encodeStats({ intervalMs: 1000, streams }));
    expect((await client.closed)?.code).toBe('TOO_MANY_MESSAGES');
  });

  it('that flood the server with PINGs and do not read the answers are cut off', async () => {
    const client = await besieged.welcomed('ping-flood');
    client.stopReading();
    await flood(client, Buffer.concat(Array.from({ length: 1000 }, (_, t0Us) => encodePing(t0Us))));
    const line = await server.logged((it) => it['client'] === 'ping-flood' && it.msg === 'client gone');
    expect(['TOO_MANY_MESSAGES', 'TOO_FAR_BEHIND']).toContain(line['code']);
  });

  it('that try tokens can try ten, and get one line a second in the log, all together', async () => {
    const codes: (string | undefined)[] = [];
    const from = '127.0.0.2';
    const storm = async () => {
      for (let batch = 0; batch < 10; batch += 1) {
        const tries = Array.from({ length: 50 }, (_, index) => helloWith({ token: `${batch}-${index}` }));
        const refused = tries.map((body) => besieged.refusalOf(message(MessageType.HELLO, body), { from }));
        codes.push(...(await Promise.all(refused)));
      }
    };
    await besieged.expectOneLineASecond('TOO_MANY_ATTEMPTS', () => besieged.expectOneLineASecond('BAD_TOKEN', storm));
    expect(codes.filter((code) => code === 'BAD_TOKEN')).toHaveLength(10);
    expect(codes.filter((code) => code === 'TOO_MANY_ATTEMPTS')).toHaveLength(490);
    const right = message(MessageType.HELLO, helloWith({ token: TOKEN }));
    expect(await besieged.refusalOf(right, { from })).toBe('TOO_MANY_ATTEMPTS');
  });

  it('that connect 1,000 times and say nothing push each other out, and nobody else', async () => {
    await besieged.expectOneLineASecond('HELLO_TIMEOUT', async () => {
      let closed = 0;
      const silent = await Promise.all(Array.from({ length: 1000 }, () => RawClient.connect(server.port)));
      for (const client of silent) void client.closed.then(() => (closed += 1));
      await until(() => closed >= 1000 - MAX_PENDING);
      await besieged.expectToServe();
      await Promise.all(silent.map((client) => client.destroy()));
    });
  });

  it('that connect 1,000 times and reset at once leave nothing, in the log neither', async () => {
    const before = server.log.length;
    await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const client = new RawClient(server.port);
        client.socket.once('connect', () => client.socket.resetAndDestroy());
        await client.closed;
      }),
    );
    const client = await besieged.welcomed('after');
    await server.logged((line) => line['client'] === 'after');
    await client.destroy();
    const lines = server.log.slice(before).filter(({ msg }) => msg.startsWith('client'));
    expect(lines.filter((line) => line['client'] === undefined)).toEqual([]);
  });

  it('cost the good client nothing', () => besieged.expectUnharmed());
});

/** Sends `bytes` again and again, as fast as the server takes them, until it closes the connection. */
async function flood(client: RawClient, bytes: Buffer): Promise<void> {
  let open = true;
  void client.closed.then(() => (open = false));
  while (open) {
    await new Promise((resolve) => client.socket.write(bytes, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

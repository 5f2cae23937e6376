import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resolveLoadConfig } from '../../client/load/load-config.js';
import { runLoad } from '../../client/load/run-load.js';
import { SystemClock } from '../../shared/clock.js';
import { encodeError } from '../../shared/protocol/codec.js';
import { freeTcpPort } from '../helpers/free-port.js';
import { LogOfTest } from '../helpers/log-of-test.js';

const REFUSAL = encodeError({ code: 'SERVER_FULL', message: 'Come later.' });

describe('runLoad', () => {
  it('names each target where nothing listens, and warns of a token that goes nowhere', async () => {
    const port = await freeTcpPort();
    const target = [`first=http://127.0.0.1:${port}/a`, `second=rtsp://127.0.0.1:${port}/b`];
    const log = new LogOfTest();
    const run = load({ target, token: 'abc', reconnect: false }, log);
    const message = expect.stringMatching(
      /^Not one session could connect\. first: .*nothing listens.* second: /,
    ) as unknown;
    await expect(run).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE', message });
    expect(log.messages('warn')).toEqual([expect.stringContaining('--token is sent to streamer://')]);
  });

  it.each<[string, (port: number) => string, Server, RegExp]>([
    [
      'HTTP',
      (port) => `streamer://127.0.0.1:${port}/a`,
      createHttpServer(),
      /^An HTTP server answers at 127\.0\.0\.1:\d+; the TCP port/,
    ],
    [
      'TCP',
      (port) => `ws://127.0.0.1:${port}/ws/a`,
      createServer((socket) => socket.end(REFUSAL)),
      /^No HTTP server answers at ws:.*; the HTTP port/,
    ],
  ])('says at once that it met the %s port of a server', async (_, address, server, message) => {
    let connections = 0;
    server.on('connection', () => (connections += 1));
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const run = load({ target: [address(port)] });
    await expect(run).rejects.toMatchObject({ code: 'WRONG_PORT', message: expect.stringMatching(message) as unknown });
    expect(connections).toBe(2);
  });

  it('takes no refusal for a failure of its target where the user ends it before the first frame', async () => {
    const server = createServer((socket) => socket.end(REFUSAL));
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const stopRequest = once(server, 'connection');
    const report = await load({ target: [`streamer://127.0.0.1:${port}`] }, undefined, stopRequest);
    const sentence = expect.stringMatching(/^Ended after .*, before the first frame came\.$/) as unknown;
    expect(report).toMatchObject({ provenance: { interrupted: true }, verdict: { level: 'done', sentence } });
  });
});

/** A run with two sessions. */
function load(
  flags: Readonly<Record<string, unknown>>,
  log = new LogOfTest(),
  stopRequest: Promise<unknown> = new Promise(() => undefined),
) {
  return runLoad(resolveLoadConfig({ clients: '2', serverApi: 'off', ...flags }, {}), {
    clock: new SystemClock(),
    logger: log.logger,
    env: {},
    commandLine: [],
    stopRequest,
    view: { render: () => undefined, say: () => undefined, close: () => undefined },
  });
}

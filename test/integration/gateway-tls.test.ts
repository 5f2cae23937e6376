import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TlsIdentity } from '../../server/tls-identity.js';
import { SystemClock } from '../../shared/clock.js';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { GatewayOfTest, parseAnswer } from '../helpers/gateway-of-test.js';
import type { GatewayOptions } from '../helpers/gateway-of-test.js';
import { LogOfTest } from '../helpers/log-of-test.js';
import { StartedParts } from '../helpers/started-parts.js';
import { until } from '../helpers/until.js';
import { WebSocketClient } from '../helpers/websocket-client.js';

describe.skipIf(!requireCertificates())('the gateway over TLS', () => {
  const parts = new StartedParts();
  let ours: Certificate;
  let identity: TlsIdentity;
  let gateway: GatewayOfTest;
  beforeAll(async () => {
    ours = await parts.keep(Certificate.start());
  });
  afterAll(() => parts.stop());
  afterEach(() => gateway.stop());

  async function start(options: GatewayOptions = {}): Promise<void> {
    const { logger } = new LogOfTest();
    identity = await TlsIdentity.load(ours.files, { clock: new SystemClock(), logger });
    gateway = await GatewayOfTest.start({ ...options, tls: identity });
  }

  async function ask(path: string, ca = ours.pem): Promise<{ status: number; body: string; fingerprint: string }> {
    const asked = request({ host: '127.0.0.1', port: gateway.port, path, ca, agent: false });
    asked.end();
    const [answer] = await once(asked, 'response');
    const { fingerprint256: fingerprint } = (answer.socket as TLSSocket).getPeerCertificate();
    return { status: answer.statusCode, body: await text(answer), fingerprint };
  }

  it('answers requests and WebSockets', async () => {
    await start();
    expect(await ask('/healthz')).toMatchObject({ status: 200, body: '{"status":"alive"}' });
    const client = await WebSocketClient.open(`wss://127.0.0.1:${gateway.port}/ws/cam`, {}, { ca: ours.pem });
    await client.reached(gateway.stream.publish());
  });

  it.each(['GET', 'DELETE'])('tells who asks without TLS (%s) so, with a problem document', async (method) => {
    await start();
    const answer = await gateway.askRaw(`${method} /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect(answer.problem).toBe('400 BAD_REQUEST');
    expect(JSON.parse(answer.body).detail).toBe('This port speaks only TLS; ask with https.');
    await until(() => gateway.gateway.connectionCount === 0);
    expect((await ask('/healthz')).status).toBe(200);
  });

  it('ends a handshake that takes too long', async () => {
    await start({ limits: { handshakeTimeoutMs: 100 } });
    const socket = await gateway.connect();
    await once(socket.resume(), 'close');
    await until(() => gateway.gateway.connectionCount === 0);
  });

  it('closes connections in which a handshake breaks, and goes on', async () => {
    await start();
    for (const bytes of ['nonsense\r\n\r\n', '\u0016\u0003\u0001']) {
      const socket = await gateway.connect();
      socket.end(bytes);
      socket.resume();
      await once(socket, 'close');
    }
    await until(() => gateway.gateway.connectionCount === 0);
    expect((await ask('/healthz')).status).toBe(200);
  });

  it('shows a new certificate to those who come after it was read', async () => {
    await start();
    const before = await ask('/healthz');
    const other = await parts.keep(Certificate.start());
    await other.replace(ours.files);
    await identity.reload();
    const after = await ask('/healthz', other.pem);
    expect(after.status).toBe(200);
    expect(after.fingerprint).not.toBe(before.fingerprint);
  });

  it('tells connections that are too many, and answers malformed requests', async () => {
    await start({ flags: { maxClients: 1 }, limits: { spareConnections: 0 } });
    const first = await WebSocketClient.open(`wss://127.0.0.1:${gateway.port}/ws/cam`, {}, { ca: ours.pem });
    expect(JSON.parse((await ask('/api/server')).body)).toMatchObject({ status: 503, code: 'SERVER_FULL' });
    first.webSocket.terminate();
    await until(() => gateway.gateway.connectionCount === 0);
    const socket = connect({ host: '127.0.0.1', port: gateway.port, ca: ours.pem });
    socket.write('nonsense\r\n\r\n');
    expect(parseAnswer(await text(socket)).problem).toBe('400 BAD_REQUEST');
  });

  it('ends connections in the middle of a handshake when it closes', async () => {
    await start({ limits: { closeGraceMs: 100 } });
    const socket = await gateway.connect();
    socket.write('\u0016\u0003\u0001');
    const closed = once(socket.resume(), 'close');
    await until(() => gateway.gateway.connectionCount === 1);
    await gateway.stop();
    await closed;
  });
});

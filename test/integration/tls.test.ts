import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../client/connect.js';
import type { TlsTrust } from '../../client/tls-trust.js';
import { TlsIdentity } from '../../server/tls-identity.js';
import { SystemClock } from '../../shared/clock.js';
import { toStreamerError } from '../../shared/errors.js';
import { encodeHello } from '../../shared/protocol/codec.js';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { LogOfTest } from '../helpers/log-of-test.js';
import { ofTest } from '../helpers/of-test.js';
import { StartedParts } from '../helpers/started-parts.js';
import { syntheticJpeg } from '../helpers/synthetic-jpeg.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import type { SyntheticServerOptions } from '../helpers/synthetic-server.js';
import { until } from '../helpers/until.js';
import { Viewer } from '../helpers/viewer.js';

describe.skipIf(!requireCertificates())('the protocol over TLS', () => {
  const parts = new StartedParts();
  let ours: Certificate;
  let foreign: Certificate;
  let trust: TlsTrust;
  beforeAll(async () => {
    [ours, foreign] = await Promise.all([
      parts.keep(Certificate.start()),
      parts.keep(Certificate.start('DNS:elsewhere.example')),
    ]);
    trust = { ca: ours.pem };
  });
  afterAll(() => parts.stop());

  it.each(['127.0.0.1', 'localhost'])(
    'brings every frame to a client that trusts the certificate of %s',
    async (host) => {
      const { server } = await serve();
      const viewer = await watch(server, { host });
      for (let sequence = 0; sequence < 5; sequence += 1) {
        server.stream.publish();
        await viewer.until(() => viewer.frames.length === sequence + 1);
      }
      expect(viewer.frames.map(({ header }) => header.sequence)).toEqual([0, 1, 2, 3, 4]);
      const { id } = server.stream.hubStream;
      expect(viewer.frames[4]!.jpeg.equals(syntheticJpeg(id, 4, 1000))).toBe(true);
    },
  );

  it('sends the frames of several streams that are published in the same turn, none held up by another', async () => {
    const { server } = await serve({ streams: ['a', 'b', 'c', 'd'] });
    const viewer = await watch(server, { subscriptions: [{ stream: '*' }] });
    for (const stream of server.streams) stream.publish();
    await viewer.until(() => viewer.frames.length === 4);
    const counters = server.clients
      .list()[0]!
      .streams()
      .map((stream) => stream.counters);
    expect(counters.map(({ sent, lags, replaced }) => ({ sent, lags, replaced }))).toEqual(
      Array.from({ length: 4 }, () => ({ sent: 1, lags: 0, replaced: 0 })),
    );
  });

  it('serves clients of the library', async () => {
    const { server } = await serve();
    const frames = await connect({ host: 'localhost', port: server.port, tls: { ca: ours.pem } });
    onTestFinished(() => frames.close());
    expect(frames.streams.map(({ name }) => name)).toEqual(['cam']);
  });

  it('is not trusted where nobody known vouches for it, or it is for another host', async () => {
    const { server } = await serve();
    const stranger = await failure(server, { ca: null });
    expect(stranger.code).toBe('UNTRUSTED_CERTIFICATE');
    expect(stranger.message).toMatch(/shows a certificate that no known authority vouches for; .* with --tls-ca\.$/);
    const { server: other } = await serve({}, foreign);
    const misnamed = await failure(other, { ca: foreign.pem });
    expect(misnamed.code).toBe('UNTRUSTED_CERTIFICATE');
    expect(misnamed.message).toMatch(/shows a certificate that is not for that host; /);
    await until(() => server.log.some(({ msg }) => msg === 'TLS handshake failed') || server.clients.count === 0);
  });

  it('refuses `tls.ca` without a certificate before it connects', async () => {
    const error = toStreamerError(await connect({ tls: { ca: 'nothing' } }).catch((thrown: unknown) => thrown));
    expect([error.code, error.exitCode]).toEqual(['BAD_CERTIFICATE', 2]);
  });

  it('tells a client without TLS what it lacks, and goes on', async () => {
    const { server } = await serve();
    const plain = await Viewer.open(server.port).catch((error: unknown) => error);
    expect(toStreamerError(plain)).toMatchObject({
      code: 'UNEXPECTED_MESSAGE',
      message: 'This port speaks only TLS; connect with --tls.',
    });
    expect(server.log).toMatchObject([{ msg: 'TLS handshake failed', reason: 'the client speaks no TLS' }]);
    await watch(server);
  });

  it('tells a TLS client that the port is plain', async () => {
    const server = await ofTest(SyntheticServer.start());
    const { code, message } = await failure(server, trust);
    expect([code, message]).toEqual([
      'CONNECT_FAILED',
      `127.0.0.1:${server.port} speaks no TLS: connect without --tls, or start the server with --tls-cert and --tls-key.`,
    ]);
  });

  it('knows the alert of a TLS server that is not ours', async () => {
    const server = createServer((socket) => socket.end(Buffer.from('15030100020246', 'hex')));
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const error = toStreamerError(await Viewer.open(port).catch((thrown: unknown) => thrown));
    expect([error.code, error.message]).toEqual([
      'CONNECT_FAILED',
      `127.0.0.1:${port} speaks only TLS; connect with --tls.`,
    ]);
  });

  it('shows new connections a new certificate while old ones go on', async () => {
    const files = await parts.keep(Certificate.start());
    const { server, identity } = await serve({}, files);
    const before = await watch(server, { tls: { ca: files.pem } });
    await ours.replace(files);
    await identity.reload();
    const after = await watch(server);
    server.stream.publish();
    await Promise.all([before, after].map((viewer) => viewer.until(() => viewer.frames.length === 1)));
    expect(server.clients.count).toBe(2);
  });

  it('takes TLS 1.2 and 1.3 and nothing older', async () => {
    const { server } = await serve();
    const shake = async (maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => {
      // Security level 0, or this OpenSSL would not even offer the old version.
      const ciphers = 'DEFAULT@SECLEVEL=0';
      const options = { ca: ours.pem, minVersion: 'TLSv1' as const, maxVersion, ciphers };
      const socket = connectTls({ host: '127.0.0.1', port: server.port, ...options });
      onTestFinished(() => void socket.destroy());
      return once(socket, 'secureConnect').then(
        () => socket.getProtocol(),
        () => 'refused',
      );
    };
    expect(await shake('TLSv1.3')).toBe('TLSv1.3');
    expect(await shake('TLSv1.2')).toBe('TLSv1.2');
    expect(await shake('TLSv1.1')).toBe('refused');
  });

  it('lets connections that never finish a handshake push out only each other', async () => {
    const { server } = await serve();
    const viewer = await watch(server);
    const first = idle(server.port);
    await once(first, 'connect');
    const firstClosed = once(first, 'close');
    const others = Array.from({ length: 256 }, () => idle(server.port));
    await firstClosed;
    expect(others.filter((socket) => socket.destroyed)).toEqual([]);
    await watch(server);
    server.stream.publish();
    await viewer.until(() => viewer.frames.length === 1);
  });

  it('closes at once, whoever is still in a handshake', async () => {
    const { server } = await serve();
    const sockets = [idle(server.port), idle(server.port)];
    await until(() => server.sockets.size === 2);
    await server.stop();
    await Promise.all(sockets.map(async (socket) => socket.closed || once(socket, 'close')));
  });

  it('writes at most a line a second about handshakes that fail, whatever comes', async () => {
    const { server } = await serve();
    const hostile = [
      'GET / HTTP/1.1\r\n\r\n',
      '\x16\x03\x01\xff\xff',
      '\x16\x03\x03\x00\x02hi',
      '\0\0\0\0\0',
      'x'.repeat(70_000),
    ];
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const socket = idle(server.port);
        socket.end(Buffer.from(hostile[index % hostile.length] ?? '', 'latin1'));
        await once(socket, 'close');
      }),
    );
    const lines = server.log.filter(({ msg }) => msg === 'TLS handshake failed');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(5);
    await watch(server);
  });

  it('holds back a client that does not read as over TCP', async () => {
    const { server } = await serve({ jpegBytes: 200_000 });
    const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: ours.pem });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    socket.pause();
    socket.write(encodeHello({ version: 1, name: 'stalled', subscriptions: [{}] }));
    await until(() => server.clients.count === 1);
    for (let index = 0; index < 50; index += 1) {
      server.stream.publish();
      await new Promise(setImmediate);
    }
    const { sent, replaced } = server.clients.list()[0]!.streams()[0]!.counters;
    expect({ sent, replaced }).toEqual({ sent: 2, replaced: 47 });
  });

  async function serve(options: SyntheticServerOptions = {}, certificate = ours) {
    const log = new LogOfTest();
    const identity = await TlsIdentity.load(certificate.files, { clock: new SystemClock(), logger: log.logger });
    return { identity, server: await ofTest(SyntheticServer.start({ ...options, identity })) };
  }

  async function watch(server: SyntheticServer, options: Parameters<typeof Viewer.open>[1] = {}) {
    const viewer = await Viewer.open(server.port, { tls: trust, ...options });
    onTestFinished(() => viewer.close());
    return viewer;
  }

  async function failure(server: SyntheticServer, tls: TlsTrust) {
    return toStreamerError(await Viewer.open(server.port, { tls }).catch((error: unknown) => error));
  }
});

/** A connection that says nothing. */
function idle(port: number): Socket {
  const socket = createConnection(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  onTestFinished(() => void socket.destroy());
  return socket;
}

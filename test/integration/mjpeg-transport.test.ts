import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { START_US } from '../helpers/fake-frames.js';
import { MjpegViewer } from '../helpers/mjpeg-viewer.js';
import type { ViewerOptions } from '../helpers/mjpeg-viewer.js';
import { PictureServer } from '../helpers/picture-server.js';
import type { PictureServerOptions } from '../helpers/picture-server.js';
import { until } from '../helpers/until.js';

const REMOVED = { code: 'STREAM_REMOVED', message: 'It was removed.' } as const;
/** What Chromium sends with the request of an `<img>`. */
const BROWSER = 'Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';

const started: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of started.splice(0).reverse()) await stop();
});

/** A server and a way to its viewers. */
async function start(options: PictureServerOptions = {}) {
  const server = await PictureServer.start({ jpegBytes: 20, ...options });
  started.push(() => server.stop());
  const open = async (viewing: ViewerOptions = {}) => {
    const viewer = await MjpegViewer.open(server.port, viewing);
    started.push(() => viewer.destroy());
    return viewer;
  };
  /** Publishes one frame after the other, each when all viewers have the one before. */
  const publish = async (count: number, ...viewers: MjpegViewer[]) => {
    for (let frame = 0; frame < count; frame += 1) {
      const sequence = server.stream.publish();
      await Promise.all(viewers.map((viewer) => viewer.until(() => viewer.parts.at(-1)?.sequence === sequence)));
    }
  };
  return { server, stream: server.stream, hubStream: server.stream.hubStream, open, publish };
}

describe('the answer of MjpegTransport', () => {
  it('is what RFC 2046 says, byte for byte, with the delimiter at once behind each picture', async () => {
    const { stream, open } = await start({ clock: new FakeClock(START_US) });
    const viewer = await open({ headers: ['User-Agent: test'] });
    expect(viewer.head?.split('\r\n').filter((line) => !/^(Date|x-from-hook)/i.test(line))).toEqual([
      'HTTP/1.1 200 OK',
      'Content-Type: multipart/x-mixed-replace; boundary=frame',
      'Connection: close',
      'Cache-Control: no-store',
      'Pragma: no-cache',
      'X-Accel-Buffering: no',
    ]);
    stream.publish();
    stream.publish();
    await viewer.seen(2);
    const [first, second] = viewer.parts.map(({ body }) => body.toString('latin1'));
    const text =
      '--frame\r\n' +
      `Content-Type: image/jpeg\r\nContent-Length: 20\r\nX-Timestamp: 1700000000.000000\r\nX-Sequence: 0\r\n\r\n${first}\r\n` +
      '--frame\r\n' +
      `Content-Type: image/jpeg\r\nContent-Length: 20\r\nX-Timestamp: 1700000000.033333\r\nX-Sequence: 1\r\n\r\n${second}\r\n` +
      '--frame\r\n';
    await viewer.until(() => viewer.body.length >= text.length);
    expect(viewer.body.toString('latin1')).toBe(text);
  });

  it('begins each part before its frame is there, for browsers, which else show nothing of the one before', async () => {
    const { stream, open } = await start();
    const viewer = await open({ headers: [BROWSER] });
    const sequence = stream.publish();
    const begin = '--frame\r\nContent-Type: image/jpeg\r\n\r\n';
    const lengthBytes = begin.length + 20 + 2 + begin.length;
    await viewer.until(() => viewer.body.length >= lengthBytes);
    const text = viewer.body.toString('latin1');
    expect(text.slice(0, begin.length)).toBe(begin);
    expect(text.slice(begin.length + 20)).toBe(`\r\n${begin}`);
    expect(viewer.body.readUIntBE(begin.length + 4, 6)).toBe(sequence);
  });

  it('carries the headers that were set before', async () => {
    const { open } = await start();
    expect((await open()).head).toMatch(/^x-from-hook: yes$/im);
  });

  it('is the same for HTTP/1.0', async () => {
    const { server, stream } = await start();
    const viewer = await MjpegViewer.ask(server.port, { path: '/streams/cam.mjpg HTTP/1.0\r\nX-Rest:' });
    started.push(() => viewer.destroy());
    await viewer.until(() => viewer.head !== null);
    stream.publish();
    await viewer.seen(1);
    expect(viewer.head).not.toMatch(/transfer-encoding|keep-alive/i);
  });

  it('has no body for HEAD, and counts nobody', async () => {
    const { server, open } = await start();
    const viewer = await open({ method: 'HEAD' });
    await viewer.closed;
    expect(viewer.head).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*multipart\/x-mixed-replace; boundary=frame/);
    expect([viewer.body.length, server.clients.count, server.stream.subscribers.length]).toEqual([0, 0, 0]);
  });

  it('gives a newcomer the newest picture at once, unless the source is down', async () => {
    const { stream, hubStream, open } = await start();
    const sequence = stream.publish();
    const viewer = await open();
    await viewer.seen(1);
    expect(viewer.sequences).toEqual([sequence]);
    hubStream.setState('offline', { code: 'SOURCE_FAILED', message: 'It is gone.' });
    const later = await open();
    const next = stream.publish();
    await later.seen(1);
    expect(later.sequences).toEqual([next]);
  });

  it('is as many frames as were asked for', async () => {
    const { open, publish } = await start();
    const [viewer, every] = [await open({ path: '/streams/cam.mjpg?maxFps=10' }), await open()];
    await publish(31, every);
    await viewer.until(() => viewer.sequences.at(-1) === 30);
    expect(viewer.sequences).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
    expect(every.parts).toHaveLength(31);
  });
});

describe('a viewer of MjpegTransport', () => {
  it.skipIf(!requireCertificates())('is the same with TLS, also when it does not read', async () => {
    const certificate = await Certificate.start();
    const credentials = { cert: certificate.pem, key: await readFile(certificate.keyPath) };
    await certificate.stop();
    const tls = { credentials: credentials as never, onReload: () => () => undefined };
    const { server, stream, open, publish } = await start({ tls, jpegBytes: 100_000 });
    const viewer = await open({ isTls: true });
    const [subscriber] = stream.subscribers;
    await publish(10, viewer);
    expect(viewer.sequences).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    viewer.socket.pause();
    await until(() => stream.publish() > 0 && subscriber!.counters.replaced > 50);
    const newest = stream.publish();
    viewer.socket.resume();
    await viewer.until(() => viewer.sequences.at(-1) === newest);
    expect(server.clients.list()).toMatchObject([{ peer: `127.0.0.1:${viewer.socket.localPort}` }]);
    server.clients.list()[0]?.disconnect('KICKED', 'Go.');
    await viewer.closed;
  });

  it('is a client like any other', async () => {
    const { server, stream, open, publish } = await start();
    const viewer = await open({ headers: ['User-Agent: VLC/3.0\tLibVLC \x85'] });
    await publish(3, viewer);
    const [record] = server.clients.list();
    expect(record).toMatchObject({
      name: 'VLC/3.0 LibVLC \uFFFD',
      transport: 'mjpeg',
      peer: `127.0.0.1:${viewer.socket.localPort}`,
      connectedAtUs: expect.closeTo(Date.now() * 1000, -8),
    });
    expect(record?.streams()).toMatchObject([{ stream: 'cam', counters: { sent: 3, replaced: 0, thinned: 0 } }]);
    await viewer.destroy();
    await until(() => server.clients.count === 0);
    expect(stream.hubStream.subscriberCount).toBe(0);
  });

  it('has a name of some length', async () => {
    const { server, open } = await start();
    await open();
    await open({ headers: [`User-Agent: ${'x'.repeat(500)}`] });
    expect(server.clients.list().map(({ name }) => name)).toEqual(['mjpeg', 'x'.repeat(128)]);
  });

  it('is noticed to be gone while no frames come', async () => {
    const clock = new FakeClock();
    const { server, open } = await start({ clock });
    const viewer = await open();
    viewer.socket.end();
    await viewer.closed;
    await until(() => server.clients.count === 0 && server.sockets.size === 0);
    clock.advance(1_000_000);
    expect(clock.pending).toBe(0);
  });

  it('can be disconnected', async () => {
    const { server, open, publish } = await start();
    const viewer = await open();
    await publish(2, viewer);
    server.clients.list()[0]?.disconnect('KICKED', 'Go.');
    await viewer.closed;
    expect(viewer.sequences).toEqual([0, 1]);
  });

  it('is refused with a problem when the server is full', async () => {
    const { server, stream, open } = await start({ maxClients: 1 });
    await open();
    const refused = await open();
    expect(refused.head).toMatch(/^HTTP\/1.1 503 .*\r\n[^]*application\/problem\+json/);
    expect(refused.body.toString()).toContain('SERVER_FULL');
    expect([server.clients.count, stream.hubStream.subscriberCount]).toEqual([1, 1]);
  });

  it('has nothing read of it any more, and so nothing answered', async () => {
    const { server, open, publish } = await start();
    const viewer = await open();
    viewer.socket.write('GET /streams/cam.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1000));
    await publish(3, viewer);
    viewer.socket.write('no HTTP at all\r\n\r\n');
    await publish(3, viewer);
    expect([server.clients.count, viewer.sequences]).toEqual([1, [0, 1, 2, 3, 4, 5]]);
  });

  it('that does not wait for an answer before it asks again gets one stream', async () => {
    const { server } = await start();
    const again = '/streams/cam.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\nGET /streams/cam.mjpg';
    const viewer = await MjpegViewer.ask(server.port, { path: again });
    started.push(() => viewer.destroy());
    await viewer.until(() => viewer.head !== null);
    server.stream.publish();
    await viewer.seen(1);
    expect(server.clients.count).toBe(1);
    expect(server.stream.subscribers).toHaveLength(1);
  });
});

describe('the end of MjpegTransport', () => {
  it('of a stream is the end of its viewers, behind a whole picture', async () => {
    const { server, hubStream, open, publish } = await start({ streams: ['cam', 'other'] });
    const [viewer, other] = [await open(), await open({ path: '/streams/other.mjpg' })];
    await publish(3, viewer);
    server.hub.remove(hubStream, REMOVED);
    await viewer.closed;
    expect(viewer.sequences).toEqual([0, 1, 2]);
    expect(viewer.body.toString('latin1')).toMatch(/\r\n--frame\r\n$/);
    const sequence = server.streams[1]?.publish();
    await other.seen(1);
    expect(other.sequences).toEqual([sequence]);
  });

  it('comes with the end of the source, and there is nothing more to be had', async () => {
    const { server, hubStream, open } = await start();
    const viewer = await open();
    hubStream.setState('ended');
    await viewer.closed;
    const late = await open();
    expect(late.head).toMatch(/^HTTP\/1.1 503/);
    expect(late.body.toString()).toContain('NO_FRAME');
    expect(server.clients.count).toBe(0);
  });

  it('of the transport is the end of all, also of those that do not read', async () => {
    const clock = new FakeClock();
    const { server, stream, open } = await start({ clock, jpegBytes: 8 * 1024 * 1024 });
    const stalled = await open({ allowanceBytes: 1, readBytes: 1024 });
    const good = await open();
    stream.publish();
    await good.seen(1);
    expect(server.greatestBacklogBytes).toBeGreaterThan(0);
    await server.transport.close();
    expect([server.clients.count, stream.hubStream.subscriberCount, clock.pending]).toEqual([0, 0, 0]);
    await good.closed;
    await stalled.destroy();
    const late = await open();
    expect(late.body.toString()).toContain('SERVER_CLOSING');
  });
});

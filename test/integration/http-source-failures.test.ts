import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtJpeg } from '../helpers/built-jpeg.js';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { HttpPeer, answerOf } from '../helpers/http-peer.js';
import { httpSource, play } from '../helpers/http-source-of-test.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { ofTest } from '../helpers/of-test.js';
import { SourceLog } from '../helpers/source-log.js';
import { until } from '../helpers/until.js';

const CREDENTIALS = { user: 'user', password: 'geheim', scheme: 'digest' } as const;
const TRUSTING_VIEWER = fileURLToPath(new URL('../helpers/trusting-viewer.ts', import.meta.url));

/** A port of loopback on which nobody listens. */
async function closedPort(): Promise<number> {
  const peer = await HttpPeer.start(null);
  const { port } = peer;
  await peer.stop();
  return port;
}

describe.skipIf(!requireCamera())('an HTTP source at a camera that fails', () => {
  let camera: MjpegCamera;
  beforeAll(async () => void (camera = await MjpegCamera.start({ frames: 4 })));
  afterAll(() => camera.stop());

  it.each([
    ['missing', 'SOURCE_BAD_ANSWER', 'it answers 404 Not Found; check the path.'],
    ['status/403', 'SOURCE_DENIED', 'it answers 403 Forbidden'],
    ['status/503', 'SOURCE_BAD_ANSWER', 'it answers 503 Service Unavailable'],
    ['html', 'SOURCE_BAD_ANSWER', 'a web page (text/html; charset=utf-8) that is no video'],
    ['redirect?to=/html', 'SOURCE_BAD_ANSWER', 'a web page'],
    ['redirect?to=gopher://camera/', 'SOURCE_BAD_ANSWER', 'which is not HTTP'],
    ['snapshot.jpg?type=application/json', 'SOURCE_BAD_ANSWER', 'something (application/json) that is no video'],
    ['mjpeg?after=2&then=close', 'SOURCE_FAILED', 'the camera closed the connection.'],
    ['mjpeg?after=2&then=end', 'SOURCE_FAILED', 'the camera closed the connection.'],
    ['mjpeg?after=2&then=end&chunked=yes', 'SOURCE_FAILED', 'the camera closed the connection.'],
    ['mjpeg?after=2&then=cut', 'SOURCE_FAILED', 'the camera closed the connection.'],
    ['mjpeg?after=2&then=cut&chunked=yes', 'SOURCE_FAILED', 'the camera closed the connection.'],
    ['mjpeg?after=2&then=cut&length=no', 'SOURCE_FAILED', 'the camera closed the connection.'],
  ])('%s: %s', async (path, code, words) => {
    const log = play(httpSource(camera.url(path)));
    const error = await log.untilError();
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(error.message).toContain(camera.url(path));
    expect(log.jpegs).toEqual(camera.frames.slice(0, log.frames.length));
    if (path.includes('after=2')) expect(log.frames).toHaveLength(2);
  });

  it('bytes that are no multipart stream are a bad answer', async () => {
    const log = play(httpSource(camera.url('garbage')));
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
    expect(log.frames).toEqual([]);
  });

  it('a picture that breaks off while it is polled is a failure', async () => {
    const broken = await ofTest(MjpegCamera.start({ frames: 1 }));
    const log = play(httpSource(broken.url('snapshot.jpg'), { fps: 50 }));
    await log.untilFrames(2);
    broken.mode('cut');
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_FAILED' });
  });

  it('a stream that stops within a picture stays open until it is stopped', async () => {
    const log = play(httpSource(camera.url('mjpeg?after=2&then=hang')));
    await log.untilFrames(2);
    await log.stop();
    await camera.untilRequests('mjpeg', ({ open }) => open === 0);
    expect(log.frames).toHaveLength(2);
  });

  it('a camera that does not answer is given up after ten seconds', async () => {
    const clock = new FakeClock();
    const log = play(httpSource(camera.url('nothing'), {}, clock));
    await camera.untilRequests('nothing', ({ open }) => open === 1);
    clock.advance(10_000_000);
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_TIMEOUT' });
    await camera.untilRequests('nothing', ({ open }) => open === 0);
  });

  it('nobody who listens, and a host that does not exist, are unreachable', async () => {
    const refused = play(httpSource(`http://127.0.0.1:${await closedPort()}/`));
    expect(await refused.untilError()).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('nothing listens there'),
    });
    const unknown = play(httpSource('http://camera.invalid/'));
    expect(await unknown.untilError()).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('the host name'),
    });
  });

  it('wrong credentials are denied after one try, and shown nowhere', async () => {
    const guarded = await ofTest(MjpegCamera.start({ frames: 1, credentials: CREDENTIALS }));
    const wrong = play(httpSource(guarded.url('mjpeg', { user: 'user', password: 'falsch' })));
    const error = await wrong.untilError();
    expect(error.code).toBe('SOURCE_DENIED');
    expect(error.message).toContain('http://user:***@');
    await guarded.untilDenied(({ wrong: count }) => count > 0);
    expect(guarded.denied).toEqual({ anonymous: 1, wrong: 1 });
    const none = play(httpSource(guarded.url('mjpeg', null)));
    expect((await none.untilError()).message).toContain('it wants credentials');
  });

  it('a camera that comes back is read again by the same source', async () => {
    const first = await ofTest(MjpegCamera.start({ frames: 2 }));
    const source = httpSource(first.url('mjpeg'));
    const before = play(source);
    await before.untilFrames(2);
    await first.kill();
    expect(await before.untilError()).toMatchObject({ code: 'SOURCE_FAILED' });
    expect(await play(source, 2).untilError()).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    await ofTest(MjpegCamera.start({ frames: 2, port: first.port }));
    const after = play(source, before.frames.length);
    await after.untilFrames(2);
    expect(after.frames[0]?.sequence).toBe(before.frames.length);
  });

  describe.skipIf(!requireCertificates())('over TLS', () => {
    let certificate: Certificate;
    let secure: MjpegCamera;
    beforeAll(async () => {
      certificate = await Certificate.start();
      secure = await MjpegCamera.start({ frames: 1, certificate });
    });
    afterAll(async () => {
      await secure.stop();
      await certificate.stop();
    });

    it('says how to trust a certificate that vouches for itself', async () => {
      const error = await play(httpSource(secure.url('mjpeg'))).untilError();
      expect(error.code).toBe('SOURCE_UNREACHABLE');
      expect(error.message).toContain('NODE_EXTRA_CA_CERTS');
    });

    it('TLS where there is none, and none where there is, are told', async () => {
      const error = await play(httpSource(camera.url('mjpeg').replace('http:', 'https:'))).untilError();
      expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', message: expect.stringContaining('TLS handshake') });
      const plain = await play(httpSource(secure.url('mjpeg').replace('https:', 'http:'))).untilError();
      expect(plain.code).toMatch(/SOURCE_UNREACHABLE|SOURCE_BAD_ANSWER/);
    });

    const view = async (url: string) => {
      const options = { nodeOptions: ['--import', 'tsx'], env: { NODE_EXTRA_CA_CERTS: certificate.certPath } };
      return (await execaNode(TRUSTING_VIEWER, [url], options)).stdout;
    };

    it('plays once the certificate is trusted, as that says', async () => {
      expect(await view(secure.url('mjpeg'))).toMatch(/^info frame/);
    });

    it('follows no redirect out of TLS when there are credentials', async () => {
      const to = encodeURIComponent(camera.url('mjpeg'));
      const url = secure.url(`redirect?to=${to}`, { user: 'user', password: 'geheim' });
      expect(await view(url)).toMatch(/^SOURCE_BAD_ANSWER: .*from https to http/);
      expect(await view(secure.url(`redirect?to=${to}`))).toMatch(/^info frame/);
    });
  });
});

describe('an HTTP source whose answer is hostile', () => {
  it('fails when a picture is longer than any may be', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=b' });
      response.write('--b\r\nContent-Type: image/jpeg\r\n\r\n');
      const pour = () => {
        while (response.write(Buffer.alloc(1 << 20, 1)));
      };
      response.on('drain', pour).on('error', () => undefined);
      pour();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const log = play(httpSource(`http://127.0.0.1:${port}/`));
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
    server.closeAllConnections();
    server.close();
  });

  it('fails when a hundred parts in a row are no pictures', async () => {
    const part = '--b\r\nContent-Type: image/jpeg\r\nContent-Length: 7\r\n\r\nno JPEG\r\n';
    const type = 'Content-Type: multipart/x-mixed-replace; boundary=b';
    const peer = await ofTest(
      HttpPeer.start(({ socket }) => socket.write(answerOf('200 OK', [type, 'Connection: close'], part.repeat(200)))),
    );
    const log = play(httpSource(peer.url()));
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
    expect(log.order).toEqual(['warning', 'error']);
    await until(() => peer.open === 0);
  });

  it('passes nothing on any more once it is stopped, even from within a frame', async () => {
    const picture = builtJpeg().toString('latin1');
    const part = `--b\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n${picture}\r\n`;
    const type = 'Content-Type: multipart/x-mixed-replace; boundary=b';
    const body = Buffer.from(part.repeat(5), 'latin1');
    const peer = await ofTest(HttpPeer.start(({ socket }) => socket.write(answerOf('200 OK', [type], body))));
    const log = play(httpSource(peer.url()), 0, (frame) => {
      if (frame.sequence === 1) void log.stop();
    });
    await log.untilFrames(2);
    await until(() => peer.open === 0);
    expect(log.order).toEqual(['info', 'frame', 'frame']);
  });

  it('leaves no socket and no timer after a thousand failures', async () => {
    const answers = [
      '',
      'HTTP/1.1 404 Not Found\r\n\r\n',
      'SSH-2.0\r\n',
      answerOf('200 OK', ['Content-Type: a/b'], 'x'),
    ];
    const peer = await ofTest(
      HttpPeer.start(
        ({ socket }, { requests }) => void socket.write(answers[requests.length % 4] ?? '', () => socket.end()),
      ),
    );
    const clock = new FakeClock();
    const source = httpSource(peer.url(), {}, clock);
    for (let i = 0; i < 1000; i += 1) {
      const log = new SourceLog(source);
      await log.untilError();
      await log.stop();
    }
    await until(() => peer.open === 0);
    expect([peer.total, clock.pending]).toEqual([1000, 0]);
  });

  it('skips parts that are text, or nothing', async () => {
    const type = 'Content-Type: multipart/x-mixed-replace; boundary=b';
    const parts =
      '--b\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nping\r\n' +
      '--b\r\nContent-Type: image/jpeg\r\nContent-Length: 0\r\n\r\n\r\n--b--\r\n';
    const peer = await ofTest(HttpPeer.start(({ socket }) => socket.write(answerOf('200 OK', [type], parts))));
    const log = play(httpSource(peer.url()));
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_FAILED' });
    expect(log.order).toEqual(['error']);
  });
});

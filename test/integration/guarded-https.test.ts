import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { playGuarded, serveHls } from '../helpers/guarded-source.js';
import { HlsVideo } from '../helpers/hls-video.js';
import { answerOf } from '../helpers/http-peer.js';
import { ofTest } from '../helpers/of-test.js';

const PLAYLIST = { 'Content-Type': 'application/vnd.apple.mpegurl' };

describe.skipIf(!requireCertificates())('a source over HTTPS that was added over HTTP', () => {
  let plain: HlsVideo;
  let encrypted: HlsVideo;
  beforeAll(async () => {
    plain = await HlsVideo.make();
    encrypted = await HlsVideo.make('https://cdn.test:PORT/key');
  });

  it('plays HLS whose segments and keys are behind TLS, too', async () => {
    const hosts = new Map<string, string | undefined>();
    const port = await serveSecurely((request, response) => {
      const path = request.url ?? '';
      hosts.set(path, request.headers.host);
      const { localPort } = request.socket;
      if (path === '/live/index.m3u8') {
        const text = encrypted.playlist(`//cdn.test:${localPort}/live/index1.ts`).replace('PORT', `${localPort}`);
        return void response.writeHead(200, PLAYLIST).end(text);
      }
      if (path === '/') return void response.writeHead(302, { Location: '/live/index.m3u8' }).end();
      response.end(encrypted.files.get(path.replace(/^.*\//, '')));
    });
    const log = await playGuarded(`https://cam.test:${port}/`);
    await log.untilFrames(25);
    expect(hosts.get('/live/index0.ts')).toBe(`cam.test:${port}`);
    expect(hosts.get('/live/index1.ts')).toBe(`cdn.test:${port}`);
    expect(hosts.get('/key')).toBe(`cdn.test:${port}`);
  });

  it('follows redirects of segments from HTTP to HTTPS', async () => {
    const port = await serveSecurely((_, response) => void response.end(plain.files.get('index1.ts')));
    const peer = await serveHls(
      plain,
      () => plain.playlist('/elsewhere.ts'),
      () => answerOf('302 Found', [`Location: https://cdn.test:${port}/a.ts`]),
    );
    await (await playGuarded(`http://cam.test:${peer.port}/index.m3u8`)).untilFrames(25);
  });

  it('says a password to the server', async () => {
    const seen: (string | undefined)[] = [];
    const port = await serveSecurely((request, response) => {
      seen.push(request.headers.authorization);
      if (request.headers.authorization === undefined) {
        return void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
      }
      const name = request.url?.slice(1) ?? '';
      response.writeHead(200, name.endsWith('.ts') ? {} : PLAYLIST).end(plain.files.get(name));
    });
    await (await playGuarded(`https://me:secret@cam.test:${port}/index.m3u8`)).untilFrames(15);
    expect(seen).toContain(`Basic ${Buffer.from('me:secret').toString('base64')}`);
  });

  it('loads nothing from a server whose certificate nobody vouches for', async () => {
    let requests = 0;
    const port = await serveSecurely((_, response) => {
      requests += 1;
      response.end();
    }, false);
    const peer = await serveHls(
      plain,
      () => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttps://cam.test:${port}/x.m3u8\n`,
    );
    const error = await (await playGuarded(`http://cam.test:${peer.port}/index.m3u8`)).untilError();
    expect(error.code).toBe('SOURCE_BAD_ANSWER');
    expect(requests).toBe(0);
  });

  it.each(['https://127.0.0.1:OTHER/a.ts', 'http://127.0.0.1.https.invalid:OTHER/a.ts', 'tls://cdn.test:OTHER/a.ts'])(
    'reaches nothing that is forbidden: %s',
    async (segment) => {
      let connections = 0;
      const other = createServer(() => (connections += 1));
      onTestFinished(() => void other.close());
      await once(other.listen(0, '127.0.0.1'), 'listening');
      const port = await serveSecurely((request, response) => {
        const name = request.url?.slice(1) ?? '';
        const text = plain.playlist(segment.replace('OTHER', `${(other.address() as AddressInfo).port}`));
        response.writeHead(200, name.endsWith('.ts') ? {} : PLAYLIST);
        response.end(name.endsWith('.ts') ? plain.files.get(name) : text);
      });
      const log = await playGuarded(`https://cam.test:${port}/index.m3u8`);
      await log.until(() => log.frames.length >= 30 || log.isOver);
      expect(connections).toBe(0);
    },
  );
});

async function serveSecurely(listener: RequestListener, isTrusted = true): Promise<number> {
  const certificate = await ofTest(Certificate.start('DNS:cam.test,DNS:cdn.test'));
  const files = { cert: readFileSync(certificate.certPath), key: readFileSync(certificate.keyPath) };
  if (isTrusted) trust(certificate.pem);
  const server = https.createServer(files, listener);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** As if this process had been started with the certificate in `NODE_EXTRA_CA_CERTS`. */
function trust(pem: string): void {
  const original = tls.createSecureContext;
  const spy = vi.spyOn(tls, 'createSecureContext').mockImplementation((options) => {
    const context = original(options);
    (context.context as { addCACert(pem: string): void }).addCACert(pem);
    return context;
  });
  onTestFinished(() => spy.mockRestore());
}

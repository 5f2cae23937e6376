import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openSource } from '../../server/sources/open-source.js';
import { parseSourceSpec } from '../../server/sources/source-spec.js';
import { toStreamerError } from '../../shared/errors.js';
import { builtJpeg } from '../helpers/built-jpeg.js';
import { STREAM_DEFAULTS } from '../helpers/config-of-test.js';
import { freeUdpPort } from '../helpers/free-port.js';
import { openGuarded, playGuarded, serveHls, sourceParts } from '../helpers/guarded-source.js';
import { HlsVideo } from '../helpers/hls-video.js';
import { HttpPeer, answerOf } from '../helpers/http-peer.js';
import { ofTest } from '../helpers/of-test.js';
import { SourceLog } from '../helpers/source-log.js';
import { StreamSender, h264, requireProtocol } from '../helpers/stream-sender.js';
import { TcpVideoServer } from '../helpers/tcp-video-server.js';

const hasSrt = await requireProtocol('srt');
const TS = { codec: h264(), format: 'mpegts', size: '320x240', fps: 25 } as const;

describe('a source that was added over HTTP', () => {
  let plain: HlsVideo;
  let encrypted: HlsVideo;
  beforeAll(async () => {
    plain = await HlsVideo.make();
    encrypted = await HlsVideo.make('http://cdn.test:PORT/key');
  });

  it('plays HLS whose segments and keys are at other hosts that are allowed', async () => {
    const peer = await serveHls(encrypted, ({ port }) => encrypted.playlist().replace('PORT', `${port}`));
    const log = await playGuarded(`http://cam.test:${peer.port}/index.m3u8`);
    await log.untilFrames(15);
    const asked = (path: string) => peer.requests.find((request) => request.path === path)?.headers.get('host');
    expect(asked('/index1.ts')).toBe(`cam.test:${peer.port}`);
    expect(asked('/key')).toBe(`cdn.test:${peer.port}`);
  });

  it('follows redirects of segments to hosts that are allowed', async () => {
    const peer = await serveHls(
      plain,
      () => plain.playlist('/elsewhere.ts'),
      redirectTo('http://cdn.test:PORT/index1.ts'),
    );
    const log = await playGuarded(`http://cam.test:${peer.port}/index.m3u8`);
    await log.untilFrames(25);
    expect(peer.requests.map(({ path }) => path)).toContain('/index1.ts');
  });

  it.each([
    ['a segment at a host that is not allowed', 'http://127.0.0.1:OTHER/index1.ts'],
    ['a segment at cloud metadata', 'http://169.254.169.254/latest/meta-data.ts'],
    ['a segment in a file', 'file:///proc/self/environ'],
    ['a segment in a file without a scheme', '/proc/self/environ'],
    ['a segment behind crypto', 'crypto+file:///proc/self/environ'],
    ['a segment in another protocol', 'tcp://127.0.0.1:OTHER'],
    ['a segment behind a redirect', '/elsewhere.ts'],
    ['a segment over TLS', 'https://127.0.0.1:OTHER/index1.ts'],
    ['a segment by way of a proxy', 'httpproxy://127.0.0.1:OTHER/index1.ts'],
    ['a segment behind crypto by way of a proxy', 'crypto+httpproxy://127.0.0.1:OTHER/index1.ts'],
    ['a segment that is a playlist by protocol', 'hls+http://127.0.0.1:OTHER/index1.ts'],
    ['a segment at a host without a name', 'http://:OTHER/index1.ts'],
    ['a segment at a host with a dot at its end', 'http://localhost.:OTHER/index1.ts'],
  ])('reaches nothing that is forbidden: %s', async (_, segment) => {
    const other = await ofTest(HttpPeer.start(({ socket }) => socket.write(answerOf('200 OK', [], 'secret'))));
    const target = segment.replace('OTHER', `${other.port}`);
    const redirect = redirectTo(`http://127.0.0.1:${other.port}/index1.ts`);
    const peer = await serveHls(plain, () => plain.playlist(target), redirect);
    const log = await playGuarded(`http://cam.test:${peer.port}/index.m3u8`);
    await log.until(() => log.frames.length >= 30 || log.isOver);
    expect(other.total).toBe(0);
  });

  it.each([
    ['a key at a host that is not allowed', 'http://127.0.0.1:OTHER/key'],
    ['a key by way of a proxy', 'httpproxy://127.0.0.1:OTHER/key'],
    ['a key in a file', 'file:///dev/zero'],
    ['a key in the playlist', 'data:text/plain;base64,AAECAwQFBgcICQoLDA0ODw=='],
  ])('reaches nothing that is forbidden: %s', async (_, key) => {
    const other = await ofTest(HttpPeer.start(({ socket }) => socket.write(answerOf('200 OK', [], 'secret'))));
    const target = key.replace('OTHER', `${other.port}`);
    const peer = await serveHls(encrypted, () => encrypted.playlist().replace('http://cdn.test:PORT/key', target));
    const log = await playGuarded(`http://cam.test:${peer.port}/index.m3u8`);
    await log.until(() => log.isOver);
    expect(log.frames).toEqual([]);
    expect(other.total).toBe(0);
  });

  it.each(['httpproxy://127.0.0.1:OTHER/x.m3u8', 'https://127.0.0.1:OTHER/x.m3u8', 'http://:OTHER/x.m3u8'])(
    'reaches no playlist that is forbidden: %s',
    async (variant) => {
      const other = await ofTest(HttpPeer.start(({ socket }) => socket.write(answerOf('200 OK', [], 'secret'))));
      const target = variant.replace('OTHER', `${other.port}`);
      const peer = await serveHls(plain, () => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000\n${target}\n`);
      const log = await playGuarded(`http://cam.test:${peer.port}/index.m3u8`);
      await log.untilError();
      expect(other.total).toBe(0);
    },
  );

  it('reads no DASH', async () => {
    const other = await ofTest(HttpPeer.start(null));
    const url = `http://127.0.0.1:${other.port}/`;
    const peer = await ofTest(
      HttpPeer.start(({ socket }) =>
        socket.write(answerOf('200 OK', ['Content-Type: application/dash+xml'], dashAt(url))),
      ),
    );
    const log = await playGuarded(`http://cam.test:${peer.port}/x.mpd`);
    await log.untilError();
    expect(other.total).toBe(0);
  });

  it('says that a redirect led to a forbidden address', async () => {
    const peer = await ofTest(
      HttpPeer.start(({ socket }) => socket.write(answerOf('302 Found', ['Location: http://2852039166/latest']))),
    );
    const log = await playGuarded(`http://cam.test:${peer.port}/`);
    const error = await log.untilError();
    expect([error.code, error.message]).toEqual([
      'SOURCE_FORBIDDEN',
      'A source added over HTTP may not be at 169.254.169.254: --allow-source does not name that host.',
    ]);
  });

  it('says so too where FFmpeg was led there', async () => {
    const peer = await ofTest(
      HttpPeer.start(({ socket, headers }) => {
        const isOurs = headers.get('user-agent') === 'frame-streamer';
        const forUs = answerOf('200 OK', ['Content-Type: video/mp4']);
        socket.end(isOurs ? forUs : answerOf('302 Found', ['Location: http://169.254.169.254/latest']));
      }),
    );
    const error = await (await playGuarded(`http://cam.test:${peer.port}/`)).untilError();
    expect(error.code).toBe('SOURCE_FORBIDDEN');
    expect(error.message).toMatch(/leads to an address where sources added over HTTP may not be/);
  });

  it('reads MJPEG by a name that only the guard resolves', async () => {
    const jpeg = builtJpeg({ width: 64, height: 48 });
    const peer = await ofTest(
      HttpPeer.start(({ socket }) => socket.write(answerOf('200 OK', ['Content-Type: image/jpeg'], jpeg))),
    );
    const log = await playGuarded(`http://cam.test:${peer.port}/shot.jpg`);
    await log.untilFrames(2);
    expect(peer.requests[0]?.headers.get('host')).toBe(`cam.test:${peer.port}`);
  });

  it.each(['rtsp', 'tcp'])('is looked at anew each time it is connected to: %s', async (scheme) => {
    const server = createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.destroy()));
    const seen: string[] = [];
    server.on('connection', (socket) => {
      socket.once('data', (chunk) => seen.push(String(chunk).split('\r\n')[0] ?? ''));
      if (scheme === 'tcp') socket.destroy();
    });
    onTestFinished(() => void server.close());
    let connections = 0;
    server.on('connection', () => (connections += 1));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const opened = await openGuarded(`${scheme}://rebind.test:${port}/live`, async () => answers.shift() ?? []);

    const first = new SourceLog(opened.source);
    expect((await first.untilError()).code).not.toBe('SOURCE_FORBIDDEN');
    expect(connections).toBe(1);
    // FFmpeg got an address, and so had nothing to resolve.
    if (scheme === 'rtsp')
      expect(seen).toEqual([expect.stringMatching(/^OPTIONS rtsp:\/\/127\.0\.0\.1:\d+\/live RTSP/)]);

    const second = new SourceLog(opened.source);
    expect((await second.untilError()).message).toBe(
      'A source added over HTTP may not be at rebind.test: cloud metadata addresses are always refused.',
    );
    expect(connections).toBe(1);
  });

  it.each(['mpegts', 'matroska', 'flv'])('plays %s over TCP', async (format) => {
    const server = await ofTest(TcpVideoServer.start({ ...TS, format }));
    const log = await playGuarded(server.url.replace('127.0.0.1', 'cam.test'));
    await log.untilFrames(5);
  });

  it('plays UDP from the host that it names', async () => {
    const port = await freeUdpPort();
    const log = await playGuarded(`udp://cam.test:${port}`);
    await ofTest(StreamSender.start(`udp://127.0.0.1:${port}?pkt_size=1316`, TS));
    await log.untilFrames(5);
  });

  it('takes no UDP from another one', async () => {
    const port = await freeUdpPort();
    const log = await playGuarded(`udp://cam.test:${port}`, async () => ['127.0.0.2']);
    await ofTest(StreamSender.start(`udp://127.0.0.1:${port}?pkt_size=1316`, TS));
    // FFmpeg gives up as if nothing had come.
    expect((await log.untilError()).code).toBe('SOURCE_TIMEOUT');
    expect(log.frames).toEqual([]);
  });

  it.skipIf(!hasSrt)('plays SRT', async () => {
    const port = await freeUdpPort();
    await ofTest(StreamSender.start(`srt://127.0.0.1:${port}?mode=listener`, TS));
    const log = await playGuarded(`srt://cam.test:${port}?mode=caller`);
    await log.untilFrames(5);
  });

  it.each(['rtsp://cam.test/live?transport=udp', 'file:x.mp4'])('cannot be %s', async (text) => {
    const error = await openGuarded(text).then(
      () => null,
      (thrown: unknown) => toStreamerError(thrown),
    );
    expect(error?.code).toBe(text.startsWith('rtsp') ? 'SOURCE_FORBIDDEN' : 'SOURCE_NOT_FOUND');
  });

  it('cannot be anywhere where there is no guard', async () => {
    const parts = await sourceParts();
    const settings = { ...STREAM_DEFAULTS, isGuarded: true, source: parseSourceSpec('http://127.0.0.1/') };
    await expect(openSource(settings, parts)).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  });
});

function redirectTo(location: string): (peer: HttpPeer) => Buffer {
  return ({ port }) => answerOf('302 Found', [`Location: ${location.replace('PORT', `${port}`)}`]);
}

function dashAt(url: string): string {
  return `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S" minBufferTime="PT1S"
  profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4">
  <Representation id="1" bandwidth="1000"><BaseURL>${url}</BaseURL>
  <SegmentTemplate media="$Number$.mp4" initialization="i.mp4" duration="1" startNumber="1"/></Representation>
  </AdaptationSet></Period></MPD>`;
}

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { httpVideoInput } from '../../server/sources/http-video-input.js';
import { freeUdpPort } from '../helpers/free-port.js';
import { jpegsOf } from '../helpers/jpegs-of.js';
import { answerOf, HttpPeer } from '../helpers/http-peer.js';
import { AS_IT_IS, liveSource, networkSource, runOfTest } from '../helpers/live-source-of-test.js';
import { ofTest } from '../helpers/of-test.js';
import { h264, MJPEG, requireProtocol, StreamSender } from '../helpers/stream-sender.js';
import { TcpVideoServer } from '../helpers/tcp-video-server.js';
import { readCount, VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

const TS = { codec: h264(), format: 'mpegts', size: '320x240', fps: 25 } as const;

describe('a stream over UDP', () => {
  it('is decoded, and goes on after its sender was exchanged', async () => {
    const url = `udp://127.0.0.1:${await freeUdpPort()}`;
    const log = runOfTest(await networkSource(url));
    const first = await ofTest(StreamSender.start(`${url}?pkt_size=1316`, TS));
    await log.untilFrames(10);
    expect(log.infos).toMatchObject([{ width: 320, height: 240, fps: 25, codec: 'h264' }]);
    await first.stop();
    const before = log.frames.length;
    await ofTest(StreamSender.start(`${url}?pkt_size=1316`, TS));
    await log.untilFrames(before + 20);
    expect(log.errors).toEqual([]);
  });

  it('has no two receivers on one port', async () => {
    const url = `udp://127.0.0.1:${await freeUdpPort()}`;
    await ofTest(StreamSender.start(`${url}?pkt_size=1316`, TS));
    const log = runOfTest(await networkSource(url));
    await log.untilFrames(1);
    const error = await runOfTest(await networkSource(url)).untilError();
    expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', message: expect.stringContaining('port') as string });
  });
});

describe.skipIf(!(await requireProtocol('srt')))('a stream over SRT', () => {
  it('is decoded, and has failed when its sender is gone', async () => {
    const url = `srt://127.0.0.1:${await freeUdpPort()}`;
    const sender = await ofTest(StreamSender.start(`${url}?mode=listener`, TS));
    const log = runOfTest(await networkSource(url));
    await log.untilFrames(10);
    expect(log.infos).toMatchObject([{ width: 320, height: 240, fps: 25, codec: 'h264' }]);
    // SRT itself gives up after five seconds.
    await sender.stop();
    expect((await log.untilError()).code).toMatch(/^SOURCE_(TIMEOUT|FAILED)$/);
  });

  it('wants the right passphrase', async () => {
    const address = `srt://127.0.0.1:${await freeUdpPort()}`;
    await ofTest(StreamSender.start(`${address}?mode=listener&passphrase=a-long-secret`, TS));
    const error = await runOfTest(await networkSource(`${address}?passphrase=another-secret`)).untilError();
    expect(error.code).toMatch(/^SOURCE_(DENIED|TIMEOUT)$/);
    expect(`${error.message} ${String(error.cause)}`).not.toContain('another-secret');
    const log = runOfTest(await networkSource(`${address}?passphrase=a-long-secret`));
    await log.untilFrames(1);
  });
});

describe('a stream over TCP', () => {
  it('is decoded over its one connection, and has failed when that is closed', async () => {
    const server = await ofTest(TcpVideoServer.start({ ...TS, format: 'matroska' }));
    const log = runOfTest(await networkSource(server.url));
    await log.untilFrames(10);
    expect(log.infos).toMatchObject([{ width: 320, height: 240, fps: 25, codec: 'h264' }]);
    server.drop();
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_FAILED' });
    expect(server.connections).toBe(1);
  });

  it('is decoded the first time when it is Motion JPEG, and passed on byte for byte the next', async () => {
    const file = await fixtures.drawn('camera.mjpeg', 'testsrc2=size=320x240:rate=25:duration=1', ...MJPEG);
    const published = await jpegsOf(file);
    const server = await ofTest(TcpVideoServer.start({ file, codec: ['-c:v', 'copy'], format: 'mjpeg' }));
    const source = await networkSource(server.url);
    const first = runOfTest(source);
    await first.untilFrames(3);
    await first.stop();
    expect(first.frames[0]).toMatchObject({ kind: 'raw', width: 320, height: 240 });
    expect(first.infos).toMatchObject([{ codec: 'mjpeg', encoding: { mode: 'encoded' } }]);

    const second = runOfTest(source);
    await second.untilFrames(30);
    await second.stop();
    expect(second.infos).toMatchObject([{ codec: 'mjpeg', encoding: { mode: 'pass-through' } }]);
    const again = [...published, ...published].slice(0, 30);
    expect(second.jpegs.slice(0, 30).every((jpeg, index) => jpeg.equals(again[index] ?? Buffer.alloc(0)))).toBe(true);
    expect(server.connections).toBe(2);
  });

  it('is thinned without being decoded', async () => {
    const server = await ofTest(TcpVideoServer.start({ codec: MJPEG, format: 'mjpeg', fps: 25 }));
    const source = await networkSource(server.url, { fps: 5 });
    const first = runOfTest(source);
    await first.untilFrames(1);
    await first.stop();
    const log = runOfTest(source);
    await log.untilFrames(4);
    const times = log.frames.map(({ captureTimeUs }) => captureTimeUs);
    expect((times[3] ?? 0) - (times[1] ?? 0)).toBeGreaterThan(300_000);
    expect(log.frames.map(({ kind, sequence }) => [kind, sequence])).toEqual([0, 1, 2, 3].map((n) => ['jpeg', n]));
  });

  it('comes with square pixels, upright as FFmpeg has it', async () => {
    const output = ['-vf', 'setsar=2', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
    const file = await fixtures.drawn('wide.mkv', 'testsrc2=size=160x120:rate=25:duration=2', ...output);
    const server = await ofTest(TcpVideoServer.start({ file, codec: ['-c:v', 'copy'], format: 'matroska' }));
    const own = runOfTest(await networkSource(server.url));
    await own.untilFrames(1);
    expect(own.infos).toMatchObject([{ width: 320, height: 120 }]);
    const asked = runOfTest(await networkSource(server.url, { wanted: { ...AS_IT_IS, height: 60 } }));
    await asked.untilFrames(1);
    expect(asked.infos).toMatchObject([{ width: 160, height: 60 }]);
  });

  it('shows the frames in their order, none missing, also with B-frames', async () => {
    const output = ['-c:v', 'libx264', '-bf', '3', '-g', '30', '-pix_fmt', 'yuv420p'];
    const file = await fixtures.counted('counted.ts', { frames: 100, fps: '25', output });
    const server = await ofTest(TcpVideoServer.start({ file, codec: ['-c:v', 'copy'], format: 'mpegts' }));
    const counts: (number | undefined)[] = [];
    const log = runOfTest(await networkSource(server.url), 0, (frame) => {
      counts.push(readCount(frame.data, frame.width, frame.height));
      if (frame.kind === 'raw') frame.release();
    });
    await log.untilFrames(60);
    expect(counts.slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, count) => count));
  });

  it('fails on what is no video', async () => {
    const server = await ofTest(HttpPeer.start(null));
    const text = createServer((_request, response) => response.end('<html>Hello</html>'.repeat(1000)));
    text.on('connection', (socket) => socket.end('<html>Hello</html>'.repeat(1000)));
    text.listen(0, '127.0.0.1');
    await once(text, 'listening');
    const { port } = text.address() as AddressInfo;
    const error = await runOfTest(await networkSource(`tcp://127.0.0.1:${port}`)).untilError();
    expect(error.code).toBe('SOURCE_NOT_VIDEO');
    text.close();
    expect(server.total).toBe(0);
  });

  it('is refused where nobody listens', async () => {
    const server = await ofTest(TcpVideoServer.start(TS));
    const { url } = server;
    await server.stop();
    expect((await runOfTest(await networkSource(url)).untilError()).code).toBe('SOURCE_UNREACHABLE');
  });
});

describe('video over HTTP', () => {
  it('is read at its own speed, and has failed at its end', async () => {
    const video = await readFile(
      await fixtures.drawn(
        'video.mp4',
        'testsrc2=size=160x120:rate=25:duration=2',
        '-c:v',
        'libx264',
        '-movflags',
        'faststart',
      ),
    );
    const server = await ofTest(
      HttpPeer.start(({ socket }) => socket.end(answerOf('200 OK', ['Content-Type: video/mp4'], video))),
    );
    const log = runOfTest(await liveSource(httpVideoInput(server.url('/video.mp4'))));
    expect(await log.untilError()).toMatchObject({
      code: 'SOURCE_FAILED',
      message: expect.stringContaining('ended') as string,
    });
    expect(log.frames).toHaveLength(50);
    expect(log.infos).toMatchObject([{ width: 160, height: 120, fps: 25, codec: 'h264' }]);
    const lastsUs = (log.frames.at(-1)?.captureTimeUs ?? 0) - (log.frames[0]?.captureTimeUs ?? 0);
    // FFmpeg may begin with half a second at once.
    expect(lastsUs).toBeGreaterThan(1_000_000);
    expect(server.sent('user-agent')[0]).toMatch(/^frame-streamer\//);
  });

  it('is played from an HLS playlist, whose segments may come from nowhere but the network', async () => {
    await fixtures.make('live.m3u8', [
      ...['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=3', '-c:v', 'libx264', '-g', '25'],
      ...['-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_playlist_type', 'vod'],
    ]);
    const secret = await fixtures.drawn('secret.ts', 'testsrc2=size=64x48:rate=25:duration=1', '-c:v', 'libx264');
    const evil = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${secret}\n#EXT-X-ENDLIST\n`;
    const server = await ofTest(
      HttpPeer.start(({ path, socket }) => {
        const type = ['Content-Type: application/vnd.apple.mpegurl'];
        if (path === '/evil.m3u8') return void socket.write(answerOf('200 OK', type, evil));
        void readFile(fixtures.path(path.slice(1))).then((body) => socket.write(answerOf('200 OK', type, body)));
      }),
    );
    const log = runOfTest(await liveSource(httpVideoInput(server.url('/live.m3u8'))));
    await log.untilFrames(40);
    expect(log.infos).toMatchObject([{ width: 160, height: 120, codec: 'h264' }]);

    const refused = runOfTest(await liveSource(httpVideoInput(server.url('/evil.m3u8'))));
    expect((await refused.untilError()).code).toMatch(/^SOURCE_/);
    expect(refused.frames).toEqual([]);
  });

  it.each([
    ['401 Unauthorized', 'SOURCE_DENIED'],
    ['404 Not Found', 'SOURCE_BAD_ANSWER'],
    ['503 Service Unavailable', 'SOURCE_BAD_ANSWER'],
  ])('tells an answer of %s', async (status, code) => {
    const server = await ofTest(HttpPeer.start(({ socket }) => socket.write(answerOf(status))));
    expect((await runOfTest(await liveSource(httpVideoInput(server.url('/x.m3u8')))).untilError()).code).toBe(code);
  });
});

/** There is no camera here, so FFmpeg's own pattern stands in for a device: only how it is opened is another. */
describe('a device', () => {
  const PATTERN = { input: 'testsrc2=size=160x120:rate=25,realtime', inputOptions: ['-f', 'lavfi'], shownInput: 'cam' };

  it('is opened in the second way where the first one is not possible, and so from then on', async () => {
    const inputOptions = ['-input_format', 'mjpeg', '-f', 'lavfi'];
    const source = await liveSource({ ...PATTERN, inputOptions, fallbackInputOptions: PATTERN.inputOptions });
    for (let round = 0; round < 2; round += 1) {
      const log = runOfTest(source);
      await log.untilFrames(2);
      expect(log.infos).toMatchObject([{ width: 160, height: 120, encoding: { mode: 'encoded' } }]);
      await log.stop();
    }
  });

  it('fails where it is not there', async () => {
    const input = { ...PATTERN, input: '/dev/video99', inputOptions: ['-f', 'v4l2'] };
    const error = await runOfTest(await liveSource(input)).untilError();
    expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', message: expect.stringContaining('device') as string });
  });
});

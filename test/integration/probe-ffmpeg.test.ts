import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { FfmpegReader } from '../../client/probe/ffmpeg-reader.js';
import { SystemClock } from '../../shared/clock.js';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import { childrenNamed } from '../helpers/child-processes.js';
import { codedVideo } from '../helpers/coded-video.js';
import { freeTcpPort } from '../helpers/free-port.js';
import { HlsVideo } from '../helpers/hls-video.js';
import { answerOf, HttpPeer } from '../helpers/http-peer.js';
import { ofTest } from '../helpers/of-test.js';
import { startReader } from '../helpers/probe-log.js';
import { ProbeOfTest } from '../helpers/probe-of-test.js';
import { targetOf } from '../helpers/probe-samples.js';
import { h264 } from '../helpers/stream-sender.js';
import { TcpVideoServer } from '../helpers/tcp-video-server.js';
import { until } from '../helpers/until.js';
import { ffmpegsUnderTest, VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

/** Reads what `url` names with the FFmpeg at `path`. */
function read(path: string, url: string) {
  const ffmpeg = async () => ({ path, ...(await readFfmpegVersion(path)) });
  const parts = { clock: new SystemClock(), ffmpeg, token: null, clockAt: () => null };
  return startReader(new FfmpegReader(targetOf(url), parts));
}

/** A server that takes connections and does with them what `onSocket` says, until the end of the test. */
async function tcpServer(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each(await ffmpegsUnderTest())('a path that $name reads', ({ binaries: { ffmpegPath } }) => {
  it('gives every picture in order with its time, its size, and the bytes of all', async () => {
    const graph = 'testsrc=size=1280x720:rate=25:duration=0.6';
    const path = await fixtures.drawn('b-frames.mp4', graph, '-c:v', 'libx264', '-bf', '3', '-pix_fmt', 'yuv420p');
    const { log } = read(ffmpegPath, path);
    await until(() => log.ended);
    expect(log.facts).toHaveLength(1);
    expect(log.facts[0]).toMatchObject({ codec: 'h264', nominalFps: 25 });
    expect(log.pictures.map(({ mediaTimeUs }) => mediaTimeUs)).toEqual(
      Array.from({ length: 15 }, (_, index) => (log.pictures[0]?.mediaTimeUs ?? NaN) + index * 40_000),
    );
    for (const { width, height, luma, lengthBytes } of log.pictures) {
      expect([width, height, luma?.width, luma?.height, lengthBytes]).toEqual([1280, 720, 640, 360, null]);
    }
    const fileBytes = (await readFile(path)).length;
    expect(log.bytes).toBeGreaterThan(0.7 * fileBytes);
    expect(log.bytes).toBeLessThan(fileBytes);
    expect([log.corrupt, log.lost, log.error]).toEqual([0, 0, null]);
  });

  it('says when the pictures have another size, and goes on', async () => {
    const first = await fixtures.drawn('a.ts', 'testsrc=size=320x240:rate=25:duration=0.4', ...X264, '-f', 'mpegts');
    const offset = ['-output_ts_offset', '0.4'];
    const graph = 'testsrc=size=640x480:rate=25:duration=0.4';
    const second = await fixtures.drawn('b.ts', graph, ...X264, ...offset, '-f', 'mpegts');
    const both = await fixtures.write('both.ts', Buffer.concat([await readFile(first), await readFile(second)]));
    const { log } = read(ffmpegPath, both);
    await until(() => log.ended);
    expect(log.pictures[0]).toMatchObject({ width: 320, height: 240 });
    expect(log.pictures.at(-1)).toMatchObject({ width: 640, height: 480 });
    expect(log.pictures).toHaveLength(20);
  });
});

describe('a path that FFmpeg reads', () => {
  const { ffmpegPath } = fixtures.binaries;

  it('is gone with its child when it is stopped, at any moment', async () => {
    const path = await fixtures.drawn('long.mp4', 'testsrc=size=320x240:rate=25:duration=60', ...X264);
    const { log, run } = read(ffmpegPath, path);
    await log.received(2);
    await Promise.all([run.stop(), run.stop()]);
    const { run: early } = read(ffmpegPath, path);
    await early.stop();
    expect(await childrenNamed('ffmpeg')).toEqual([]);
    const received = log.pictures.length;
    await new Promise(setImmediate);
    expect([log.pictures.length, log.ended, log.error]).toEqual([received, false, null]);
  });

  it('tells what cannot be decoded', async () => {
    const path = await fixtures.drawn('whole.ts', 'testsrc=size=320x240:rate=25:duration=0.8', ...X264, '-f', 'mpegts');
    const broken = Buffer.from(await readFile(path));
    // Not the headers, and not the packets' own ones.
    for (let at = 188 * 20; at + 188 < broken.length; at += 188 * 9) broken.fill(0x5a, at + 60, at + 180);
    const { log } = read(ffmpegPath, await fixtures.write('broken.ts', broken));
    await until(() => log.ended || log.error !== null);
    expect(log.corrupt).toBeGreaterThan(0);
  });

  it.each([
    ['nothing that is video', async () => fixtures.write('text.mp4', 'hello '.repeat(1000)), 'SOURCE_NOT_VIDEO'],
    ['what is not there', async () => fixtures.path('nowhere.mp4'), 'SOURCE_NOT_FOUND'],
    ['a port where nobody is', async () => `rtsp://127.0.0.1:${await freeTcpPort()}/a`, 'SOURCE_UNREACHABLE'],
    ['a server that hangs up', async () => tcpServer((socket) => socket.destroy()), /^SOURCE_/],
  ])('says that %s is none', async (_, urlOf, code) => {
    const { log } = read(ffmpegPath, await urlOf());
    expect((await log.failed()).code).toMatch(code);
    expect([log.pictures, log.ended]).toEqual([[], false]);
  });

  it('hides the password wherever FFmpeg repeats it', async () => {
    const port = await freeTcpPort();
    const { log } = read(ffmpegPath, `rtsp://user:hunter2secret@127.0.0.1:${port}/cam`);
    const error = await log.failed();
    expect(error.message).toContain('rtsp://user:***@127.0.0.1');
    expect(`${error.message}${String(error.cause)}`).not.toContain('hunter2secret');
  });

  it('plays HLS at its pace, and ends with it', async () => {
    const video = await HlsVideo.make();
    const peer = await ofTest(
      HttpPeer.start(({ path, socket }) => {
        const file = video.files.get(path.slice(1));
        socket.write(file ? answerOf('200 OK', [], file) : answerOf('404 Not Found'));
        socket.end();
      }),
    );
    const { log } = read(ffmpegPath, peer.url('/index.m3u8'));
    await until(() => log.ended || log.error !== null);
    expect(log.error).toBeNull();
    const [first, last] = [log.pictures[0], log.pictures[11]];
    const playedUs = (last?.arrivalTimeUs ?? 0) - (first?.arrivalTimeUs ?? 0);
    expect(playedUs).toBeGreaterThanOrEqual((last?.mediaTimeUs ?? NaN) - (first?.mediaTimeUs ?? NaN) - 2000);
  });
});

describe('a path over HTTP', () => {
  /** An answer whose end is where the connection ends, as that of a live video is. */
  const serveLive = async () => {
    const path = await fixtures.drawn('live.ts', 'testsrc=size=320x240:rate=25:duration=0.4', ...X264, '-f', 'mpegts');
    const file = await readFile(path);
    const peer = HttpPeer.start(({ socket }) => {
      const head = ['HTTP/1.1 200 OK', 'Content-Type: video/mp2t', 'Connection: close'];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      socket.end(file);
    });
    return read(fixtures.binaries.ffmpegPath, (await ofTest(peer)).url('/live.ts')).log;
  };

  it('that is live has broken off when it is over', async () => {
    const log = await serveLive();
    expect((await log.failed()).code).toBe('SOURCE_FAILED');
    expect([log.pictures.length > 0, log.ended]).toEqual([true, false]);
  });
});

describe('the figures of a path', () => {
  const media = (counter: number) => ({ kind: 'media' as const, timeUs: counter * 40_000, counter });

  it('count pictures of a looping video exactly that are missing or come twice', async () => {
    const pass = Array.from({ length: 16 }, (_, index) => index);
    // Two are missing in the first pass, the last and the first around the seam, and one is there twice.
    const counters = [...pass.filter((n) => ![3, 9, 15].includes(n)), ...pass.slice(1, 5), 4, ...pass.slice(5), 0, 1];
    const path = await codedVideo(fixtures, 'coded.mp4', counters.map(media));
    const probe = new ProbeOfTest([path]);
    await until(() => probe.isOver);
    const { frames, probe: figures, latencyUs } = probe.path('file');
    expect(frames).toMatchObject({ received: counters.length, lost: 4, corrupt: 0 });
    expect(figures).toMatchObject({ repeated: 1, outOfOrder: 0, latencySource: null });
    expect(figures.timeCode).toEqual({ kind: 'media', read: counters.length, unread: 0, undecoded: 0, sinceLast: 0 });
    expect(latencyUs.count).toBe(0);
    expect(probe.session.ended.get('file')).toBeNull();
  });

  it('have an outage in them when the sender hangs up and is there again', async () => {
    const sender = await ofTest(TcpVideoServer.start({ codec: h264(5), format: 'mpegts' }));
    const probe = new ProbeOfTest([`a=${sender.url}`, 'b=nowhere.mp4']);
    await probe.until('a', ({ frames }) => frames.received > 5);
    sender.drop();
    await probe.until('a', ({ state }) => state === 'offline');
    const path = await probe.until('a', ({ probe: figures }) => figures.reconnects === 1);
    expect(path.probe.outageUs).toBeGreaterThan(100_000);
    expect(path.reason).toBeNull();
    // The other one never worked, and is left alone.
    expect(probe.path('b')).toMatchObject({ state: 'offline', frames: { received: 0 } });
    expect(probe.session.ended.get('b')?.code).toBe('SOURCE_NOT_FOUND');
    expect(probe.isOver).toBe(false);
  });
});

import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionSummary, StreamSummary } from '../../client/report/summary-schema.js';
import { summarySchema } from '../../client/report/summary-schema.js';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { freeUdpPort } from '../helpers/free-port.js';
import { requireGortsplibServer, startGortsplibServer } from '../helpers/gortsplib-server.js';
import { requireGstRtspServer, startGstRtspServer } from '../helpers/gst-rtsp-server.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { publish } from '../helpers/publish.js';
import { runCommand, runNode } from '../helpers/run-command.js';
import { CLIENT_BINARY, SERVER_BINARY, ServerProcess } from '../helpers/server-process.js';
import { StartedParts } from '../helpers/started-parts.js';
import { h264, MJPEG, requireProtocol, StreamSender } from '../helpers/stream-sender.js';
import { TcpVideoServer } from '../helpers/tcp-video-server.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';
import { Viewer } from '../helpers/viewer.js';

const HAS_ALL_PARTS =
  requireCamera() &&
  requireGortsplibServer() &&
  requireGstRtspServer() &&
  requireCertificates() &&
  (await requireProtocol('srt'));
const AS_IT_IS = { mode: 'pass-through', reason: 'the source is JPEG and nothing else was asked for' };
const DECODED = { mode: 'encoded', reason: 'the source is h264' };
const SMALL = { codec: h264(10), size: '160x120', fps: 10 };

describe.skipIf(!HAS_ALL_PARTS)('a server with a source of every kind', () => {
  const parts = new StartedParts();
  let videos: VideoFixtures;
  let camera: MjpegCamera;
  let film: readonly Buffer[];
  let sources: readonly string[];
  let server: ServerProcess;
  let viewer: Viewer;

  beforeAll(async () => {
    videos = await VideoFixtures.create();
    await makeVideos();
    camera = await parts.keep(MjpegCamera.start({ mediaFolder: videos.folder }));
    sources = await startSources();
    server = await parts.keep(ServerProcess.start(sources, {}, videos.folder));
    viewer = await Viewer.open(server.port, { subscriptions: [{ stream: '*' }] });
  });
  afterAll(async () => {
    await viewer?.close();
    await parts.stop();
    await videos?.remove();
  });

  it('shows every one of them to a client, and says what it is', async () => {
    const { streams } = viewer.welcomes[0]!;
    const hasCome = ({ id }: { id: number }) => viewer.frames.some(({ header }) => header.streamId === id);
    await viewer.until(() => streams.every(hasCome));

    const args = ['--port', `${server.port}`, '--stream', 'all', '--json', '--duration', '2'];
    const { exitCode, stdout, stderr } = await runNode(CLIENT_BINARY, args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const summary = summarySchema.parse(JSON.parse(stdout)) as SessionSummary & { streams: StreamSummary[] };
    expect(Object.fromEntries(summary.streams.map((stream) => [stream.stream, shortOf(stream)]))).toEqual({
      'http-mjpeg': { state: 'live', timeSource: 'arrival', encoding: AS_IT_IS },
      'http-timed': { state: 'live', timeSource: 'source', encoding: AS_IT_IS },
      'http-snapshot': { state: 'live', timeSource: 'arrival', encoding: AS_IT_IS },
      'http-mp4': { state: 'live', timeSource: 'arrival', encoding: DECODED },
      'http-hls': { state: 'live', timeSource: 'arrival', encoding: DECODED },
      'rtsp-h264': { state: 'live', timeSource: 'arrival', encoding: DECODED },
      'rtsp-mjpeg': { state: 'live', timeSource: 'arrival', encoding: AS_IT_IS },
      'rtsp-udp': { state: 'live', timeSource: 'arrival', encoding: DECODED },
      rtsps: { state: 'live', timeSource: 'arrival', encoding: DECODED },
      'gst-h264': { state: 'live', timeSource: 'arrival', encoding: DECODED },
      'gst-jpeg': { state: 'live', timeSource: 'arrival', encoding: AS_IT_IS },
      srt: { state: 'live', timeSource: 'arrival', encoding: DECODED },
      udp: { state: 'live', timeSource: 'arrival', encoding: DECODED },
      tcp: { state: 'live', timeSource: 'arrival', encoding: DECODED },
      file: { state: 'live', timeSource: 'schedule', encoding: DECODED },
      images: { state: 'live', timeSource: 'schedule', encoding: AS_IT_IS },
      pattern: {
        state: 'live',
        timeSource: 'schedule',
        encoding: { mode: 'encoded', reason: 'the source is a test pattern' },
      },
    });
    for (const { stream, frames, latencyUs } of summary.streams) {
      expect({ stream, ...frames }).toMatchObject({ stream, lost: 0, corrupt: 0 });
      expect(frames.received, stream).toBeGreaterThan(0);
      expect(latencyUs.count, stream).toBeGreaterThan(0);
    }
  });

  it('sends pictures of the size that it announced', async () => {
    for (const { id, name } of viewer.welcomes[0]!.streams) {
      const { header, jpeg } = viewer.frames.findLast((frame) => frame.header.streamId === id)!;
      const { width, height } = viewer.changes.findLast(({ stream }) => stream.id === id)!.stream;
      expect({ name, ...(await sharp(jpeg).metadata()) }).toMatchObject({ name, format: 'jpeg', width, height });
      expect(header).toMatchObject({ width, height });
    }
  });

  it('has the very bytes of a camera that sends JPEG', async () => {
    const streams = ['http-mjpeg', 'http-timed', 'http-snapshot', 'images'];
    for (const saved of await Promise.all(streams.map(savedFrame))) expect(camera.frames).toContainEqual(saved);
  });

  it('has the very picture of a camera where RTP took its header apart', async () => {
    expect(film.map(scanOf)).toContainEqual(scanOf(await savedFrame('rtsp-mjpeg')));
  });

  it('is told of each by --check as it is streamed', async () => {
    // Who sends over UDP or SRT has one receiver, and that is the server.
    const checked = sources.filter((source) => !/^(udp|srt)=/.test(source));
    const args = [SERVER_BINARY, '--check', ...checked];
    const { exitCode, stdout, stderr } = await runCommand(process.execPath, args, { cwd: videos.folder });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.pop()).toBe('The configuration is good.');
    const passedOn = 'mjpeg 160x120, pass-through: the source is JPEG and nothing else was asked for';
    expect(lines).toHaveLength(checked.length);
    expect(lines[0]).toBe(
      `http-mjpeg: ${camera.url('mjpeg?fps=10')}, connected to while somebody watches: ${passedOn}`,
    );
    for (const line of lines.slice(0, 12)) {
      expect(line).toMatch(/: (mjpeg 160x120( at \d+ fps)?, pass-through: |h264 160x120 at 10 fps, encoded: )/);
    }
  });

  async function makeVideos(): Promise<void> {
    const graph = 'testsrc2=size=160x120:rate=10:duration=120';
    await videos.drawn('clip.mp4', graph, ...h264(10), '-movflags', '+faststart');
    await videos.drawn('live.m3u8', graph, ...h264(10), '-f', 'hls', '-hls_time', '2', '-hls_list_size', '0');
    await videos.drawn('film.mjpeg', 'testsrc2=size=160x120:rate=10:duration=1', ...MJPEG, '-f', 'mjpeg');
    film = split(await readFile(videos.path('film.mjpeg')));
  }

  /** Starts what there is to be seen; returns the sources as they stand on the command line. */
  async function startSources(): Promise<string[]> {
    const rtsp = await parts.keep(startGortsplibServer({ udp: true }));
    await parts.keep(publish(rtsp, 'h264', SMALL));
    await parts.keep(publish(rtsp, 'mjpeg', { codec: ['-c:v', 'copy'], file: videos.path('film.mjpeg') }));
    const rtsps = await parts.keep(startGortsplibServer({ certificate: await parts.keep(Certificate.start()) }));
    await parts.keep(publish(rtsps, 'cam', SMALL));
    const gst = await parts.keep(startGstRtspServer({ size: '160x120', fps: 10 }));
    const udp = `udp://127.0.0.1:${await freeUdpPort()}`;
    await parts.keep(StreamSender.start(`${udp}?pkt_size=1316`, { ...SMALL, format: 'mpegts' }));
    const srt = `srt://127.0.0.1:${await freeUdpPort()}`;
    await parts.keep(StreamSender.start(`${srt}?mode=listener`, { ...SMALL, format: 'mpegts' }));
    const tcp = await parts.keep(TcpVideoServer.start({ ...SMALL, format: 'mpegts' }));
    for (const n of [0, 1, 2]) await videos.write(`image-${n}.jpg`, camera.frames[n]!);
    return [
      `http-mjpeg=${camera.url('mjpeg?fps=10')}`,
      `http-timed=${camera.url('mjpeg?fps=10&time=now')}`,
      `http-snapshot=${camera.url('snapshot.jpg')}`,
      `http-mp4=${camera.url('media/clip.mp4')}`,
      `http-hls=${camera.url('media/live.m3u8')}`,
      `rtsp-h264=${rtsp.url('h264')}`,
      `rtsp-mjpeg=${rtsp.url('mjpeg')}`,
      `rtsp-udp=${rtsp.url('h264')}?transport=udp`,
      `rtsps=${rtsps.url('cam')}`,
      `gst-h264=${gst.url('h264')}`,
      `gst-jpeg=${gst.url('jpeg')}`,
      `srt=${srt}`,
      `udp=${udp}`,
      `tcp=${tcp.url}`,
      'file=clip.mp4',
      'images=image-*.jpg',
      'pattern=test:bars?size=160x120&fps=10',
    ];
  }

  /** What the client saves of a stream as a user saves it. */
  async function savedFrame(stream: string): Promise<Buffer> {
    const path = videos.path(`${stream}.saved.jpg`);
    const args = ['--port', `${server.port}`, '--stream', stream, '--json', '--duration', '1', '--save-frame', path];
    expect(await runNode(CLIENT_BINARY, args)).toMatchObject({ exitCode: 0, stderr: '' });
    return readFile(path);
  }
});

function shortOf({ state, timeSource, encoding }: StreamSummary) {
  return { state, timeSource, encoding };
}

/** The pictures of a file in which one follows the other. */
function split(file: Buffer): Buffer[] {
  const ends = [...file.toString('latin1').matchAll(/\xff\xd9(?=\xff\xd8|$)/g)].map(({ index }) => index + 2);
  return ends.map((end, n) => file.subarray(ends[n - 1] ?? 0, end));
}

/** The coded picture of a JPEG without its headers: what RTP carries as it is (RFC 2435, section 3.1). */
function scanOf(jpeg: Buffer): Buffer {
  const start = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  return jpeg.subarray(start + 2 + jpeg.readUInt16BE(start + 2), jpeg.lastIndexOf(Buffer.from([0xff, 0xd9])));
}

import { copyFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamSummary } from '../../client/report/summary-schema.js';
import { childrenOf, untilNoChild } from '../helpers/child-processes.js';
import { ClientProcess } from '../helpers/client-process.js';
import { unexplainedGaps } from '../helpers/frame-checks.js';
import { requireGortsplibServer, startGortsplibServer } from '../helpers/gortsplib-server.js';
import { requireGstRtspServer, startGstRtspServer } from '../helpers/gst-rtsp-server.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { ofTest } from '../helpers/of-test.js';
import { openSockets } from '../helpers/open-sockets.js';
import { publish } from '../helpers/publish.js';
import { startServer } from '../helpers/server-of-test.js';
import { h264, MJPEG } from '../helpers/stream-sender.js';
import { until } from '../helpers/until.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';
import { Viewer } from '../helpers/viewer.js';

const ROUNDS = 2;

/** A camera that can be switched off and on again at the same address. */
interface Switched {
  readonly url: string;
  off(): Promise<void>;
  on(): Promise<void>;
}

describe.skipIf(!requireCamera() || !requireGstRtspServer())('a camera that is switched off and on again', () => {
  it.each([
    { kind: 'MJPEG over HTTP', children: 0, start: () => startCamera('mjpeg') },
    { kind: 'a polled JPEG', children: 0, start: () => startCamera('snapshot.jpg') },
    { kind: 'H.264 over RTSP', children: 1, start: startRtspCamera },
  ])('is offline, tried again, and up again on the same connection: $kind', async ({ start, children }) => {
    const camera = await start();
    const server = await startServer([`cam=${camera.url}`, '--idle-timeout', '0.2']);
    const client = ClientProcess.spawn(server.port, ['--json']);
    const viewer = await Viewer.open(server.port);
    await viewer.take(3);
    await server.logged(({ msg, clients }) => msg === 'client connected' && clients === 2);
    const sockets = openSockets(server.pid);

    for (let round = 1; round <= ROUNDS; round += 1) {
      const before = viewer.changes.length;
      await camera.off();
      await viewer.until(() => viewer.changes.slice(before).some(isDown));
      await camera.on();
      await viewer.until(() => viewer.changes.slice(before).some(isUp));
      await viewer.take(3, viewer.frames.length);

      const changes = viewer.changes.slice(before);
      const down = changes.find(isDown)!;
      expect(down).toMatchObject({ stream: { state: 'offline' }, reason: { code: expect.any(String) } });
      expect(down.reason?.code).toMatch(/^SOURCE_(FAILED|UNREACHABLE)$/);
      expect(down.reason?.message).toMatch(/ Next try in \d+\.\d s\.$/);
      expect(changes.at(-1)).toMatchObject({ event: 'up', stream: { state: 'live' } });
      expect(changes.at(-1)?.reason).toBeUndefined();
    }

    expect(unexplainedGaps(viewer)).toEqual([]);
    expect(viewer.welcomes).toHaveLength(1);
    expect(childrenOf(server.pid)).toHaveLength(children);
    await until(() => openSockets(server.pid) === sockets);
    for (const state of ['offline', 'live']) {
      expect(server.log.filter(({ msg }) => msg.startsWith(`stream ${state}`)).length).toBeGreaterThanOrEqual(ROUNDS);
    }

    client.kill('SIGINT');
    await client.exit;
    const summary = JSON.parse(client.stdout) as StreamSummary & { reconnects: number };
    expect(summary).toMatchObject({ state: 'live', reason: null, reconnects: 0, frames: { lost: 0, corrupt: 0 } });
    await viewer.close();
    await server.logged(({ msg }) => msg === 'stream idle');
    await untilNoChild(server.pid);
  });

  it('tells who comes while it is off why there is no picture', async () => {
    const camera = await startCamera('mjpeg');
    const server = await startServer([`cam=${camera.url}`]);
    await camera.off();
    const first = await Viewer.open(server.port);
    await first.until(() => first.changes.some(isDown));
    const client = ClientProcess.spawn(server.port, ['--json', '--duration', '0.5']);
    expect(await client.exit).toEqual({ code: 1, signal: null });
    expect(JSON.parse(client.stdout)).toMatchObject({
      stream: 'cam',
      state: 'offline',
      reason: expect.stringContaining('nothing listens there'),
      frames: { received: 0, lost: 0 },
    });
    await camera.on();
    await first.take(1);
    await first.close();
  });
});

describe('a camera that is another one when it comes back', () => {
  let videos: VideoFixtures;
  beforeAll(async () => void (videos = await VideoFixtures.create()));
  afterAll(() => videos.remove());

  it.skipIf(!requireCamera())('is read as what it is then: a JPEG, then a video, then a JPEG', async () => {
    const clip = await videos.drawn('clip', 'testsrc2=size=80x60:rate=10:duration=2', ...h264(10), '-f', 'mp4');
    const jpeg = await videos.drawn('still', 'testsrc2=size=160x120', '-frames:v', '1', '-f', 'image2');
    const cam = videos.path('cam');
    await copyFile(jpeg, cam);
    let camera = await ofTest(MjpegCamera.start({ mediaFolder: videos.folder }));
    const becomes = async (file: string) => {
      await camera.kill();
      await rm(cam);
      await copyFile(file, cam);
      camera = await ofTest(MjpegCamera.start({ mediaFolder: videos.folder, port: camera.port }));
    };

    // Its name does not tell what it is, and neither does its Content-Type.
    const server = await startServer([`cam=${camera.url('media/cam')}`]);
    const viewer = await Viewer.open(server.port);
    await viewer.take(2);
    await becomes(clip);
    await viewer.until(() => lastOf(viewer).width === 80);
    await becomes(jpeg);
    await viewer.until(() => lastOf(viewer).width === 160);

    const described = viewer.changes.filter(({ event }) => event !== 'down').map(({ stream }) => stream);
    const kinds = described.map(({ width, encoding }) => `${width} ${encoding.mode}`);
    expect(withoutRepeats(kinds.filter((kind) => !kind.startsWith('0 ')))).toEqual([
      '160 pass-through',
      '80 encoded',
      '160 pass-through',
    ]);
    expect(unexplainedGaps(viewer)).toEqual([]);
    await viewer.close();
    expect(childrenOf(server.pid)).toEqual([]);
  });

  it.skipIf(!requireGortsplibServer())(
    'is decoded where it was passed on before: Motion JPEG, then H.264',
    async () => {
      const rtsp = await ofTest(startGortsplibServer());
      const sender = await ofTest(publish(rtsp, 'cam', { codec: MJPEG, size: '160x120' }));
      const server = await startServer([`cam=${rtsp.url('cam')}`]);
      const viewer = await Viewer.open(server.port);
      await viewer.take(3);
      expect(viewer.changes.at(-1)?.stream.encoding.mode).toBe('pass-through');
      await sender.stop();
      await viewer.until(() => viewer.changes.some(isDown));
      await ofTest(publish(rtsp, 'cam', { codec: h264(), size: '80x60' }));
      await viewer.until(() => lastOf(viewer).width === 80);
      expect(viewer.changes.findLast(({ event }) => event === 'changed')?.stream).toMatchObject({
        width: 80,
        height: 60,
        encoding: { mode: 'encoded', reason: 'the source is h264' },
      });
      expect(unexplainedGaps(viewer)).toEqual([]);
      await viewer.close();
    },
  );
});

describe('a camera that changes the size of its picture', () => {
  it.skipIf(!requireCamera())('has the new size announced before the first frame of it: Motion JPEG', async () => {
    const camera = await ofTest(MjpegCamera.start());
    const server = await startServer([`cam=${camera.url('mjpeg')}`]);
    const viewer = await Viewer.open(server.port);
    await viewer.take(3);
    camera.mode('other');
    await viewer.until(() => lastOf(viewer).width === 80);
    const sizes = viewer.changes.map(({ stream }) => `${stream.width}x${stream.height}`);
    expect(withoutRepeats(sizes)).toEqual(['0x0', '160x120', '80x60']);
    expect(viewer.changes.at(-1)).toMatchObject({ event: 'changed', stream: { width: 80, height: 60, state: 'live' } });
    expect(camera.otherFrames).toContainEqual(viewer.frames.at(-1)?.jpeg);
    expect(camera.requests('mjpeg').total).toBe(1);
    await viewer.close();
  });

  it.skipIf(!requireGstRtspServer())('goes on in its new size: H.264', async () => {
    const rtsp = await ofTest(startGstRtspServer({ size: '160x120' }));
    const server = await startServer([`cam=${rtsp.url('h264')}`]);
    const viewer = await Viewer.open(server.port);
    await viewer.take(3);
    rtsp.resize('h264', '80x60');
    await viewer.until(() => lastOf(viewer).width === 80);
    const sizes = viewer.changes.map(({ stream }) => `${stream.width}x${stream.height}`);
    expect(withoutRepeats(sizes)).toEqual(['0x0', '160x120', '80x60']);
    expect(viewer.changes.some(isDown)).toBe(false);
    expect(unexplainedGaps(viewer)).toEqual([]);
    await viewer.close();
  });
});

async function startCamera(path: string): Promise<Switched> {
  let camera = await ofTest(MjpegCamera.start());
  const { port } = camera;
  const on = async () => void (camera = await ofTest(MjpegCamera.start({ port })));
  return { url: camera.url(path), off: () => camera.kill(), on };
}

async function startRtspCamera(): Promise<Switched> {
  const options = { size: '160x120' };
  let camera = await ofTest(startGstRtspServer(options));
  const { port } = camera;
  const on = async () => void (camera = await ofTest(startGstRtspServer({ ...options, port })));
  return { url: camera.url('h264'), off: () => camera.kill(), on };
}

function isDown({ event }: Viewer['changes'][number]): boolean {
  return event === 'down';
}

function isUp({ event }: Viewer['changes'][number]): boolean {
  return event === 'up';
}

function lastOf(viewer: Viewer): { readonly width: number } {
  return viewer.frames.at(-1)?.header ?? { width: 0 };
}

function withoutRepeats<T>(values: readonly T[]): T[] {
  return values.filter((value, index) => value !== values[index - 1]);
}

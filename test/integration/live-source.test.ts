import { afterAll, describe, expect, it } from 'vitest';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { childrenNamed } from '../helpers/child-processes.js';
import { requireGortsplibServer, startGortsplibServer } from '../helpers/gortsplib-server.js';
import { requireGstRtspServer, startGstRtspServer } from '../helpers/gst-rtsp-server.js';
import { codedData, jpegsOf } from '../helpers/jpegs-of.js';
import { AS_IT_IS, clock, rtspSource, runOfTest } from '../helpers/live-source-of-test.js';
import { ofTest } from '../helpers/of-test.js';
import { publish } from '../helpers/publish.js';
import { h264, MJPEG } from '../helpers/stream-sender.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

const ME = { user: 'me', password: 'p w/@', scheme: 'digest' } as const;
const SEQUENCES = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

describe.skipIf(!requireGortsplibServer())('a camera that sends H.264 by RTSP', () => {
  it.each(['tcp', 'udp'] as const)('is decoded over one connection by %s', async (transport) => {
    const server = await ofTest(startGortsplibServer({ udp: true }));
    await ofTest(publish(server, 'cam', { codec: h264(), size: '320x240', fps: 25 }));
    const source = await rtspSource(server.url('cam'), {}, transport);
    expect(source.info).toMatchObject({ width: 0, height: 0, fps: 0, codec: null, encoding: { mode: 'unknown' } });

    const startUs = clock.nowUs();
    const log = runOfTest(source, 7);
    await log.untilFrames(20);
    expect(log.infos).toMatchObject([
      { width: 320, height: 240, fps: 25, codec: 'h264', timeSource: 'arrival', encoding: { mode: 'encoded' } },
    ]);
    expect(log.order.slice(0, 2)).toEqual(['info', 'frame']);
    expect(source.info).toEqual(log.infos[0]);
    expect(log.frames.map(({ sequence }) => sequence)).toEqual(SEQUENCES(7, log.frames.length));
    for (const frame of log.frames) {
      expect(frame).toMatchObject({ kind: 'raw', width: 320, height: 240, timeSource: 'arrival', clockErrorUs: 0 });
      expect(frame.data).toHaveLength(320 * 240 * 3);
      expect(frame.captureTimeUs).toBeGreaterThan(startUs);
      expect(frame.decodedTimeUs).toBeGreaterThanOrEqual(frame.captureTimeUs);
    }
    const times = log.frames.map(({ captureTimeUs }) => captureTimeUs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    await log.stop();
    // The server was told: by itself it would go on sending by UDP for a while.
    await server.untilReaders('cam', ({ open, total }) => open === 0 && total === 1);
    expect(await childrenNamed('ffmpeg')).toHaveLength(1);
  });

  it('is scaled and thinned by FFmpeg as it is asked', async () => {
    const server = await ofTest(startGortsplibServer());
    await ofTest(publish(server, 'cam', { codec: h264(), size: '320x240', fps: 25 }));
    const log = runOfTest(await rtspSource(server.url('cam'), { wanted: { ...AS_IT_IS, width: 160 }, fps: 5 }));
    await log.untilFrames(7);
    expect(log.infos).toMatchObject([{ width: 160, height: 120, fps: 5 }]);
    // The first frames were looked at while FFmpeg connected, and come at once.
    const [from, to] = [log.frames[4], log.frames[6]].map((frame) => frame?.captureTimeUs ?? 0);
    expect((to ?? 0) - (from ?? 0)).toBeGreaterThan(300_000);
  });

  it('goes on when nobody takes its pictures, and says which were left out', async () => {
    const server = await ofTest(startGortsplibServer());
    await ofTest(publish(server, 'cam', { codec: h264(), size: '320x240', fps: 25 }));
    const log = runOfTest(await rtspSource(server.url('cam'), { maxBuffers: 2 }), 0, () => undefined);
    await log.until(() => log.order.includes('drop 6-6'));
    expect(log.order).toEqual(['info', 'frame', 'frame', 'drop 2-2', 'drop 3-3', 'drop 4-4', 'drop 5-5', 'drop 6-6']);
    for (const frame of log.frames) if (frame.kind === 'raw') frame.release();
    await log.untilFrames(3);
    expect(log.frames[2]?.sequence).toBe(log.order.length - 2);
  });

  it('has failed when its server is gone, and when it is disconnected', async () => {
    const server = await ofTest(startGortsplibServer());
    await ofTest(publish(server, 'cam', { codec: h264() }));
    const source = await rtspSource(server.url('cam'));
    for (const end of [() => server.drop('cam'), () => void server.kill()]) {
      const log = runOfTest(source);
      await log.untilFrames(2);
      end();
      expect((await log.untilError()).code).toBe('SOURCE_FAILED');
      expect(log.order.at(-1)).toBe('error');
    }
    const refused = runOfTest(source);
    expect(await refused.untilError()).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    expect(source.info).toMatchObject({ codec: 'h264', width: 320, height: 240 });
  });

  it('leaves no child behind when it is stopped while it connects', async () => {
    const server = await ofTest(startGortsplibServer());
    const source = await rtspSource(server.url('cam'));
    for (let round = 0; round < 3; round += 1) await runOfTest(source).stop();
    expect(await childrenNamed('ffmpeg')).toEqual([]);
  });
});

describe.skipIf(!requireGortsplibServer())('a camera that sends Motion JPEG by RTSP', () => {
  it('is passed on from the second connection, and from the first one the next time', async () => {
    const server = await ofTest(startGortsplibServer());
    await ofTest(publish(server, 'cam', { codec: MJPEG, size: '320x240', fps: 25 }));
    const source = await rtspSource(server.url('cam'));
    const first = runOfTest(source);
    await first.untilFrames(5);
    await first.stop();
    expect(new Set(first.frames.map(({ kind }) => kind))).toEqual(new Set(['jpeg']));
    expect(first.infos).toMatchObject([
      { width: 320, height: 240, fps: 25, codec: 'mjpeg', encoding: { mode: 'pass-through' } },
    ]);
    expect(server.readers('cam').total).toBe(2);

    const second = runOfTest(source, 5);
    await second.untilFrames(5);
    await second.stop();
    expect(server.readers('cam').total).toBe(3);
    expect(second.frames.map(({ sequence }) => sequence)).toEqual(SEQUENCES(5, second.frames.length));
  });

  it('has its coded data passed on byte for byte', async () => {
    const file = await fixtures.drawn('camera.mjpeg', 'testsrc2=size=320x240:rate=25:duration=1', ...MJPEG);
    const published = (await jpegsOf(file)).map((jpeg) => codedData(jpeg).toString('base64'));
    const server = await ofTest(startGortsplibServer());
    await ofTest(publish(server, 'cam', { file, codec: ['-c:v', 'copy'] }));
    const log = runOfTest(await rtspSource(server.url('cam')));
    await log.untilFrames(30);
    const received = log.jpegs.map((jpeg) => codedData(jpeg).toString('base64'));
    expect(received.filter((data) => !published.includes(data))).toEqual([]);
    expect(new Set(received).size).toBe(25);
  });

  it('is decoded where its pixels are asked for, over one connection', async () => {
    const server = await ofTest(startGortsplibServer());
    await ofTest(publish(server, 'cam', { codec: MJPEG, size: '320x240' }));
    const log = runOfTest(await rtspSource(server.url('cam'), { wanted: { ...AS_IT_IS, isProcessed: true } }));
    await log.untilFrames(5);
    expect(log.frames[0]).toMatchObject({ kind: 'raw', width: 320, height: 240 });
    expect(server.readers('cam').total).toBe(1);
  });

  it('is decoded again when it has changed to H.264 in the meantime', async () => {
    const server = await ofTest(startGortsplibServer());
    const sender = await ofTest(publish(server, 'cam', { codec: MJPEG, size: '320x240' }));
    const source = await rtspSource(server.url('cam'));
    const before = runOfTest(source);
    await before.untilFrames(2);
    await sender.stop();
    await before.untilError();

    await ofTest(publish(server, 'cam', { codec: h264(), size: '160x120' }));
    const after = runOfTest(source, 2);
    await after.untilFrames(2);
    expect(after.errors).toEqual([]);
    expect(after.infos.at(-1)).toMatchObject({ codec: 'h264', width: 160, height: 120, encoding: { mode: 'encoded' } });
    expect(after.frames[0]).toMatchObject({ kind: 'raw', sequence: 2 });
  });
});

describe.skipIf(!requireGstRtspServer())('a camera of GStreamer', () => {
  it.each(['tcp', 'udp'] as const)('is read by %s', async (transport) => {
    const server = await ofTest(startGstRtspServer({ fps: 25 }));
    const video = runOfTest(await rtspSource(server.url('h264'), {}, transport));
    await video.untilFrames(5);
    expect(video.infos[0]).toMatchObject({ codec: 'h264', width: 320, height: 240, fps: 25 });
    const jpegs = runOfTest(await rtspSource(server.url('jpeg'), {}, transport));
    await jpegs.untilFrames(5);
    expect(jpegs.frames[0]).toMatchObject({ kind: 'jpeg', width: 320, height: 240 });
  });

  it('shows its pictures in their new size when it changes', async () => {
    const server = await ofTest(startGstRtspServer());
    const log = runOfTest(await rtspSource(server.url('h264')));
    // Somebody else who looks keeps the camera from beginning anew when we connect again.
    const other = runOfTest(await rtspSource(server.url('h264'), { wanted: { ...AS_IT_IS, width: 80, height: 60 } }));
    await Promise.all([log.untilFrames(5), other.untilFrames(5)]);
    server.resize('h264', '160x120');
    await log.until(() => log.frames.at(-1)?.width === 160 || log.isOver);
    expect(log.errors).toEqual([]);
    expect(log.infos).toMatchObject([
      { width: 320, height: 240 },
      { width: 160, height: 120 },
    ]);
    expect(log.frames.at(-1)?.data).toHaveLength(160 * 120 * 3);
    expect(log.frames.map(({ sequence }) => sequence)).toEqual(SEQUENCES(0, log.frames.length));
  });

  it('keeps the size that was asked for when its own changes', async () => {
    const server = await ofTest(startGstRtspServer());
    const log = runOfTest(await rtspSource(server.url('jpeg'), { wanted: { ...AS_IT_IS, width: 80, height: 60 } }));
    await log.untilFrames(5);
    server.resize('jpeg', '160x120');
    await log.untilFrames(60);
    expect(log.infos).toMatchObject([{ width: 80, height: 60 }]);
    expect(server.readers('jpeg').total).toBe(1);
  });
});

describe.skipIf(!requireGortsplibServer())('what goes wrong with RTSP', () => {
  it.each(['basic', 'digest'] as const)('takes the right password in the scheme %s, and no other', async (scheme) => {
    const server = await ofTest(startGortsplibServer({ credentials: { ...ME, scheme } }));
    await ofTest(publish(server, 'cam', { codec: h264() }));
    const good = runOfTest(await rtspSource(server.url('cam')));
    await good.untilFrames(1);
    for (const credentials of [null, { ...ME, password: 'guess' }]) {
      const error = await runOfTest(await rtspSource(server.url('cam', credentials))).untilError();
      expect(error).toMatchObject({ code: 'SOURCE_DENIED' });
      expect(`${error.message} ${String(error.cause)}`).not.toContain('guess');
    }
  });

  it('knows a path that is not there, and a host that is not there', async () => {
    const server = await ofTest(startGortsplibServer());
    const missing = await runOfTest(await rtspSource(server.url('cam'))).untilError();
    expect(missing).toMatchObject({ code: 'SOURCE_BAD_ANSWER', message: expect.stringContaining('404') as string });
    const unknown = await runOfTest(await rtspSource('rtsp://host.invalid/cam')).untilError();
    expect(unknown).toMatchObject({ code: 'SOURCE_UNREACHABLE', message: expect.stringContaining('host') as string });
  });

  it.skipIf(!requireCertificates())('speaks RTSPS, and knows who does not', async () => {
    const certificate = await ofTest(Certificate.start());
    const server = await ofTest(startGortsplibServer({ certificate }));
    await ofTest(publish(server, 'cam', { codec: h264() }));
    const log = runOfTest(await rtspSource(server.url('cam')));
    await log.untilFrames(2);
    expect(log.infos[0]).toMatchObject({ codec: 'h264' });

    const plain = await ofTest(startGortsplibServer());
    const url = plain.url('cam').replace('rtsp:', 'rtsps:');
    const error = await runOfTest(await rtspSource(url)).untilError();
    expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', message: expect.stringContaining('TLS') as string });
  });
});

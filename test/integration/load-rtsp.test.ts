import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FfmpegSource } from '../../client/load/ffmpeg-source.js';
import { RtspSource } from '../../client/load/rtsp-source.js';
import type { PacketizedPicture } from '../../server/rtsp/coded-video.js';
import { SystemClock } from '../../shared/clock.js';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { numberedJpeg } from '../helpers/camera-of-test.js';
import { type CodedVideo, codedVideo, motionJpeg } from '../helpers/coded-pictures.js';
import { requireGstRtspServer, startGstRtspServer } from '../helpers/gst-rtsp-server.js';
import { openLoadOfTest } from '../helpers/load-sink.js';
import { type MediamtxServer, requireMediamtx, startMediamtx } from '../helpers/mediamtx-server.js';
import { PicturePlayer } from '../helpers/picture-player.js';
import { publisherOfTest } from '../helpers/publisher-of-test.js';

const PICTURES = 60;
const clock = new SystemClock();

describe.skipIf(!requireMediamtx())('RTSP sessions beside MediaMTX', { timeout: 30_000 }, () => {
  let server: MediamtxServer;

  beforeAll(async () => {
    server = await startMediamtx({
      credentials: { user: 'load', password: 'p@ss' },
      authMethods: ['digest'],
    });
  });
  afterAll(() => server.stop());

  it.each(['h264', 'h265', 'mjpeg'] as const)('count every %s picture that our publisher sends', async (codec) => {
    const video = codec === 'mjpeg' ? await jpegs() : await codedVideo({ codec, fps: 100, gop: 20, seconds: 1 });
    const { publisher, untilState } = publisherOfTest({ url: server.url(codec) });
    publisher.setFormat(video.format);
    await untilState('publishing');
    await server.untilPath(codec);
    const source = new RtspSource(server.url(codec), { clock });
    const sinks = [openLoadOfTest(source).sink, openLoadOfTest(source).sink];
    await Promise.all(sinks.map((sink) => sink.until(() => sink.facts.length > 0)));
    await playAll(video, (picture) => publisher.send(picture));
    await Promise.all(sinks.map((sink) => sink.until(() => sink.frames.length >= PICTURES)));
    await publisher.stop();
    for (const sink of sinks) {
      expect(await sink.closed()).toMatchObject({ code: 'SOURCE_FAILED' });
      expect(sink.frames).toHaveLength(publisher.status().framesSent);
      expect(sink).toMatchObject({ lost: 0, corrupt: 0, skipped: 0 });
      const bytes = sink.frames.reduce((sum, frame) => sum + frame.lengthBytes, 0);
      expect(bytes).toBeGreaterThan(publisher.status().bytesSent * 0.9);
    }
  });

  it('tell no capture times where nobody says whose clock they are by', async () => {
    const video = await jpegs();
    const { publisher, untilState } = publisherOfTest({ url: server.url('unknown') });
    publisher.setFormat(video.format);
    await untilState('publishing');
    await server.untilPath('unknown');
    const { sink, connection } = openLoadOfTest(new RtspSource(server.url('unknown'), { clock }));
    await sink.until(() => sink.facts.length > 0);
    await playAll(video, (picture) => publisher.send(picture));
    await sink.until(() => sink.frames.length >= PICTURES);
    await connection.close();
    expect(sink.facts).toEqual([{ nominalFps: null, latencySource: 'none', canTellLost: true }]);
    expect(sink.frames.every(({ capture }) => capture === null)).toBe(true);
    expect(sink.errors).toEqual([null]);
  });

  it('know by its sender reports when it got a picture, within their error', async () => {
    const { format, pictures } = await jpegs();
    const { publisher, untilState } = publisherOfTest({ url: server.url('stamped') });
    publisher.setFormat(format);
    await untilState('publishing');
    const sentUs: number[] = [];
    // Pictures a second apart cannot be taken for one another.
    const player = new PicturePlayer({ format, pictures, fps: 1 }, (picture) => {
      sentUs.push(clock.nowUs());
      publisher.send(picture);
    });
    onTestFinished(() => player.stop());
    await server.untilPath('stamped');
    const { sink, connection } = openLoadOfTest(new RtspSource(`${server.url('stamped')}#clock-error=1ms`, { clock }));
    const stamped = () => sink.frames.filter(({ capture }) => capture !== null);
    // Its first report comes after ten seconds.
    await sink.until(() => stamped().length >= 3);
    await connection.close();
    expect(sink.facts.at(-1)).toMatchObject({ latencySource: 'RTCP' });
    // It takes them to come as evenly as their RTP timestamps say, from the one that was on its way the shortest.
    const firstUs = Math.min(...sentUs.map((timeUs, index) => timeUs - index * 1_000_000));
    for (const { capture, arrivalTimeUs } of stamped()) {
      const index = sentUs.filter((timeUs) => timeUs < arrivalTimeUs).length - 1;
      const { timeUs, errorUs } = capture!;
      expect(timeUs + errorUs).toBeGreaterThanOrEqual(firstUs + index * 1_000_000);
      expect(timeUs - errorUs).toBeLessThanOrEqual(arrivalTimeUs);
      expect(errorUs).toBeLessThan(400_000);
    }
  });

  it('are refused with wrong credentials, and where nobody publishes', async () => {
    const wrong = openLoadOfTest(new RtspSource(server.url('x', { user: 'load', password: 'wrong-one' }), { clock }));
    const error = await wrong.sink.closed();
    expect(error).toMatchObject({ code: 'SOURCE_DENIED' });
    expect(error?.message).not.toContain('wrong-one');
    const { sink } = openLoadOfTest(new RtspSource(server.url('nobody'), { clock }));
    expect(await sink.closed()).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
  });

  it('may be FFmpeg children, which decode', async () => {
    const video = await codedVideo({ fps: 25, gop: 5 });
    const { publisher, untilState } = publisherOfTest({ url: server.url('decoded') });
    publisher.setFormat(video.format);
    await untilState('publishing');
    const player = new PicturePlayer(video, (picture) => publisher.send(picture));
    await server.untilPath('decoded');
    const { ffmpegPath } = await findFfmpeg(process.env);
    const url = server.url('decoded');
    const target = { name: 'decoded', url, shownUrl: 'rtsp://shown/decoded' };
    const { sink, connection } = openLoadOfTest(new FfmpegSource(target, { clock, ffmpegPath }));
    await sink.until(() => sink.frames.length >= 20);
    await connection.close();
    await player.stop();
    expect(sink.facts).toMatchObject([{ latencySource: 'none', canTellLost: false }]);
    expect(sink.errors).toEqual([null]);
    const bytes = sink.frames.reduce((sum, frame) => sum + frame.lengthBytes, 0);
    expect(bytes).toBeGreaterThan(20 * 100);
  });
});

describe.skipIf(!requireGstRtspServer())("RTSP sessions beside GStreamer's server", { timeout: 30_000 }, () => {
  it.each(['h264', 'jpeg'])('count whole pictures of %s, at its rate and by its clock', async (path) => {
    const credentials = { user: 'me', password: 'secret', scheme: 'digest' } as const;
    const server = await startGstRtspServer({ size: '320x240', fps: 50, credentials });
    const { sink, connection } = openLoadOfTest(new RtspSource(`${server.url(path)}#clock-error=1ms`, { clock }));
    const stamped = () => sink.frames.filter(({ capture }) => capture !== null);
    await sink.until(() => sink.frames.length >= 50 && stamped().length >= 10);
    await connection.close();
    for (const { capture, arrivalTimeUs } of stamped()) {
      expect(capture!.timeUs - capture!.errorUs).toBeLessThanOrEqual(arrivalTimeUs);
      expect(capture!.errorUs).toBeLessThan(3000);
    }
    await server.untilReaders(path, ({ open }) => open === 0);
    await server.stop();
    expect(sink).toMatchObject({ lost: 0, corrupt: 0 });
    const [first, last] = [sink.frames[5], sink.frames.at(-1)];
    const periodUs = ((last?.arrivalTimeUs ?? 0) - (first?.arrivalTimeUs ?? 0)) / (sink.frames.length - 6);
    expect(periodUs).toBeGreaterThan(10_000);
  });
});

async function jpegs(): Promise<CodedVideo> {
  const pictures = await Promise.all(Array.from({ length: 10 }, (_, index) => numberedJpeg(index)));
  return motionJpeg(pictures, 100);
}

function playAll(video: CodedVideo, send: (picture: PacketizedPicture) => void): Promise<void> {
  let sent = 0;
  return new Promise((resolve) => {
    const player = new PicturePlayer(video, (picture) => {
      if (sent === PICTURES) return;
      sent += 1;
      send(picture);
      if (sent < PICTURES) return;
      void player.stop();
      resolve();
    });
  });
}

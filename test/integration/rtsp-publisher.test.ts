import { beforeAll, describe, expect, it } from 'vitest';
import type { PacketizedPicture } from '../../server/rtsp/coded-video.js';
import { RtspPublisher } from '../../server/rtsp/rtsp-publisher.js';
import { SystemClock } from '../../shared/clock.js';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { numberedJpeg } from '../helpers/camera-of-test.js';
import { type CodedVideo, codedVideo, motionJpeg } from '../helpers/coded-pictures.js';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { requireGortsplibServer, startGortsplibServer } from '../helpers/gortsplib-server.js';
import { requireGstRtspServer, startGstRtspServer } from '../helpers/gst-rtsp-server.js';
import type { MediamtxOptions, MediamtxServer } from '../helpers/mediamtx-server.js';
import { requireMediamtx, startMediamtx } from '../helpers/mediamtx-server.js';
import { ofTest } from '../helpers/of-test.js';
import { PicturePlayer } from '../helpers/picture-player.js';
import { publisherOfTest } from '../helpers/publisher-of-test.js';
import { RtspReader } from '../helpers/rtsp-reader.js';
import { runCommand } from '../helpers/run-command.js';
import { readSenderReport } from '../helpers/sender-report.js';
import { until } from '../helpers/until.js';

const SECRET = 'the-secret';
const TAG = /picture (\d+) ends\./;
const CREDENTIALS = { user: 'me', password: SECRET };

describe.skipIf(!requireMediamtx())('a publisher and MediaMTX', () => {
  let video: CodedVideo;
  let server: MediamtxServer;
  let exact: Awaited<ReturnType<typeof playTagged>>;

  beforeAll(async () => {
    video = await codedVideo({ gop: 5 });
    server = await startMediamtx({
      config: { pathDefaults: { useAbsoluteTimestamp: true, overridePublisher: false } },
    });
    exact = await playTagged(server, video);
    return async () => {
      await exact.stop();
      await server.stop();
    };
  });

  it.each(['h264', 'h265', 'mjpeg'] as const)('%s is read back by FFmpeg', async (codec) => {
    const sent = codec === 'mjpeg' ? await jpegs() : await codedVideo({ codec, gop: 5 });
    const { untilState } = play(server.url(codec), sent);
    await untilState('publishing');
    const { tracks } = await server.untilPath(codec);
    expect(tracks).toEqual([{ h264: 'H264', h265: 'H265', mjpeg: 'M-JPEG' }[codec]]);
    const { ffmpegPath } = await findFfmpeg(process.env);
    const input = ['-v', 'fatal', '-rtsp_transport', 'tcp', '-i', server.url(codec)];
    const { stdout } = await runCommand(ffmpegPath, [...input, '-frames:v', '30', '-f', 'framemd5', '-']);
    const pictures = stdout.split('\n').filter((line) => /^\d/.test(line));
    expect(pictures).toHaveLength(30);
    expect(new Set(pictures.map((line) => line.split(',').at(-1))).size).toBeGreaterThan(5);
  });

  it('is told when another publishes there, and comes in when that has gone', async () => {
    const first = play(server.url('taken'), video);
    await first.untilState('publishing');
    const second = play(server.url('taken'), video);
    const { error } = await second.untilState('waiting');
    expect(error).toMatchObject({ code: 'PUBLISH_REFUSED' });
    expect(error?.message).toContain('another may be publishing');
    await first.publisher.stop();
    await second.untilState('publishing');
    expect(second.publisher.status()).toMatchObject({ reconnects: 0, error: null });
  });

  it('ends its path when it stops', async () => {
    const { publisher, untilState } = play(server.url('ended'), video);
    await untilState('publishing');
    await server.untilPath('ended');
    await publisher.stop();
    await server.untilGone('ended');
  });

  it.each(['basic', 'digest'] as const)('shows its credentials by %s', async (method) => {
    const guarded = await started({ credentials: CREDENTIALS, authMethods: [method] });
    const right = play(guarded.url('x'), video);
    await right.untilState('publishing');
    await guarded.untilPath('x');
    const wrong = play(guarded.url('y', { ...CREDENTIALS, password: `not-${SECRET}` }), video);
    const none = play(guarded.url('z', null), video);
    const errors = [(await wrong.untilState('waiting')).error, (await none.untilState('waiting')).error];
    expect(errors.map((error) => error?.code)).toEqual(['PUBLISH_DENIED', 'PUBLISH_DENIED']);
    expect(errors.map((error) => error?.message).join()).not.toContain(SECRET);
    expect(wrong.publisher.status().url).not.toContain(SECRET);
  });

  it('comes back by itself after the server was killed', async () => {
    const mortal = await started();
    const { publisher, told, untilState } = play(mortal.url('x'), video);
    await untilState('publishing');
    await mortal.untilPath('x', ({ bytesReceived }) => bytesReceived > 0);
    await mortal.kill();
    const { error } = await untilState('waiting');
    expect(error).toMatchObject({ code: 'PUBLISH_LOST' });
    const before = publisher.status();
    await mortal.start();
    await untilState('publishing', 2);
    await mortal.untilPath('x', ({ bytesReceived }) => bytesReceived > 0);
    const after = publisher.status();
    expect(after).toMatchObject({ state: 'publishing', error: null, reconnects: 1 });
    expect(after.framesSent).toBeGreaterThan(before.framesSent);
    expect(after.framesDropped).toBeGreaterThan(0);
    expect(told.filter(({ state }) => state === 'publishing')).toHaveLength(2);
  });

  it('leaves pictures out while the server reads nothing, in bounded memory, and recovers', async () => {
    const slow = await started();
    const large = {
      ...video,
      format: video.format,
      pictures: video.pictures.map((picture) => padded(picture, 400_000)),
    };
    const { publisher, untilState } = play(slow.url('x'), large);
    const other = play(server.url('beside'), video);
    await Promise.all([untilState('publishing'), other.untilState('publishing')]);
    await slow.untilPath('x', ({ bytesReceived }) => bytesReceived > 0);
    const before = process.memoryUsage.rss();
    process.kill(slow.pid, 'SIGSTOP');
    const dropped = publisher.status().framesDropped;
    await until(() => publisher.status().framesDropped > dropped + 50);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64e6);
    expect(other.publisher.status()).toMatchObject({ state: 'publishing' });
    process.kill(slow.pid, 'SIGCONT');
    const sent = publisher.status().framesSent;
    await until(() => publisher.status().framesSent > sent + 25);
    expect(publisher.status().state).toBe('publishing');
  });

  // Last, since MediaMTX lets its readers wait for ten seconds for the first report.
  it('loses no picture, and takes the capture time of each across', async () => {
    const { reader, captureTimes } = exact;
    await until(() => reader.rtcp.length > 0);
    const report = readSenderReport(reader.rtcp[0] as Buffer);
    const got = reader.rtp.filter((packet) => TAG.test(packet.toString('latin1')));
    expect(got.length).toBeGreaterThan(100);
    const first = Number(TAG.exec(got[0]?.toString('latin1') ?? '')?.[1]);
    got.forEach((packet, index) => {
      expect(TAG.exec(packet.toString('latin1'))?.[1]).toBe(`${first + index}`);
      // MediaMTX writes nanoseconds where the fraction of a second belongs.
      const wrongUs = (report.ntpFraction / 2 ** 32) * 1e6 - report.ntpFraction / 1e3;
      const captureTimeUs = report.captureTimeUs(packet.readUInt32BE(4)) - wrongUs;
      expect(Math.abs(captureTimeUs - (captureTimes[first + index] ?? 0))).toBeLessThan(1000);
    });
    const log = server.log.split('\n').filter((line) => line.includes('without absolute time'));
    // Of the one of JPEGs, the first packet.
    expect(log).toHaveLength(1);
  });

  function started(options: MediamtxOptions = {}): Promise<MediamtxServer> {
    return ofTest(startMediamtx(options));
  }
});

describe.skipIf(!requireGstRtspServer())("a publisher and GStreamer's RTSP server", () => {
  it.each([null, 'basic', 'digest'] as const)('has its pictures decoded (credentials: %s)', async (scheme) => {
    const credentials = { user: 'me', password: SECRET, scheme: scheme ?? 'basic' };
    const server = await ofTest(startGstRtspServer(scheme ? { credentials } : {}));
    const { untilState } = play(server.url('record'), await codedVideo({ gop: 5 }));
    await untilState('publishing');
    await server.recorded(30);
  });

  it('is refused where nobody may publish', async () => {
    const server = await ofTest(startGstRtspServer());
    const { untilState } = play(server.url('h264'), await codedVideo({ gop: 5 }));
    expect((await untilState('waiting')).error).toMatchObject({ code: 'PUBLISH_REFUSED' });
  });
});

describe.skipIf(!requireGortsplibServer() || !requireCertificates())('a publisher over TLS', () => {
  it('wants a certificate that is trusted, unless it is told not to', async () => {
    const certificate = await ofTest(Certificate.start());
    const server = await ofTest(startGortsplibServer({ certificate }));
    const video = await codedVideo({ gop: 5 });
    const checked = play(server.url('x'), video);
    expect((await checked.untilState('waiting')).error).toMatchObject({ code: 'UNTRUSTED_CERTIFICATE' });
    const unchecked = play(server.url('x'), video, { tlsCheck: false });
    await unchecked.untilState('publishing');
    await server.published('x');
    await until(() => unchecked.publisher.status().framesSent > 50);
    expect(unchecked.publisher.status().framesDropped).toBeLessThan(25);
  });
});

/** Publishes a video over and over. */
function play(url: string, video: CodedVideo, { tlsCheck = true } = {}) {
  const test = publisherOfTest({ url, tlsCheck });
  test.publisher.setFormat(video.format);
  const player = new PicturePlayer(video, (picture) => test.publisher.send(picture));
  void ofTest(Promise.resolve(player));
  return test;
}

async function jpegs(): Promise<CodedVideo> {
  return motionJpeg(await Promise.all(Array.from({ length: 25 }, (_, number) => numberedJpeg(number, 320, 240))), 25);
}

/** With filler data (unit type 12), which decoders pass over. */
function padded(picture: PacketizedPicture, lengthBytes: number): PacketizedPicture {
  const filler = Buffer.alloc(1400, 0xff);
  filler[0] = 12;
  const fillers = Array.from({ length: Math.ceil(lengthBytes / filler.length) }, () => filler);
  const payloads = [...fillers, ...picture.payloads];
  return { ...picture, payloads, lengthBytes: payloads.reduce((sum, { length }) => sum + length, 0) };
}

/** Publishes a video whose pictures say, in an SEI unit, which they are, and reads it back. */
async function playTagged(server: MediamtxServer, video: CodedVideo) {
  const captureTimes: number[] = [];
  const publisher = new RtspPublisher(
    { url: server.url('exact') },
    { clock: new SystemClock() },
    { onState: () => undefined },
  );
  publisher.setFormat(video.format);
  const player = new PicturePlayer(video, (picture) => {
    const tag = `picture ${captureTimes.length} ends.`;
    captureTimes.push(picture.captureTimeUs);
    const sei = Buffer.concat([Buffer.of(6, 5, tag.length), Buffer.from(tag)]);
    publisher.send({ ...picture, payloads: [sei, ...picture.payloads], lengthBytes: picture.lengthBytes + sei.length });
  });
  await server.untilPath('exact');
  const reader = await RtspReader.start(server.url('exact'));
  const stop = async () => {
    await Promise.all([player.stop(), reader.stop(), publisher.stop()]);
  };
  return { reader, captureTimes, stop };
}

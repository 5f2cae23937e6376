import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { SystemClock } from '../../shared/clock.js';
import type { BridgePlan } from '../../server/rtsp/bridge-plan.js';
import { RtspBridge } from '../../server/rtsp/rtsp-bridge.js';
import { noisyJpeg } from '../helpers/camera-of-test.js';
import { requireGortsplibServer, startGortsplibServer } from '../helpers/gortsplib-server.js';
import { LogOfTest } from '../helpers/log-of-test.js';
import { type MediamtxServer, requireMediamtx, startMediamtx } from '../helpers/mediamtx-server.js';
import { ofTest } from '../helpers/of-test.js';
import { PacketHashes } from '../helpers/packet-hashes.js';
import { publish } from '../helpers/publish.js';
import { RestServer } from '../helpers/rest-of-test.js';
import { RunningCamera } from '../helpers/running-camera.js';
import { h264 } from '../helpers/stream-sender.js';
import { until } from '../helpers/until.js';

const ME = { user: 'publisher', password: 'p@ss!1' };

/** A camera whose frames a bridge publishes at `url` until the end of the test. */
async function bridgedCamera(url: string, plan: Partial<BridgePlan> = {}, jpeg?: Buffer) {
  const camera = await ofTest(RunningCamera.start(jpeg));
  const log = new LogOfTest();
  const { ffmpegPath } = await findFfmpeg(process.env);
  const parts = { ffmpegPath, clock: new SystemClock(), logger: log.logger };
  const whole = { url, codec: 'auto', bitrateBps: 500_000, copied: null, ...plan } as const;
  const bridge = new RtspBridge(camera.stream, whole, parts);
  await ofTest(Promise.resolve(bridge));
  bridge.start();
  return { camera, bridge, log };
}

/** What the viewer of a camera got, without what was said beside the frames. */
const framesOf = ({ viewer }: RunningCamera) => viewer.log.filter((line) => !line.startsWith('credit'));

describe.skipIf(!requireMediamtx())('streams that are published to MediaMTX', () => {
  let mediamtx: MediamtxServer;
  beforeAll(async () => (mediamtx = await startMediamtx({ credentials: ME })));
  afterAll(() => mediamtx.stop());

  it('are encoded, come back as a source, and go on from there as they are', async () => {
    const flags = { rtspPublish: mediamtx.url('live'), rtspBitrate: '500k' };
    const sources = ['cam=test:testsrc?size=320x180&fps=15', `back=${mediamtx.url('live/cam')}`];
    const rest = await ofTest(RestServer.start(sources, flags));
    const [original, copy] = await Promise.all(
      ['cam', 'back'].map(async (name) => {
        expect((await mediamtx.untilPath(`live/${name}`)).tracks).toEqual(['H264']);
        return ofTest(PacketHashes.start(mediamtx.url(`live/${name}`)));
      }),
    );
    await until(() => copy!.inCommonWith(original!) >= 10);
    // Somebody who looks at its frames needs no second connection: one of the readers is that of the test.
    expect((await rest.get('/api/streams/back/frame?timeout=20')).status).toBe(200);
    expect((await mediamtx.paths()).get('live/cam')?.readers).toHaveLength(2);

    const [cam, back] = (await rest.get('/api/streams')).json.streams as { rtsp: Record<string, unknown> }[];
    expect(cam?.rtsp).toMatchObject({ state: 'publishing', codec: 'h264', mode: 'encode', encoder: 'libx264' });
    expect(back?.rtsp).toMatchObject({ state: 'publishing', codec: 'h264', mode: 'copy', encoder: null, error: null });
    expect(JSON.stringify([cam, back])).not.toMatch(/p@ss|p%40ss|publisher/);
    await rest.control.remove('back');
    await mediamtx.untilGone('live/back');
  });

  it('are copied from files without anybody decoding them', async () => {
    const rest = await ofTest(RestServer.start(['film=videos/sample.mp4'], { rtspPublish: mediamtx.url('') }));
    expect((await mediamtx.untilPath('film')).tracks).toEqual(['H264']);
    expect((await rest.get('/api/streams/film')).json).toMatchObject({
      state: 'idle',
      rtsp: { state: 'publishing', mode: 'copy', encoder: null },
    });
    await rest.control.change('film', { width: 160 });
    await until(async () => (await rest.get('/api/streams/film')).json.rtsp.encoder === 'libx264');
    await until(async () => (await rest.get('/api/streams/film')).json.rtsp.state === 'publishing');
    await rest.control.change('film', { rtsp: null });
    await mediamtx.untilGone('film');
    expect((await rest.get('/api/streams/film')).json.rtsp).toBeNull();
  });

  it('are Motion JPEG where that is asked for, picture for picture', async () => {
    const { camera, bridge } = await bridgedCamera(mediamtx.url('jpegs'), { codec: 'mjpeg' });
    expect((await mediamtx.untilPath('jpegs')).tracks).toEqual(['M-JPEG']);
    const pictures = await ofTest(PacketHashes.start(mediamtx.url('jpegs'), 'rawvideo'));
    await until(() => pictures.hashes.size > 0);
    expect([pictures.hashes.size, framesOf(camera)]).toEqual([1, camera.everyFrame]);
    expect(bridge.status()).toMatchObject({ state: 'publishing', codec: 'mjpeg', mode: 'mjpeg' });
  });

  it('are denied to who has other credentials, which is said once and without them', async () => {
    const url = mediamtx.url('denied', { ...ME, password: 'wr0ng' });
    const { bridge, log } = await bridgedCamera(url, { codec: 'mjpeg' });
    await until(() => bridge.status().error !== null);
    expect(bridge.status()).toMatchObject({ state: 'waiting', error: { code: 'PUBLISH_DENIED' } });
    expect(log.messages('warn')).toHaveLength(1);
    expect(JSON.stringify([log.lines, bridge.status()])).not.toContain('wr0ng');
  });

  const requiresCamera = it.skipIf(!requireGortsplibServer());
  requiresCamera('are bit for bit those of the camera, by one connection', async () => {
    const server = await ofTest(startGortsplibServer());
    await ofTest(publish(server, 'cam', { codec: h264(), size: '320x240', fps: 25 }));
    const rest = await ofTest(RestServer.start([`cam=${server.url('cam')}`], { rtspPublish: mediamtx.url('copied') }));
    await mediamtx.untilPath('copied/cam');
    expect((await rest.get('/api/streams/cam/frame?timeout=20')).status).toBe(200);
    await server.untilReaders('cam', ({ open, total }) => open === 1 && total === 1);
    const original = await ofTest(PacketHashes.start(server.url('cam')));
    const copy = await ofTest(PacketHashes.start(mediamtx.url('copied/cam')));
    await until(() => copy.inCommonWith(original) >= 10);
  });
});

describe.skipIf(!requireMediamtx())('a MediaMTX that does not work', () => {
  it('is published to again when it is back, and the viewers of the stream notice nothing', async () => {
    const mediamtx = await ofTest(startMediamtx());
    const { bridge, camera } = await bridgedCamera(mediamtx.url('cam'));
    await mediamtx.untilPath('cam');
    await mediamtx.kill();
    await until(() => bridge.status().error !== null);
    expect(bridge.status()).toMatchObject({
      state: 'waiting',
      error: { code: expect.stringMatching(/^PUBLISH_(LOST|UNREACHABLE)$/) },
    });
    await mediamtx.start();
    await mediamtx.untilPath('cam');
    await until(() => bridge.status().state === 'publishing');
    expect(bridge.status()).toMatchObject({ reconnects: 1, error: null, encoder: 'libx264' });
    expect(framesOf(camera)).toEqual(camera.everyFrame);
  });

  it('does not hold the stream up while it stands still', async () => {
    const mediamtx = await ofTest(startMediamtx());
    const { bridge, camera } = await bridgedCamera(
      mediamtx.url('cam'),
      { codec: 'mjpeg' },
      await noisyJpeg(1, 320, 240),
    );
    await mediamtx.untilPath('cam');
    process.kill(mediamtx.pid, 'SIGSTOP');
    const { framesSent } = bridge.status();
    await until(() => bridge.status().framesDropped > 20);
    process.kill(mediamtx.pid, 'SIGCONT');
    expect(framesOf(camera)).toEqual(camera.everyFrame);
    await until(() => bridge.status().state === 'publishing' && bridge.status().framesSent > framesSent + 5);
    await mediamtx.untilPath('cam');
  });
});

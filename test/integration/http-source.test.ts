import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpSource, play, START_TIME_US } from '../helpers/http-source-of-test.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { ofTest } from '../helpers/of-test.js';
import { SourceLog } from '../helpers/source-log.js';

const CREDENTIALS = { user: 'user', password: 'päss w:rd@%/"' };

describe.skipIf(!requireCamera())('an HTTP source at a camera', () => {
  let camera: MjpegCamera;
  beforeAll(async () => void (camera = await MjpegCamera.start()));
  afterAll(() => camera.stop());

  it.each([
    ['as most cameras send', 'mjpeg'],
    ['without lengths', 'mjpeg?length=no'],
    ['with lines that end in LF', 'mjpeg?newline=lf'],
    ['with LF and without lengths', 'mjpeg?newline=lf&length=no'],
    ['with a quoted boundary', 'mjpeg?declare=quoted'],
    ['with dashes in the declared boundary', 'mjpeg?declare=dashes'],
    ['without a declared boundary', 'mjpeg?declare=none'],
    ['without dashes before the boundary', 'mjpeg?delimiter=bare'],
    ['with a preamble', 'mjpeg?preamble=hello%0D%0A'],
    ['with lines among the headers that are none', 'mjpeg?junk=yes'],
    ['in chunks', 'mjpeg?chunked=yes'],
    ['with zeros behind every picture', 'mjpeg?pad=100'],
    ['in single small pieces', 'mjpeg?trickle=100000'],
  ])('passes a stream on byte for byte: %s', async (_, path) => {
    const log = play(httpSource(camera.url(path)));
    await log.untilFrames(10);
    const sent = [...camera.frames, ...camera.frames];
    expect(log.jpegs.slice(0, 10)).toEqual(sent.slice(0, 10));
    expect(log.frames.slice(0, 3).map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
    expect([log.connections, log.order.slice(0, 3)]).toEqual([1, ['info', 'frame', 'frame']]);
    expect(log.infos).toEqual([
      {
        ...{ width: 160, height: 120, fps: 0, timeSource: 'arrival', codec: 'mjpeg', startTimeUs: START_TIME_US },
        encoding: { mode: 'pass-through', reason: 'the source is JPEG and nothing else was asked for' },
      },
    ]);
  });

  it('stamps frames with their arrival, and says when they were complete', async () => {
    const log = play(httpSource(camera.url('mjpeg')), 41);
    await log.untilFrames(3);
    const [first, second] = log.frames;
    expect(first).toMatchObject({ kind: 'jpeg', sequence: 41, timeSource: 'arrival', clockErrorUs: 0 });
    expect(first?.decodedTimeUs).toBeGreaterThanOrEqual(first?.captureTimeUs ?? Infinity);
    expect(second?.captureTimeUs).toBeGreaterThan(first?.captureTimeUs ?? Infinity);
  });

  it("keeps the time of the camera's clock where it tells it", async () => {
    const startUs = Date.now() * 1000;
    const log = play(httpSource(camera.url('mjpeg?time=now')));
    await log.untilFrames(3);
    const endUs = Date.now() * 1000;
    for (const frame of log.frames) {
      expect(frame).toMatchObject({ timeSource: 'source' });
      expect(frame.clockErrorUs).toBeGreaterThanOrEqual(50_000);
      expect(frame.captureTimeUs).toBeGreaterThanOrEqual(startUs);
      expect(frame.captureTimeUs).toBeLessThanOrEqual(endUs + 1000);
    }
    expect(log.infos[0]?.timeSource).toBe('source');
    expect(log.warnings).toEqual([]);
  });

  it('does not believe a clock that is an hour off', async () => {
    const log = play(httpSource(camera.url('mjpeg?time=now&offset=-3600')));
    await log.untilFrames(3);
    expect(log.frames[0]).toMatchObject({ timeSource: 'arrival', clockErrorUs: 0 });
    expect(log.warnings.map(({ code }) => code)).toEqual(['STREAM_HEALTH']);
    expect(log.warnings[0]?.message).toContain('-3600.0 s');
  });

  it('takes over the leap of a clock that stays usable', async () => {
    const log = play(httpSource(camera.url('mjpeg?time=now&offset=-30&jump=20&jumpat=3')));
    await log.untilFrames(5);
    const times = log.frames.map(({ captureTimeUs }) => captureTimeUs);
    expect((times[3] ?? 0) - (times[2] ?? 0)).toBeGreaterThan(20_000_000);
    expect(log.warnings).toEqual([]);
  });

  it('tells a new size before the first frame that has it', async () => {
    const log = play(httpSource(camera.url('mjpeg?after=3&then=other')));
    await log.untilFrames(5);
    expect(log.order.slice(0, 7)).toEqual(['info', 'frame', 'frame', 'frame', 'info', 'frame', 'frame']);
    expect(log.infos.map(({ width, height }) => [width, height])).toEqual([
      [160, 120],
      [80, 60],
    ]);
  });

  it('leaves frames out above the rate that was asked for, and numbers the others without a gap', async () => {
    const log = play(httpSource(camera.url('mjpeg?fps=40'), { fps: 10 }));
    await log.untilFrames(6);
    expect(log.frames.map(({ sequence }) => sequence).slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5]);
    const spanUs = (log.frames[5]?.captureTimeUs ?? 0) - (log.frames[0]?.captureTimeUs ?? 0);
    expect(spanUs).toBeGreaterThan(350_000);
  });

  it('polls a single picture at the rate that was asked for', async () => {
    const log = play(httpSource(camera.url('snapshot.jpg'), { fps: 50 }));
    await log.untilFrames(4);
    expect(new Set(log.jpegs.map((jpeg) => camera.frames.findIndex((frame) => frame.equals(jpeg))))).not.toContain(-1);
    expect(log.infos[0]).toMatchObject({ width: 160, height: 120, fps: 50, codec: 'mjpeg' });
    await log.stop();
    await camera.untilRequests('snapshot.jpg', ({ open }) => open === 0);
  });

  it.each([['application/octet-stream'], [''], ['image/jpg'], ['text/plain']])(
    'finds a picture out that comes as "%s"',
    async (type) => {
      const log = play(httpSource(camera.url(`snapshot.jpg?type=${encodeURIComponent(type)}`), { fps: 50 }));
      await log.untilFrames(2);
      expect(camera.frames).toContainEqual(log.jpegs[0]);
    },
  );

  it("takes the time of a polled picture from the camera's clock", async () => {
    const timeS = Math.round(Date.now() / 1000) - 5;
    const log = play(httpSource(camera.url(`snapshot.jpg?time=${timeS}`), { fps: 50 }));
    await log.untilFrames(1);
    expect(log.frames[0]).toMatchObject({ timeSource: 'source', captureTimeUs: timeS * 1_000_000 });
  });

  it('follows redirects', async () => {
    const log = play(httpSource(camera.url('redirect?to=/redirect?to=/mjpeg')));
    await log.untilFrames(2);
    expect(log.jpegs[0]).toEqual(camera.frames[0]);
  });

  it('closes its connection before stop resolves', async () => {
    const log = new SourceLog(httpSource(camera.url('mjpeg')));
    await log.untilFrames(1);
    await log.stop();
    await camera.untilRequests('mjpeg', ({ open }) => open === 0);
  });

  it.each(['basic', 'digest', 'digest-sha256', 'digest-2069'] as const)(
    'shows its credentials by %s, only when it was asked for them, and only once',
    async (scheme) => {
      const guarded = await ofTest(MjpegCamera.start({ frames: 2, credentials: { ...CREDENTIALS, scheme } }));
      const source = httpSource(guarded.url('snapshot.jpg'), { fps: 50 });
      const log = play(source);
      await log.untilFrames(4);
      await log.stop();
      const again = play(source, 4);
      await again.untilFrames(2);
      expect(guarded.denied).toEqual({ anonymous: 1, wrong: 0 });
    },
  );

  it('takes a new nonce when the old one is stale', async () => {
    const credentials = { ...CREDENTIALS, scheme: 'digest' } as const;
    const guarded = await ofTest(MjpegCamera.start({ frames: 2, credentials }));
    const log = play(httpSource(guarded.url('snapshot.jpg'), { fps: 50 }));
    await log.untilFrames(2);
    guarded.renewNonce();
    await log.untilFrames(log.frames.length + 4);
    await guarded.untilDenied(({ wrong }) => wrong > 0);
    expect(guarded.denied).toEqual({ anonymous: 1, wrong: 1 });
  });
});

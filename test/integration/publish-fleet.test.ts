import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../server/publish/fleet.js';
import type { VideoLibrary } from '../../server/publish/video-library.js';
import { readTimecode } from '../../shared/timecode/timecode-reader.js';
import { requireMediamtx, startMediamtx } from '../helpers/mediamtx-server.js';
import type { MediamtxServer } from '../helpers/mediamtx-server.js';
import { decodePictures, PreparationOfTest, publishingFleet } from '../helpers/publishing-of-test.js';
import { until } from '../helpers/until.js';
import { readCount, VideoFixtures } from '../helpers/video-fixtures.js';

const FRAMES = 50;
const GOP = 25;
const SIZE = { width: 64, height: 48 };
const H264 = ['-c:v', 'libx264', '-bf', '0', '-g', `${GOP}`, '-pix_fmt', 'yuv420p'];

describe.skipIf(!requireMediamtx())('a fleet at MediaMTX', { timeout: 60_000, concurrent: true }, () => {
  let server: MediamtxServer;
  let fixtures: VideoFixtures;
  let preparation: PreparationOfTest;
  let library: VideoLibrary;
  let counted = '';
  let ffmpegPath = '';

  beforeAll(async () => {
    fixtures = await VideoFixtures.create();
    ({ ffmpegPath } = fixtures.binaries);
    preparation = await PreparationOfTest.create(fixtures.binaries);
    [server, counted] = await Promise.all([
      startMediamtx(),
      fixtures.counted('counted.mp4', { frames: FRAMES, fps: '25', output: H264 }),
    ]);
    library = await preparation.library({ video: [counted] });
    await library.prepareAll();
  }, 60_000);
  afterAll(async () => {
    await Promise.all([server.stop(), fixtures.remove(), preparation.remove()]);
  });

  /** The numbers that a reader of a path sees, one after the other. */
  async function countsAt(path: string, pictures: number): Promise<(number | undefined)[]> {
    const decoded = await decodePictures(ffmpegPath, server.url(path), { pictures, ...SIZE });
    return decoded.map((picture) => readCount(picture, SIZE.width, SIZE.height));
  }

  /** Sees to it that nothing is missing but what the publisher left out itself, because this machine was late. */
  function expectWhole(counts: readonly (number | undefined)[], fleet: Fleet, name: string): void {
    const jumps = counts.filter((count = NaN, n) => n > 0 && count !== ((counts[n - 1] ?? NaN) + 1) % FRAMES);
    expect(jumps.every((count = NaN) => count % GOP === 0)).toBe(true);
    const record = fleet.records().find(({ member }) => member.name === name);
    if (record?.framesSkipped === 0) expect(jumps).toEqual([]);
  }

  it('publishes 8 streams of one video, every picture of which arrives once, over the seam of the loop too', async () => {
    const { fleet, healthy } = publishingFleet(server.url('load'), library);
    fleet.start(8);
    await Promise.all(Array.from({ length: 8 }, (_, n) => server.untilPath(`load/stream-00${n + 1}`)));
    const pictures = 80;
    const names = ['stream-001', 'stream-008'];
    const seen = await Promise.all(names.map((name) => countsAt(`load/${name}`, pictures)));
    for (const [index, name] of names.entries()) {
      expect(seen[index]).toHaveLength(pictures);
      expectWhole(seen[index] ?? [], fleet, name);
    }
    await healthy(8);
    expect(fleet.list().every(({ connection }) => connection.framesDropped === 0)).toBe(true);
    await fleet.stop();
    await server.untilGone('load/stream-004');
  });

  it('connects one anew without any of the others noticing', async () => {
    const { fleet, healthy } = publishingFleet(server.url('again'), library);
    fleet.start(3);
    await healthy(3);
    const reading = countsAt('again/stream-002', 60);
    await server.untilPath('again/stream-002', ({ readers }) => readers.length === 1);
    await fleet.restart('stream-001');
    await until(() => fleet.get('stream-001')?.connection.reconnects === 1);
    expectWhole(await reading, fleet, 'stream-002');
    expect(fleet.list().map(({ connection }) => connection.reconnects)).toEqual([1, 0, 0]);
    await healthy(3);
    await fleet.remove('stream-003');
    await server.untilGone('again/stream-003');
    expect(fleet.list().map(({ name }) => name)).toEqual(['stream-001', 'stream-002']);
    await fleet.stop();
  });

  it('publishes again after the server was killed and came back', async () => {
    const own = await startMediamtx();
    const { fleet, healthy, log } = publishingFleet(own.url('load'), library);
    fleet.start(4);
    await healthy(4);
    await own.kill();
    await until(() => fleet.list().every(({ health }) => health === 'waiting'));
    await own.start();
    await healthy(4);
    expect(fleet.list().every(({ connection }) => connection.reconnects === 1)).toBe(true);
    expect(log.lines.some(({ code }) => code === 'PUBLISH_LOST')).toBe(true);
    const [record] = fleet.records();
    expect(record?.errors.map(({ code }) => code)).toContain('PUBLISH_LOST');
    await fleet.stop();
    await own.stop();
  });

  it('ends the newest at the server where a limit stays passed', async () => {
    const { fleet, healthy, machine } = publishingFleet(server.url('limit'), library);
    fleet.start(3);
    await healthy(3);
    machine.load = { cpuPercent: 99, memoryPercent: 10 };
    await until(() => fleet.list().length === 2);
    await server.untilGone('limit/stream-003');
    expect(fleet.resources().notice).toMatch(/CPU is at 99 %.*1 stream is ended/);
    await fleet.stop();
  });

  it('says what is wrong where the password is', async () => {
    const guarded = await startMediamtx({ credentials: { user: 'load', password: 'right-one' } });
    const { fleet } = publishingFleet(guarded.url('x', { user: 'load', password: 'wrong-one' }), library);
    fleet.start(1);
    await until(() => fleet.get('stream-001')?.health === 'waiting');
    const { error, url } = fleet.get('stream-001')?.connection ?? {};
    expect(error?.code).toBe('PUBLISH_DENIED');
    expect(`${error?.message}${url}`).not.toContain('wrong-one');
    await fleet.stop();
    await guarded.stop();
  });

  it('draws the time into pictures that are encoded as they are played, once for all streams', async () => {
    const live = await preparation.library({ video: ['test:testsrc?size=320x180&fps=25'], timeCode: true });
    const { fleet } = publishingFleet(server.url('timed'), live);
    fleet.start(2);
    await Promise.all(['timed/stream-001', 'timed/stream-002'].map((path) => server.untilPath(path)));
    const size = { width: 320, height: 180 };
    const decode = (path: string) => decodePictures(ffmpegPath, server.url(path), { pictures: 30, ...size });
    const both = await Promise.all([decode('timed/stream-001'), decode('timed/stream-002')]);
    const nowUs = preparation.clock.nowUs();
    const [first = [], second = []] = both.map((pictures) =>
      pictures.map((picture) => readTimecode(picture, size.width, size.height)),
    );
    for (const codes of [first, second]) {
      const times = codes.map((code) => code?.timeUs ?? NaN);
      expect(codes.every((code) => code?.kind === 'capture')).toBe(true);
      const places = times.map((time) => Math.round((time - (times[0] ?? NaN)) / 40_000));
      // Pictures that this machine was too late to encode are left out, and none comes twice or out of order.
      expect(places.every((place, n) => n === 0 || place > (places[n - 1] ?? NaN))).toBe(true);
      if (fleet.records().every(({ framesSkipped }) => framesSkipped === 0)) expect(places.at(-1)).toBe(29);
      expect(times.at(-1)).toBeLessThanOrEqual(nowUs);
    }
    await fleet.stop();
  });
});

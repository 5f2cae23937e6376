import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProbeClock } from '../../client/probe/probe-clock.js';
import { SystemClock } from '../../shared/clock.js';
import { DelayProxy } from '../helpers/delay-proxy.js';
import { type MediamtxServer, requireMediamtx, startMediamtx } from '../helpers/mediamtx-server.js';
import { ofTest } from '../helpers/of-test.js';
import type { MeasuredPath } from '../helpers/probe-of-test.js';
import { ProbeOfTest } from '../helpers/probe-of-test.js';
import { ServerProcess } from '../helpers/server-process.js';

const DELAY_US = 300_000;
const PICTURES = 25;
/** Timers of Node.js may fire up to a millisecond early by the microsecond clock. */
const TIMER_EARLY_US = 1000;
/** Two readers of one stream are not held up alike on a machine that does other things; one of them by this much less. */
const SCHEDULING_US = 150_000;

const SOURCE = 'cam=test:testsrc?size=480x270&fps=25';
const TIME_CODE = ['--processor', 'timecode'];

/** A proxy that holds what comes from `port` for `delayUs`, until the end of the test. */
const delayed = (port: number, delayUs: number) =>
  ofTest(DelayProxy.start(port, { toServerUs: 0, toClientUs: delayUs }));

/** The delay that was put in must be what the median of the one path has more than that of the other. */
function expectDelay([direct, late]: MeasuredPath[], delayUs: number): void {
  if (!direct || !late) throw new Error('there are not two paths');
  expect([direct.probe.latencySource, late.probe.latencySource]).toEqual(['time code', 'time code']);
  const errorUs = (direct.latencyUs.errorUs ?? NaN) + (late.latencyUs.errorUs ?? NaN);
  const addedUs = (late.latencyUs.p50 ?? NaN) - (direct.latencyUs.p50 ?? NaN);
  expect(addedUs).toBeGreaterThan(delayUs - errorUs - SCHEDULING_US);
  expect(addedUs).toBeLessThan(delayUs + errorUs + SCHEDULING_US);
  // No picture can have come before its time, however busy the machine is.
  expect(late.latencyUs.min).toBeGreaterThanOrEqual(delayUs - errorUs - TIMER_EARLY_US);
  expect(direct.latencyUs.min).toBeGreaterThanOrEqual(-errorUs);
}

/** The paths once each has stated so many capture times, too; those of our protocol wait for a clock that has settled. */
const stating = (probe: ProbeOfTest, names: readonly string[]) =>
  Promise.all(names.map((name) => probe.until(name, (path) => (path.probe.statedLatencyUs?.count ?? 0) >= PICTURES)));

describe('latency by the time code on our own paths', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start([SOURCE, ...TIME_CODE]);
  });
  afterAll(() => server.stop());

  it.each([0, DELAY_US])('has a delay of %i µs in it that was put in', async (delayUs) => {
    const proxy = await delayed(server.port, delayUs);
    const probe = new ProbeOfTest([`a=streamer://127.0.0.1:${server.port}`, `b=streamer://127.0.0.1:${proxy.port}`]);
    const paths = await stating(probe, ['a', 'b']);
    expectDelay(paths, delayUs);
    for (const { latencyUs, probe: figures, frames } of paths) {
      // Both tell of the same pictures, and the truth is in both.
      const stated = figures.statedLatencyUs;
      const errorUs = (stated?.errorUs ?? NaN) + (latencyUs.errorUs ?? NaN);
      expect(Math.abs((stated?.min ?? NaN) - (latencyUs.min ?? NaN))).toBeLessThanOrEqual(errorUs);
      expect(figures.timeCode).toMatchObject({ kind: 'capture', unread: 0 });
      expect(frames.corrupt).toBe(0);
    }
  });

  it('is the same by the clock of this machine and by that of the server', async () => {
    const url = `streamer://127.0.0.1:${server.port}`;
    const clock = await ProbeClock.open(url, null, new SystemClock());
    const [byServer] = await stating(new ProbeOfTest([`a=${url}`], clock), ['a']);
    const errorUs = byServer?.latencyUs.errorUs ?? NaN;
    const stated = byServer?.probe.statedLatencyUs;
    expect(errorUs).toBeGreaterThan(1);
    expect(Math.abs((stated?.min ?? NaN) - (byServer?.latencyUs.min ?? NaN))).toBeLessThanOrEqual(
      errorUs + (stated?.errorUs ?? NaN),
    );
  });

  it('is known over WebSocket and MJPEG as well, which state capture times themselves', async () => {
    const http = `127.0.0.1:${server.httpPort}`;
    const probe = new ProbeOfTest([`ws=ws://${http}/ws/cam`, `mjpeg=http://${http}/streams/cam.mjpg`]);
    const [ws, mjpeg] = await stating(probe, ['ws', 'mjpeg']);
    for (const path of [ws, mjpeg]) {
      expect(path?.probe).toMatchObject({ latencySource: 'time code', codec: 'mjpeg' });
      const { latencyUs, probe: figures } = path!;
      const stated = figures.statedLatencyUs;
      const errorUs = (stated?.errorUs ?? NaN) + (latencyUs.errorUs ?? NaN);
      expect(Math.abs((stated?.min ?? NaN) - (latencyUs.min ?? NaN))).toBeLessThanOrEqual(errorUs);
    }
  });
});

describe.skipIf(!requireMediamtx())('latency by the time code through MediaMTX', () => {
  let mediamtx: MediamtxServer;
  let server: ServerProcess;
  beforeAll(async () => {
    mediamtx = await startMediamtx({
      config: { hlsVariant: 'mpegts', hlsSegmentDuration: '1s', hlsAlwaysRemux: true },
    });
    server = await ServerProcess.start([SOURCE, ...TIME_CODE, '--rtsp-publish', mediamtx.url('').replace(/\/$/, '')]);
    await mediamtx.untilPath('cam');
  });
  afterAll(async () => {
    await server.stop();
    await mediamtx.stop();
  });

  it.each([0, DELAY_US])('has a delay of %i µs in it that was put in, over RTSP', async (delayUs) => {
    const proxy = await delayed(mediamtx.rtspPort, delayUs);
    const probe = new ProbeOfTest([`a=${mediamtx.url('cam')}`, `b=rtsp://127.0.0.1:${proxy.port}/cam`]);
    const paths = await probe.measured(['a', 'b'], PICTURES);
    expectDelay(paths, delayUs);
    for (const { probe: figures, frames, width, height } of paths) {
      expect(figures).toMatchObject({ codec: 'h264', timeCode: { kind: 'capture' } });
      expect(figures.timeCode.read).toBeGreaterThan(0.9 * frames.received);
      expect([width, height]).toEqual([480, 270]);
    }
  });

  it('is known over SRT, RTMP and HLS as well, each as late as it has to be', async () => {
    const urls = [mediamtx.srtUrl('cam'), mediamtx.rtmpUrl('cam'), mediamtx.hlsUrl('cam')];
    const probe = new ProbeOfTest(urls);
    const paths = await probe.measured(['srt', 'rtmp', 'hls'], PICTURES);
    const [srt, rtmp, hls] = paths;
    for (const path of paths) {
      expect(path.probe).toMatchObject({ codec: 'h264', latencySource: 'time code' });
      expect(path.probe.timeCode.read).toBeGreaterThan(0.9 * path.frames.received);
      expect(path.bytes).toBeGreaterThan(0);
    }
    // What SRT holds back, and the least that has to be there of a segment before it is in a playlist.
    expect(srt?.latencyUs.min).toBeGreaterThan(100_000);
    expect(hls?.latencyUs.min).toBeGreaterThan(500_000);
    expect(rtmp?.latencyUs.min).toBeGreaterThan(0);
    // What FFmpeg had before it began, and what we hold back ourselves, say nothing of the path.
    expect(srt?.probe.opening).toBeGreaterThan(0);
    expect(hls?.jitterUs).toEqual({ p50: null, p99: null });
  });

  it('goes on after MediaMTX was killed and started again', async () => {
    const probe = new ProbeOfTest([mediamtx.url('cam')]);
    await probe.measured(['rtsp'], 5);
    await mediamtx.kill();
    await probe.until('rtsp', ({ state }) => state === 'offline');
    await mediamtx.start();
    const { probe: figures, frames } = await probe.until('rtsp', ({ state }) => state === 'live');
    expect(figures.reconnects).toBe(1);
    expect(figures.outageUs).toBeGreaterThan(0);
    expect(frames.received).toBeGreaterThan(5);
  });
});

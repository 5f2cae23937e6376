import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../../../../shared/histogram.js';
import { encodeSkipped } from '../../../../../shared/protocol/codec.js';
import { benchSchema } from '../../../../../shared/protocol/bench-schema.js';
import { DeviceOfTest } from '../../../../helpers/device-of-test.js';
import { streamInfo } from '../../../../helpers/observed-frame.js';

const SECOND_US = 1_000_000;
const joining = { kind: 'join', name: 'phone', platform: 'browser', key: '0123456789abcdef' };

describe('a page that joins', () => {
  it('says so once it is welcome, and waits under the name that it is given', () => {
    const page = new DeviceOfTest();
    expect(page.status).toMatchObject({ connection: 'connecting', phase: 'waiting', name: null, figures: null });
    page.welcome();
    expect(page.takeSaid()).toEqual([joining]);
    expect(page.status.connection).toBe('connecting');
    page.say({ kind: 'joined', deviceId: 1, name: 'phone (2)' });
    expect(page.status).toMatchObject({
      connection: 'connected',
      phase: 'waiting',
      name: 'phone (2)',
      stream: 'sample',
    });
  });

  it('says nothing of benchmarks to a server that knows none', () => {
    const page = new DeviceOfTest().welcome(streamInfo(), ['other']);
    expect(page.takeSaid()).toEqual([]);
    expect(page.status).toMatchObject({ connection: 'closed', reason: { code: 'BENCH_UNKNOWN' } });
  });

  it('ends when it is refused, and says why', () => {
    const page = new DeviceOfTest().welcome();
    page.say({ kind: 'refused', code: 'BENCH_FULL', message: 'There are 256 devices.' });
    const reason = { code: 'BENCH_FULL', message: 'There are 256 devices.' };
    expect(page.status).toMatchObject({ connection: 'closed', reason });
    expect(page.fake.clock.pending).toBe(0);
  });

  it('leaves in good order, and leaves nothing behind', () => {
    const page = new DeviceOfTest().join();
    page.announceRun();
    page.takeSaid();
    page.device.leave();
    page.device.leave();
    expect(page.takeSaid()).toEqual([{ kind: 'leave' }]);
    expect(page.status).toMatchObject({ connection: 'closed', reason: null });
    expect(page.fake.clock.pending).toBe(0);
    expect(page.fake.wakers.size).toBe(0);
  });

  it('connects anew for the stream of a benchmark, as the same device', () => {
    const page = new DeviceOfTest().join();
    page.say({ kind: 'announced', benchId: 7, stream: 'door' });
    expect(page.status.connection).toBe('reconnecting');
    page.fake.clock.advance(SECOND_US);
    expect(page.fake.sockets).toHaveLength(2);
    page.socket.open();
    const [hello] = page.socket.take();
    expect(hello).toMatchObject({ body: { subscriptions: [{ stream: 'door', policy: 'latest' }] } });
    page.join(streamInfo({ name: 'door' }));
    expect(page.takeSaid()).toEqual([joining]);
    expect(page.status).toMatchObject({ connection: 'connected', stream: 'door' });
    page.announceRun(SECOND_US, SECOND_US, 'door');
    expect(page.status.phase).toBe('starting');
  });

  it('receives nothing before a benchmark and after it, if not asked to', () => {
    const page = new DeviceOfTest({ stream: undefined });
    page.socket.open();
    expect(page.socket.take()[0]).toMatchObject({ body: { subscriptions: [] } });
    page.join(null);
    expect(page.status).toMatchObject({ connection: 'connected', stream: null });
    page.say({ kind: 'announced', benchId: 7, stream: 'sample' });
    page.fake.clock.advance(SECOND_US);
    page.join();
    page.announceRun();
    page.say({ kind: 'over', benchId: 7, reason: 'The coordinator left.' });
    page.fake.clock.advance(SECOND_US);
    expect(page.fake.sockets).toHaveLength(3);
    page.socket.open();
    expect(page.socket.take()[0]).toMatchObject({ body: { subscriptions: [] } });
    page.join(null);
    const expected = { connection: 'connected', phase: 'waiting', name: 'phone', stream: null };
    expect(page.status).toMatchObject({ ...expected, reason: { code: 'BENCH_OVER' } });
  });

  it('does not connect ever faster to a server that names another stream each time', () => {
    const page = new DeviceOfTest().join();
    for (let n = 0; n < 8; n += 1) {
      const sockets = page.fake.sockets.length;
      page.say({ kind: 'announced', benchId: 7, stream: `door-${n}` });
      while (page.fake.sockets.length === sockets) page.fake.clock.advance(1000);
      page.join();
    }
    expect(page.fake.clock.nowUs() - 1_700_000_000_000_000).toBeGreaterThan(30 * SECOND_US);
  });
});

describe('a page that measures', () => {
  it('counts the frames of the window and no others, and tells their latencies within the error', async () => {
    const page = new DeviceOfTest().join();
    page.pass(SECOND_US);
    const { startTimeUs, stopTimeUs } = page.announceRun();
    expect(page.status.startsInUs).toBeCloseTo(SECOND_US, -4);
    page.pass(SECOND_US / 2);
    expect([page.status.phase, page.takeSaid().length]).toEqual(['starting', 1]);
    page.pass(2 * SECOND_US);
    expect(page.status.phase).toBe('running');
    expect(page.status.endsInUs).toBeCloseTo(SECOND_US / 2, -4);
    page.pass(SECOND_US);
    const result = await page.result();
    expect(benchSchema.parse({ ...result })).toEqual(result);
    expect(result).toMatchObject({
      ...{ benchId: 7, fromTimeUs: startTimeUs, toTimeUs: stopTimeUs, received: 50, lost: 0, skipped: 0, corrupt: 0 },
      ...{ bytes: 50 * 59, reconnects: 0, outageMs: 0, latencyNegative: null, about: 'Chrome on Android' },
      timeline: { bucketMs: 1000, frames: [25, 25] },
    });
    const latency = LatencyHistogram.decode(result.latency, result.latencyNegative);
    expect(latency.count).toBe(50);
    for (const q of [0, 0.5, 1]) {
      expect(Math.abs(latency.quantile(q)! - 10_000)).toBeLessThanOrEqual(result.clock.errorUs! + 10);
    }
    // The error of the capture times is in it, too.
    expect(result.clock.errorUs).toBeGreaterThan(7);
    expect(result.clock.errorUs).toBeLessThan(1000);
    expect(result.clock.rttMinUs).toBe(0);
    expect(result.ownDelayP99Us).toBe(0);
    const age = LatencyHistogram.decode(result.age!, result.ageNegative);
    expect(age.count).toBe(50);
    expect(page.status.phase).toBe('done');
    expect(page.status.figures).toMatchObject({ received: 50, lost: 0, hiddenUs: 0 });
  });

  it('tells how it is doing once a second, and only while the window lasts', () => {
    const page = new DeviceOfTest().join();
    page.takeSaid();
    page.announceRun(2.5 * SECOND_US, 3 * SECOND_US);
    page.pass(8 * SECOND_US);
    const said = page.takeSaid();
    expect(said.map(({ kind }) => kind)).toEqual(['progress', 'progress', 'progress']);
    expect(said[1]).toMatchObject({
      benchId: 7,
      frames: 37,
      latencyP50Us: expect.closeTo(10_000, -3),
    });
  });

  it('counts what is missing where it is missing, also across the bounds of the window', async () => {
    const page = new DeviceOfTest().join();
    page.pass(SECOND_US);
    // Frames 40 to 60 are missing, and the window begins in the middle; of 76 to 79 the server says that it skips two.
    page.isDropped = (sequence) => (sequence >= 40 && sequence < 60) || (sequence >= 76 && sequence < 80);
    page.announceRun(SECOND_US, SECOND_US);
    page.pass(SECOND_US * 1.2 + 850_000);
    page.socket.say(encodeSkipped(1, 76, 77));
    page.pass(SECOND_US);
    const result = await page.result();
    expect(result.received + result.lost + result.skipped).toBe(25);
    expect(result.lost).toBe(10);
    expect(result).toMatchObject({ received: 15, skipped: 0 });
  });

  it('counts what is missing at the end of the window', async () => {
    const page = new DeviceOfTest().join();
    page.pass(SECOND_US);
    page.isDropped = (sequence) => sequence >= 70 && sequence < 80;
    page.announceRun(SECOND_US, SECOND_US);
    page.pass(SECOND_US * 1.8);
    page.socket.say(encodeSkipped(1, 70, 79));
    page.pass(SECOND_US);
    const result = await page.result();
    expect([result.received, result.lost, result.skipped]).toEqual([20, 0, 5]);
    // Nothing is late by as much as a stall makes the picture old.
    expect(LatencyHistogram.decode(result.age!).max).toBeGreaterThan(190_000);
    expect(LatencyHistogram.decode(result.latency).max).toBeLessThan(12_000);
  });

  it('counts pictures that are cut', async () => {
    const page = new DeviceOfTest().join();
    page.jpegOf = (sequence) => (sequence % 2 ? Buffer.from('ffd8', 'hex') : Buffer.from('ffd8ffd9', 'hex'));
    page.announceRun(SECOND_US, SECOND_US);
    page.pass(3 * SECOND_US);
    expect(await page.result()).toMatchObject({ received: 25, corrupt: 13 });
  });

  it('says since when it measures where it came late', async () => {
    const page = new DeviceOfTest().join();
    page.pass(SECOND_US);
    const { startTimeUs, stopTimeUs } = page.announceRun(-SECOND_US, 2 * SECOND_US);
    page.pass(2 * SECOND_US);
    const { fromTimeUs, toTimeUs, received } = await page.result();
    expect(toTimeUs).toBe(stopTimeUs);
    expect(fromTimeUs - startTimeUs).toBeGreaterThanOrEqual(SECOND_US - 10_000);
    expect(fromTimeUs - startTimeUs).toBeLessThanOrEqual(SECOND_US + 40_000);
    expect(received).toBe(25);
  });

  it('measures nothing, and says so, where no frame comes', async () => {
    const page = new DeviceOfTest().join();
    page.pass(SECOND_US, { areFramesComing: false });
    const { startTimeUs } = page.announceRun(SECOND_US, SECOND_US);
    page.pass(6 * SECOND_US, { areFramesComing: false });
    const result = await page.result();
    expect(result).toMatchObject({ fromTimeUs: startTimeUs, received: 0, lost: 0, age: null });
    expect(LatencyHistogram.decode(result.latency).count).toBe(0);
  });

  it('goes on after an outage, which counts as lost frames and as age', async () => {
    const page = new DeviceOfTest().join();
    page.pass(SECOND_US);
    const { startTimeUs } = page.announceRun(SECOND_US, 4 * SECOND_US);
    page.pass(2 * SECOND_US);
    page.socket.drop();
    expect(page.status).toMatchObject({ connection: 'reconnecting', reason: { code: 'CONNECTION_LOST' } });
    page.pass(SECOND_US, { areFramesComing: false });
    page.join();
    page.say({ kind: 'run', benchId: 7, stream: 'sample', startTimeUs, stopTimeUs: startTimeUs + 4 * SECOND_US });
    page.pass(3 * SECOND_US);
    const result = await page.result();
    expect(result).toMatchObject({ fromTimeUs: startTimeUs, reconnects: 1, received: 75, lost: 25 });
    expect(result.outageMs).toBeGreaterThanOrEqual(990);
    expect(result.outageMs).toBeLessThanOrEqual(1010);
    expect(LatencyHistogram.decode(result.age!).max).toBeGreaterThan(0.9 * SECOND_US);
    expect(page.status.figures?.reconnects).toBe(1);
  });

  it('tells its result after an outage that lasted beyond the window', async () => {
    const page = new DeviceOfTest().join();
    page.announceRun(SECOND_US, SECOND_US);
    page.pass(1.5 * SECOND_US);
    page.socket.drop();
    page.pass(4.5 * SECOND_US, { areFramesComing: false });
    while (page.status.phase !== 'done') await new Promise((resolve) => setImmediate(resolve));
    expect(page.takeSaid().filter(({ kind }) => kind === 'result')).toEqual([]);
    page.join();
    const { outageMs, reconnects, received } = await page.result();
    expect([reconnects, received]).toEqual([1, expect.closeTo(12, -1)]);
    expect(outageMs).toBeGreaterThan(480);
    expect(outageMs).toBeLessThan(520);
  });

  it('ends where the coordinator stops the window early', async () => {
    const page = new DeviceOfTest().join();
    const run = page.announceRun(SECOND_US, 60 * SECOND_US);
    page.pass(2 * SECOND_US);
    page.say({ ...run, stopTimeUs: run.startTimeUs + SECOND_US });
    page.pass(SECOND_US);
    const result = await page.result();
    expect(result).toMatchObject({ toTimeUs: run.startTimeUs + SECOND_US, received: 25, timeline: { frames: [25] } });
  });

  it('forgets a benchmark that is called off, and takes part in the next', async () => {
    const page = new DeviceOfTest().join();
    page.announceRun(SECOND_US, 60 * SECOND_US);
    page.pass(2 * SECOND_US);
    page.say({ kind: 'over', benchId: 7, reason: 'The coordinator left.' });
    const reason = { code: 'BENCH_OVER', message: 'The coordinator left.' };
    expect(page.status).toMatchObject({ phase: 'waiting', reason, figures: null });
    page.pass(SECOND_US);
    page.takeSaid();
    const startTimeUs = page.serverTimeUs + SECOND_US;
    page.say({ kind: 'run', benchId: 8, stream: 'sample', startTimeUs, stopTimeUs: startTimeUs + SECOND_US });
    expect(page.status).toMatchObject({ phase: 'starting', reason: null });
    page.pass(3 * SECOND_US);
    expect(await page.result()).toMatchObject({ benchId: 8, received: 25 });
  });

  it('says for how long the page was hidden', async () => {
    const page = new DeviceOfTest().join();
    page.announceRun(SECOND_US, 3 * SECOND_US);
    page.hide(true);
    page.pass(2.5 * SECOND_US);
    expect(page.status.figures?.hiddenUs).toBeCloseTo(1.5 * SECOND_US, -4);
    page.hide(false);
    page.pass(3 * SECOND_US);
    expect((await page.result()).about).toMatch(/^Chrome on Android, hidden for [12] s$/);
  });
});

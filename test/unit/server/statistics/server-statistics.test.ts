import { beforeEach, describe, expect, it } from 'vitest';
import type { HubStream } from '../../../../server/hub/stream.js';
import { envelopeOf, plainHistogram, zigZag } from '../../../helpers/encoded-histogram.js';
import { MeasuredServer, streamReport } from '../../../helpers/measured-server.js';

const NO_REPORTS = { read: 0, unread: 0, bad: 0 };

describe('ServerStatistics', () => {
  let server: MeasuredServer;
  let cam: HubStream;
  beforeEach(() => {
    server = new MeasuredServer();
    cam = server.addStream('cam');
  });

  it('knows the streams of the hub and the clients that are connected, no others', () => {
    const { statistics } = server;
    server.connect('a');
    expect(statistics.stream('cam')).toMatchObject({ fps: null, latency: null, stages: [] });
    expect(statistics.client('a')).toEqual({ clockErrorUs: null, latency: null, lostFrames: 0 });
    expect([statistics.stream('door'), statistics.client('b')]).toEqual([null, null]);
  });

  it('measures streams that were there before it as well as those that come later', () => {
    const door = server.addStream('door');
    for (let n = 0; n <= 10; n += 1) {
      server.clock.advance(100_000);
      server.publish(cam, 100);
      server.publish(door, 200);
    }
    expect(server.statistics.stream('cam')).toMatchObject({ lastSequence: 10, fps: 10, bytesPerSecond: 1000 });
    expect(server.statistics.stream('door')).toMatchObject({ lastSequence: 10, fps: 10, bytesPerSecond: 2000 });
    expect(server.statistics.streams().map(({ stream }) => stream.name)).toEqual(['cam', 'door']);
  });

  it('takes in what clients report of the streams they watch', () => {
    const [a, b] = [server.connect('a'), server.connect('b')];
    a.watch('cam', { sent: 10 });
    b.watch('cam', { sent: 10 });
    server.report(a, [streamReport(cam, [1000, 1100])], 120.5);
    server.report(b, [streamReport(cam, [1200, 1300], { lost: 2 })], 80);
    expect(server.statistics.stream('cam')?.latency).toEqual({
      ...{ p50Us: 1100, p90Us: 1300, p99Us: 1300, maxUs: 1300, errorUs: 121, count: 4, clients: 2 },
    });
    expect(server.statistics.client('b')).toEqual({
      clockErrorUs: 80,
      latency: { p50Us: 1200, p90Us: 1300, p99Us: 1300, maxUs: 1300, errorUs: 80, count: 2 },
      lostFrames: 2,
    });
    expect(server.statistics.streams()[0]?.lostFrames).toBe(2);
    expect(server.statistics.reports).toEqual({ ...NO_REPORTS, read: 2 });
  });

  it('counts the error of the capture times with that of the clock', () => {
    const client = server.connect('a');
    client.watch('cam', { sent: 10 });
    cam.publish({ ...frameOf(server), clockErrorUs: 1000 });
    server.report(client, [streamReport(cam, [5000])], 100);
    expect(server.statistics.stream('cam')?.latency?.errorUs).toBe(1100);
    expect(server.statistics.client('a')).toMatchObject({ clockErrorUs: 100, latency: { errorUs: 1100 } });
  });

  it('knows no error where the client told none', () => {
    const client = server.connect('a');
    client.watch('cam', { sent: 10 });
    server.report(client, [streamReport(cam, [5000])], null);
    expect(server.statistics.stream('cam')?.latency?.errorUs).toBeNull();
  });

  it.each([
    ['what is no histogram', 'HISTFAAA'],
    ['a skip that takes hours', envelopeOf(plainHistogram(zigZag(-(2 ** 48))))],
    ['a deflate bomb', envelopeOf(Buffer.alloc(2 ** 20))],
    ['more frames than it can have been sent', envelopeOf(plainHistogram(zigZag(267)))],
    ['billions of frames', envelopeOf(plainHistogram(zigZag(2 ** 32 - 1)))],
  ])('ignores and counts %s', (_name, latency) => {
    const client = server.connect('a');
    client.watch('cam', { sent: 10 });
    server.report(client, [streamReport(cam, null, { latency })]);
    expect(server.statistics.reports).toEqual({ ...NO_REPORTS, bad: 1 });
    expect(server.statistics.stream('cam')?.latency).toBeNull();
    expect(server.statistics.client('a')?.latency).toBeNull();
  });

  it('lets nobody report on the same frames twice', () => {
    const client = server.connect('a');
    client.watch('cam', { sent: 300 });
    const latencies = new Array<number>(400).fill(1000);
    for (let n = 0; n < 2; n += 1) server.report(client, [streamReport(cam, latencies)]);
    expect(server.statistics.reports).toEqual({ ...NO_REPORTS, read: 1, bad: 1 });
    expect(server.statistics.stream('cam')?.latency?.count).toBe(400);
  });

  it('ignores what a client says of streams that it does not watch, or that do not exist', () => {
    const client = server.connect('a');
    const door = server.addStream('door');
    client.watch('cam', { sent: 3 });
    const elsewhere = streamReport(door, [1], { lost: 1 });
    server.report(client, [elsewhere, { ...elsewhere, streamId: 99 }]);
    expect(server.statistics.reports).toEqual({ ...NO_REPORTS, bad: 2 });
    expect(server.statistics.client('a')?.lostFrames).toBe(0);
    expect(server.statistics.streams().map(({ lostFrames }) => lostFrames)).toEqual([0, 0]);
  });

  it('reads 2,000 reports a second and counts the rest as unread, of each client its share', () => {
    const clients = Array.from({ length: 3000 }, (_, n) => server.connect(`${n}`));
    for (const client of clients) client.watch('cam', { sent: 10 });
    for (let second = 0; second < 2; second += 1) {
      for (const client of clients) server.report(client, [streamReport(cam, [1000])]);
      server.clock.advance(1_000_000);
    }
    server.clock.advance(1_000_000);
    // The first 100 of the second round were read with what was left of the first.
    const { read, unread, bad } = server.statistics.reports;
    expect({ read, unread, bad }).toEqual({ read: 5100, unread: 900, bad: 0 });
    expect(clients.every(({ id }) => server.statistics.client(id)?.latency?.count === 1)).toBe(true);
  });

  it('forgets a stream that is removed, and measures anew under its name', () => {
    const client = server.connect('a');
    client.watch('cam', { sent: 10, sentBytes: 500 });
    server.publish(cam);
    server.report(client, [streamReport(cam, [1000])]);
    server.removeStream(cam);
    client.unwatch('cam');
    expect(server.statistics.stream('cam')).toBeNull();
    server.publish(cam);
    const again = server.addStream('cam');
    expect(server.statistics.stream('cam')).toMatchObject({ lastSequence: null, latency: null });
    client.watch('cam', { sent: 1, sentBytes: 50 });
    server.report(client, [streamReport(again, [7])]);
    expect(server.statistics.stream('cam')?.latency?.maxUs).toBe(7);
    expect(server.statistics.sent().get('cam')?.get('tcp')).toMatchObject({ frames: 1, bytes: 50 });
  });

  it('keeps what was sent to a client that left, while the stream is there', () => {
    const client = server.connect('a', 'mjpeg');
    client.watch('cam', { sent: 10, sentBytes: 500 });
    server.clients.remove(client);
    expect(server.statistics.client('a')).toBeNull();
    const sent = { clients: 0, frames: 10, bytes: 500, lagging: 0, thinned: 0 };
    expect(server.statistics.sent()).toEqual(new Map([['cam', new Map([['mjpeg', sent]])]]));
    server.removeStream(cam);
    expect(server.statistics.sent()).toEqual(new Map());
  });

  it('counts nothing for a stream that went before its client did', () => {
    const client = server.connect('a');
    client.watch('cam', { sent: 10 });
    server.removeStream(cam);
    server.clients.remove(client);
    expect(server.statistics.sent()).toEqual(new Map());
  });

  it('tells how late the event loop is', () => {
    server.delays.intervalsMs = [21, 22, 26, 120];
    expect(server.statistics.eventLoopDelay()).toEqual({ p50Us: 2000, p99Us: 6000, maxUs: 100_000 });
    expect(server.statistics.eventLoopDelayP99Us()).toBe(6000);
  });

  it('takes no notice of anything once it is closed', () => {
    const client = server.connect('a');
    client.watch('cam', { sent: 10 });
    server.report(client, [streamReport(cam, [1000])]);
    server.statistics.close();
    expect(server.clock.pending).toBe(0);
    expect(server.delays.isEnabled).toBe(false);
    server.report(client, [streamReport(cam, [1000])]);
    server.publish(cam);
    server.addStream('door');
    expect(server.statistics.reports.read).toBe(1);
    expect(server.statistics.stream('cam')?.lastSequence).toBeNull();
    expect(server.statistics.stream('door')).toBeNull();
  });
});

/** A frame that is captured now. */
function frameOf({ clock }: MeasuredServer) {
  const nowUs = clock.nowUs();
  const stages = { decodedTimeUs: nowUs, processedTimeUs: nowUs, encodeStartTimeUs: nowUs, encodedTimeUs: nowUs };
  const size = { width: 4, height: 2, jpeg: Buffer.alloc(4) };
  return { sequence: 0, captureTimeUs: nowUs, timeSource: 'source', clockErrorUs: 0, ...stages, ...size } as const;
}

import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MjpegViewer } from '../helpers/mjpeg-viewer.js';
import { PictureServer } from '../helpers/picture-server.js';
import { until } from '../helpers/until.js';

/** 35 KB at 30 frames a second: a stream of 1.05 MB/s. */
const JPEG_BYTES = 35_000;
const PART_BYTES = 50;
const FRAMES = 300;
/** Own frame times that a viewer may be behind, and frames of the stream that come while one at half its rate gets one. */
const MAX_OWN_AGE = 5;
const FRAMES_PER_OWN = 2;

/**
 * A frame is published when the good viewer has the one before and the slow one has read its share of the time between
 * two, so slow means slow by the stream's own time. The kernel's queues are looked at by the real clock, so publishing
 * waits until a look has come, as it would when frames come in real time.
 */
describe.runIf(existsSync('/proc/net/tcp'))('slow MJPEG viewers', () => {
  let server: PictureServer;
  let viewers: MjpegViewer[];
  beforeEach(async () => {
    server = await PictureServer.start({ jpegBytes: JPEG_BYTES });
    viewers = [];
  });
  afterEach(async () => {
    await Promise.all(viewers.map((viewer) => viewer.destroy()));
    await server.stop();
  });

  it('cost the good ones nothing, get no old frames and no memory', { timeout: 60_000 }, async () => {
    const { stream } = server;
    const seen = { newest: -1, good: -1, goodFrames: 0, halfFrames: 0, last: -1, greatestAge: 0 };
    await add({ allowanceBytes: 1, readBytes: 1024 });
    await add({
      onPart: ({ sequence }) => {
        seen.good = sequence;
        seen.goodFrames += 1;
      },
    });
    const half = await add({
      allowanceBytes: 4096,
      readBytes: 4096,
      onPart: ({ sequence }) => {
        expect(sequence).toBeGreaterThan(seen.last);
        seen.last = sequence;
        seen.halfFrames += 1;
        seen.greatestAge = Math.max(seen.greatestAge, seen.newest - sequence);
      },
    });
    const [stoppedAt, , halfAt] = stream.subscribers;

    for (let frame = 0; frame < FRAMES; frame += 1) {
      const intervalEnd = new Promise((resolve) => setTimeout(resolve, stream.intervalUs / 1000));
      seen.newest = stream.publish();
      for (const subscriber of stream.subscribers) expect(subscriber.waitingFrames).toBeLessThanOrEqual(1);
      expect(server.greatestBacklogBytes).toBeLessThanOrEqual(JPEG_BYTES + 4 * PART_BYTES);
      half.allow((JPEG_BYTES + PART_BYTES) / FRAMES_PER_OWN);
      await Promise.all([until(() => seen.good === seen.newest), intervalEnd]);
    }

    expect(seen.goodFrames).toBe(FRAMES);
    // What the peer's kernel takes, and a frame or two in ours.
    expect(stoppedAt?.counters.sent).toBeLessThan(30);
    expect(halfAt?.counters.lags).toBeGreaterThan(0);
    expect(seen.greatestAge).toBeLessThan(MAX_OWN_AGE * FRAMES_PER_OWN);
    // Its pace is its own doing: it is not starved, as far as it has frames to read.
    expect(seen.halfFrames).toBeGreaterThan(FRAMES / 4);
  });

  it('get the newest picture when they read again', { timeout: 60_000 }, async () => {
    const { stream } = server;
    const viewer = await add({ allowanceBytes: 1, readBytes: 4096 });
    const [subscriber] = stream.subscribers;
    while (subscriber!.counters.replaced < 100) {
      stream.publish();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const newest = stream.publish();
    viewer.allow(Infinity);
    await viewer.until(() => viewer.sequences.at(-1) === newest);
    expect(viewer.parts.length).toBeLessThan(30);
    expect(viewer.sequences).toEqual([...viewer.sequences].sort((a, b) => a - b));
  });

  async function add(options: Parameters<typeof MjpegViewer.ask>[1]): Promise<MjpegViewer> {
    const { subscribers } = server.stream;
    const count = subscribers.length;
    const viewer = await MjpegViewer.ask(server.port, options);
    viewers.push(viewer);
    await until(() => subscribers.length > count);
    return viewer;
  }
});

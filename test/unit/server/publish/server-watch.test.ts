import { describe, expect, it } from 'vitest';
import { pathPrefix, ServerWatch } from '../../../../server/publish/server-watch.js';
import { nextStreamName, streamUrl } from '../../../../server/publish/stream-address.js';
import type { MediamtxPath } from '../../../../server/rtsp/mediamtx-api.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

function path(name: string): MediamtxPath {
  return { name, isReady: true, tracks: ['H264'], readers: 2, bytesReceived: 7 };
}

describe('ServerWatch', () => {
  it('asks again and again for the paths of the fleet, and less often where nobody answers', async () => {
    const clock = new FakeClock();
    let answer: Map<string, MediamtxPath> | null = new Map(
      [path('load/a'), path('x')].map((each) => [each.name, each]),
    );
    let asked = 0;
    const api = { paths: () => Promise.resolve((asked += 1) > 0 ? answer : null), readingUs: 0 };
    const watch = new ServerWatch(api, 'load/', clock);
    expect(watch.paths).toBeNull();
    await watch.start();
    expect([...(watch.paths ?? [])]).toEqual([['a', { isReady: true, readers: 2, bytesReceived: 7 }]]);
    answer = null;
    clock.advance(2_000_000);
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
    expect(asked).toBe(2);
    expect(watch.paths).toBeNull();
    clock.advance(10_000_000);
    expect(asked).toBe(2);
    clock.advance(10_000_000);
    expect(asked).toBe(3);
    watch.stop();
    await Promise.resolve();
    clock.advance(100_000_000);
    expect(asked).toBe(3);
    expect(clock.pending).toBe(0);
  });
});

describe('a server whose answers take long to read in', () => {
  it('is asked less often', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const api = { paths: () => Promise.resolve((asked += 1) > 0 ? new Map() : null), readingUs: 200_001 };
    const watch = new ServerWatch(api, '', clock);
    await watch.start();
    clock.advance(14_000_000);
    expect(asked).toBe(1);
    clock.advance(1_000_000);
    expect(asked).toBe(2);
    watch.stop();
  });
});

describe('addresses of streams', () => {
  it.each([
    ['rtsp://h:8554', 'rtsp://h:8554/s', ''],
    ['rtsp://h:8554/', 'rtsp://h:8554/s', ''],
    ['rtsp://u:p@h/a/b//', 'rtsp://u:p@h/a/b/s', 'a/b/'],
    ['rtsp://h/a%20b?key=1', 'rtsp://h/a%20b/s?key=1', 'a b/'],
    ['rtsp://h/100%', 'rtsp://h/100%/s', '100%/'],
  ])('under %s are %s', (to, url, prefix) => {
    expect(streamUrl(to, 's')).toBe(url);
    expect(pathPrefix(to)).toBe(prefix);
  });

  it('have the first number that is free', () => {
    const taken = new Set(['stream-001', 'stream-003']);
    expect(nextStreamName((name) => taken.has(name))).toBe('stream-002');
    expect(nextStreamName((name) => Number(name.slice(7)) < 1000)).toBe('stream-1000');
  });
});

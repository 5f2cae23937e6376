import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { builtJpeg, segment } from '../../../helpers/built-jpeg.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { HttpPeer, answerOf } from '../../../helpers/http-peer.js';
import { httpSource, play } from '../../../helpers/http-source-of-test.js';
import { ofTest } from '../../../helpers/of-test.js';
import { until } from '../../../helpers/until.js';

const JPEG_TYPE = 'Content-Type: image/jpeg';
const ENDLESS = 'Connection: close';

/** The n-th picture; its number is in it. */
function picture(n: number): Buffer {
  return builtJpeg({ segments: [segment(0xfe, Buffer.of(n))] });
}

/** The n-th picture, but for its last marker. */
function broken(n: number): Buffer {
  return picture(n).subarray(0, -2);
}

/** Resolves when everything that is on its way inside this process has been dealt with. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A camera with single pictures, each another, that answers when `answer` is called. */
async function startCamera() {
  const waiting: Socket[] = [];
  const peer = await ofTest(HttpPeer.start(({ socket }) => waiting.push(socket)));
  let answered = 0;
  /** Answers the request that waits, as soon as there is one. */
  const answer = async (bytes: Buffer = answerOf('200 OK', [JPEG_TYPE], picture(answered))) => {
    await until(() => waiting.length > 0);
    answered += 1;
    waiting.shift()?.write(bytes);
  };
  return { peer, answer, waiting };
}

describe('a source that polls', () => {
  it('asks at start + n/fps, however long the answers take', async () => {
    const { peer, answer, waiting } = await startCamera();
    const clock = new FakeClock();
    const startUs = clock.nowUs();
    const log = play(httpSource(peer.url(), { fps: 10 }, clock));
    await answer();
    await log.untilFrames(1);
    for (const takesUs of [0, 99_999, 30_000, 0]) {
      await turn();
      const { length } = peer.requests;
      clock.advance(99_999 - ((clock.nowUs() - startUs) % 100_000));
      await turn();
      expect(peer.requests).toHaveLength(length);
      clock.advance(1);
      await until(() => waiting.length === 1);
      clock.advance(takesUs);
      await answer();
      await log.untilFrames(length + 1);
    }
    expect(log.jpegs).toEqual([0, 1, 2, 3, 4].map(picture));
    expect(log.infos).toMatchObject([{ fps: 10 }]);
    expect(peer.total).toBe(1);
  });

  it('leaves out what falls due while a request is under way', async () => {
    const { peer, answer, waiting } = await startCamera();
    const clock = new FakeClock();
    const log = play(httpSource(peer.url(), { fps: 10 }, clock));
    await answer();
    await log.untilFrames(1);
    await turn();
    clock.advance(100_000);
    await until(() => waiting.length === 1);
    clock.advance(550_000);
    await turn();
    expect(peer.requests).toHaveLength(2);
    await answer();
    await log.untilFrames(2);
    await turn();
    clock.advance(49_999);
    await turn();
    expect(peer.requests).toHaveLength(2);
    clock.advance(1);
    await until(() => waiting.length === 1);
    expect(log.frames.map(({ sequence }) => sequence)).toEqual([0, 1]);
  });

  it('polls five times a second when nothing else was asked for', async () => {
    const { peer, answer } = await startCamera();
    const log = play(httpSource(peer.url(), {}, new FakeClock()));
    await answer();
    await log.untilFrames(1);
    expect(log.infos[0]).toMatchObject({ fps: 5 });
  });

  it('gives up on a request that brings no picture for ten seconds', async () => {
    const { peer, answer } = await startCamera();
    const clock = new FakeClock();
    const log = play(httpSource(peer.url(), {}, clock));
    await answer(answerOf('200 OK', [JPEG_TYPE, 'Content-Length: 1000'], broken(0)));
    await until(() => clock.pending === 1);
    await turn();
    clock.advance(10_000_000);
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_TIMEOUT' });
    expect(clock.pending).toBe(0);
    await until(() => peer.open === 0);
  });

  it('reads a camera that sends picture after picture in one answer', async () => {
    const { peer, answer } = await startCamera();
    const log = play(httpSource(peer.url(), { fps: null }));
    const several = Buffer.concat([picture(0), picture(1), Buffer.from('\r\n'), picture(2), broken(3)]);
    await answer(answerOf('200 OK', [JPEG_TYPE, ENDLESS], several));
    await log.untilFrames(3);
    expect(log.jpegs).toEqual([picture(0), picture(1), picture(2)]);
    expect(log.infos.map(({ fps }) => fps)).toEqual([5, 0]);
    expect(peer.requests).toHaveLength(1);
  });

  it('leaves out a picture that is broken, and goes on', async () => {
    const { peer, answer } = await startCamera();
    const log = play(httpSource(peer.url(), { fps: 100 }));
    await answer(answerOf('200 OK', [JPEG_TYPE], broken(0)));
    await answer(answerOf('200 OK', [JPEG_TYPE], 'no picture at all'));
    await answer(answerOf('200 OK', [JPEG_TYPE, ENDLESS], Buffer.concat([broken(2), picture(3)])));
    await log.untilFrames(1);
    expect(log.jpegs).toEqual([picture(3)]);
    expect(log.warnings.map(({ code }) => code)).toEqual(['BAD_JPEG']);
  });

  it.each([
    ['404 Not Found', [], 'SOURCE_BAD_ANSWER'],
    ['401 Unauthorized', [], 'SOURCE_DENIED'],
    ['200 OK', ['Content-Type: text/html'], 'SOURCE_BAD_ANSWER'],
  ])('ends when the camera answers %s %j in the middle', async (status, headers, code) => {
    const { peer, answer } = await startCamera();
    const log = play(httpSource(peer.url(), { fps: 100 }));
    await answer();
    await answer(answerOf(status, headers, '<html>'));
    expect(await log.untilError()).toMatchObject({ code });
    await until(() => peer.open === 0);
  });

  it('ends when the connection breaks within a picture', async () => {
    const peer = await ofTest(
      HttpPeer.start(({ socket }) => {
        socket.end(answerOf('200 OK', [JPEG_TYPE, 'Content-Length: 1000'], broken(0)));
      }),
    );
    const log = play(httpSource(peer.url()));
    expect(await log.untilError()).toMatchObject({
      code: 'SOURCE_FAILED',
      message: `${peer.url()}: the camera closed the connection within a picture.`,
    });
  });

  it('asks no more once it is stopped', async () => {
    const { peer, answer } = await startCamera();
    const clock = new FakeClock();
    const log = play(httpSource(peer.url(), {}, clock));
    await answer();
    await log.untilFrames(1);
    await log.stop();
    expect(clock.pending).toBe(0);
    await until(() => peer.open === 0);
  });

  it('can be stopped from within a frame', async () => {
    const { peer, answer } = await startCamera();
    const log = play(httpSource(peer.url()), 0, (_, { stop }) => void stop.call(log));
    await answer(answerOf('200 OK', [JPEG_TYPE, ENDLESS], Buffer.concat([picture(0), picture(1)])));
    await log.untilFrames(1);
    await until(() => peer.open === 0);
    expect(log.order).toEqual(['info', 'frame']);
  });
});

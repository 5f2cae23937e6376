import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { openReader } from '../../client/probe/open-reader.js';
import type { ProbedPicture } from '../../client/probe/probe-events.js';
import { parseTargets } from '../../client/probe/probe-target.js';
import { ProbedPath } from '../../client/probe/probed-path.js';
import { SystemClock } from '../../shared/clock.js';
import { createLogger } from '../../shared/logger.js';
import { readTimecode } from '../../shared/timecode/timecode-reader.js';
import type { Timecode } from '../../shared/timecode/timecode.js';
import { DelayProxy } from '../helpers/delay-proxy.js';
import { ofTest } from '../helpers/of-test.js';
import { startReader } from '../helpers/probe-log.js';
import { startServer } from '../helpers/server-of-test.js';
import { ServerProcess } from '../helpers/server-process.js';
import { until } from '../helpers/until.js';

const ARGS = ['cam=test:bars?size=640x360&fps=30', '--processor', 'timecode'];
const TOKEN = 's3cret';
const clock = new SystemClock();
const SAME_CLOCK = { offsetUs: 0, errorUs: 0 };

describe('the readers of our own roads', () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await ServerProcess.start(ARGS, { STREAMER_TOKEN: TOKEN });
  });

  afterAll(async () => void (await server.stop()));

  const roads: readonly [string, (server: ServerProcess) => string][] = [
    ['TCP', ({ port }) => `streamer://127.0.0.1:${port}/cam`],
    ['WebSocket', ({ httpPort }) => `ws://127.0.0.1:${httpPort}/ws/cam`],
    ['HTTP MJPEG', ({ httpPort }) => `http://127.0.0.1:${httpPort}/streams/cam.mjpg?token=${TOKEN}`],
  ];

  it.each(roads)('over %s read the time code in every picture, and agree with it', async (_road, urlOf) => {
    const { log } = startReader(readerOf(urlOf(server)));
    await until(() => log.pictures.filter(({ stated }) => stated !== null).length >= 20);
    expect(log.corrupt).toBe(0);
    const codes = log.pictures.flatMap((picture) => {
      const code = codeIn(picture);
      return code ? [{ ...picture, code }] : [];
    });
    // A decode may be left out when the machine is busy.
    expect(codes.length).toBeGreaterThan(0.8 * log.pictures.length);
    for (const { code, mediaTimeUs, arrivalTimeUs, stated } of codes) {
      expect(code).toMatchObject({ kind: 'capture', timeUs: mediaTimeUs });
      // Clocks of two processes are read from the same one, to the millisecond.
      expect(arrivalTimeUs - code.timeUs).toBeGreaterThan(-2000);
      if (stated) expect(Math.abs(stated.captureTimeUs - code.timeUs)).toBeLessThan(stated.errorUs + 2000);
    }
    const counters = codes.map(({ code }) => code.counter);
    expect(counters).toEqual([...counters].sort((a, b) => a - b));
  });

  it('show a delay on the way in full', async () => {
    const proxy = await ofTest(DelayProxy.start(server.port, { toServerUs: 0, toClientUs: 150_000 }));
    const { log } = startReader(readerOf(`streamer://127.0.0.1:${proxy.port}/cam`));
    await log.received(10);
    for (const picture of log.pictures) {
      const code = codeIn(picture);
      if (code) expect(picture.arrivalTimeUs - code.timeUs).toBeGreaterThan(148_000);
    }
  });

  it.each([
    ['streamer://127.0.0.1:PORT/nothing', 'UNKNOWN_STREAM'],
    ['streamer://127.0.0.1:PORT/cam?token=wrong', 'BAD_TOKEN'],
    ['ws://127.0.0.1:HTTP/ws/nothing?token=s3cret', 'UNKNOWN_STREAM'],
    ['ws://127.0.0.1:HTTP/ws/cam?token=wrong', 'BAD_TOKEN'],
    ['http://127.0.0.1:HTTP/streams/nothing.mjpg?token=s3cret', 'SOURCE_BAD_ANSWER'],
    ['http://127.0.0.1:HTTP/streams/cam.mjpg?token=wrong', 'SOURCE_DENIED'],
    ['streamer://127.0.0.1:HTTP/cam', 'WRONG_PORT'],
    ['ws://127.0.0.1:PORT/ws/cam', 'WRONG_PORT'],
  ])('say why they cannot read %s', async (template, code) => {
    const url = template.replace('PORT', String(server.port)).replace('HTTP', String(server.httpPort));
    expect(await startReader(readerOf(url)).log.failed()).toMatchObject({ code });
  });
});

it('a path goes on when the server was started again', async () => {
  const first = await startServer(ARGS);
  const [target] = parseTargets([`streamer://127.0.0.1:${first.port}/cam`]);
  if (!target) throw new Error('no target');
  const logger = createLogger({ level: 'silent', pretty: false, destination: { write: () => undefined } });
  const path = new ProbedPath(
    {
      ...{ target, id: 1, reconnect: true, clockAt: () => SAME_CLOCK, onDone: () => undefined },
      openReader: () => readerOf(target.url),
    },
    { clock, logger, random: () => 0 },
  );
  await ofTest(Promise.resolve(path));
  path.start();
  const received = () => path.recorder.snapshot(clock.nowUs()).frames.received;
  await until(() => received() > 5);
  await first.stop();
  const before = received();
  await startServer([...ARGS, '--port', String(first.port)]);
  await until(() => received() > before + 5);
  expect(path.recorder.snapshot(clock.nowUs()).probe).toMatchObject({ reconnects: 1, latencySource: 'time code' });
});

function readerOf(url: string) {
  const ffmpeg = () => Promise.reject(new Error('this is not for FFmpeg'));
  const [target] = parseTargets([url]);
  if (!target) throw new Error('no target');
  return openReader(target, { clock, ffmpeg, token: TOKEN, clockAt: () => SAME_CLOCK });
}

function codeIn({ luma }: ProbedPicture): Timecode | null {
  return luma && readTimecode(luma.data, luma.width, luma.height);
}

import type { Socket } from 'node:net';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { HttpReader } from '../../../../client/probe/http-reader.js';
import type { ReaderParts } from '../../../../client/probe/reader-parts.js';
import { parseTargets } from '../../../../client/probe/probe-target.js';
import { SystemClock } from '../../../../shared/clock.js';
import { readTimecode } from '../../../../shared/timecode/timecode-reader.js';
import type { Timecode } from '../../../../shared/timecode/timecode.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { HttpPeer, answerOf } from '../../../helpers/http-peer.js';
import { ofTest } from '../../../helpers/of-test.js';
import { startReader } from '../../../helpers/probe-log.js';
import { codedNoise } from '../../../helpers/timecode-pictures.js';
import { until } from '../../../helpers/until.js';

const TIMECODE: Timecode = { kind: 'capture', timeUs: 1_700_000_000_123_456, counter: 9 };
const HEAD = answerOf('200 OK', ['Content-Type: multipart/x-mixed-replace; boundary=frame', 'Connection: close']);
/** The server's clock is five seconds ahead, to 100 µs. */
const CLOCK = { offsetUs: 5_000_000, errorUs: 100 };

let jpeg: Buffer;

beforeAll(async () => {
  const { data } = codedNoise(320, 180, TIMECODE);
  const raw = { width: 320, height: 180, channels: 3 } as const;
  jpeg = await sharp(data, { raw }).jpeg({ quality: 60 }).toBuffer();
});

describe('HttpReader of MJPEG', () => {
  it('delivers each picture with its size, its time code and what its headers say', async () => {
    const { log } = await read((socket) => {
      socket.write(Buffer.concat([HEAD, part(jpeg, ['X-Timestamp: 1700000005.000250', 'X-Sequence: 7'])]));
      socket.write(part(jpeg, ['X-Timestamp: 1700000005.040', 'X-Sequence: 10', 'X-Clock-Error-Us: 30']));
      socket.write(part(jpeg));
    });
    await log.received(3);
    expect(log.facts).toEqual([{ codec: 'mjpeg', nominalFps: null, delays: [] }]);
    expect(log.events).toEqual(['facts', 'picture 320x180', 'lost 2', 'picture 320x180', 'picture 320x180']);
    expect(log.pictures.map(({ lengthBytes }) => lengthBytes)).toEqual([jpeg.length, jpeg.length, jpeg.length]);
    expect(log.pictures.map(({ mediaTimeUs }) => mediaTimeUs)).toEqual([1.70000000500025e15, 1.70000000504e15, null]);
    expect(log.pictures.map(({ stated }) => stated)).toEqual([
      { captureTimeUs: 1_700_000_000_000_250, errorUs: 101 },
      { captureTimeUs: 1_700_000_000_040_000, errorUs: 1130 },
      null,
    ]);
    const luma = log.pictures[0]?.luma;
    expect(luma && readTimecode(luma.data, luma.width, luma.height)).toEqual(TIMECODE);
  });

  it('states no capture time while nothing is known about that clock', async () => {
    const serve: Serve = (socket) => socket.write(Buffer.concat([HEAD, part(jpeg, ['X-Timestamp: 1700000005.0'])]));
    const { log } = await read(serve, { clockAt: () => null });
    await log.received(1);
    expect(log.pictures[0]).toMatchObject({ stated: null, mediaTimeUs: 1_700_000_005_000_000 });
  });

  it('finds out that a body without a type is multipart', async () => {
    const { log } = await read((socket) => {
      socket.write(answerOf('200 OK', ['Connection: close']));
      socket.write(Buffer.concat([part(jpeg), part(jpeg)]));
    });
    await log.received(2);
  });

  it('counts what is no picture, and goes on', async () => {
    const broken = Buffer.from(jpeg.subarray(0, 200));
    const { log } = await read((socket) => {
      socket.write(Buffer.concat([HEAD, part(broken), part(Buffer.from('text'), ['Content-Type: text/plain'])]));
      socket.write(Buffer.concat([part(Buffer.alloc(0)), part(jpeg)]));
    });
    await log.received(1);
    expect(log.events).toEqual(['facts', 'bytes 200', 'corrupt', 'picture 320x180']);
  });

  it('comes to an end with the last delimiter', async () => {
    const { log } = await read((socket) =>
      socket.write(Buffer.concat([HEAD, part(jpeg), Buffer.from('--frame--\r\n')])),
    );
    await until(() => log.ended);
    expect(log.events).toEqual(['facts', 'picture 320x180', 'end']);
  });

  it('breaks, behind the last picture, when the connection does', async () => {
    const { log, peer } = await read((socket) => socket.end(Buffer.concat([HEAD, part(jpeg), part(jpeg)])));
    expect(await log.failed()).toMatchObject({ code: 'SOURCE_FAILED' });
    expect(log.pictures).toHaveLength(2);
    await until(() => peer.open === 0);
  });

  it('breaks when nothing comes for ten seconds', async () => {
    const clock = new FakeClock();
    const { log } = await read((socket) => socket.write(HEAD), { clock });
    await until(() => log.facts.length > 0);
    clock.advance(9_999_999);
    expect(log.error).toBeNull();
    clock.advance(1);
    expect(await log.failed()).toMatchObject({ code: 'SOURCE_TIMEOUT' });
  });

  it('shows credentials when it is asked for them, and not to others', async () => {
    const peer = await ofTest(
      HttpPeer.start(({ headers, socket }) => {
        if (headers.get('authorization') === undefined) {
          socket.write(answerOf('401 Unauthorized', ['WWW-Authenticate: Basic realm="x"']));
        } else socket.write(Buffer.concat([HEAD, part(jpeg)]));
      }),
    );
    const { log } = startReader(readerOf(peer.url('/video', 'eve:s3cretpass')));
    await log.received(1);
    expect(peer.sent('authorization')).toEqual([undefined, `Basic ${btoa('eve:s3cretpass')}`]);
  });

  it.each<[string, Buffer | string, string]>([
    ['401', answerOf('401 Unauthorized', ['WWW-Authenticate: Basic realm="x"']), 'SOURCE_DENIED'],
    ['404', answerOf('404 Not Found'), 'SOURCE_BAD_ANSWER'],
    ['a web page', answerOf('200 OK', ['Content-Type: text/html'], '<html>'), 'SOURCE_BAD_ANSWER'],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'SOURCE_BAD_ANSWER'],
    ['a redirect to itself', answerOf('302 Found', ['Location: /video']), 'SOURCE_BAD_ANSWER'],
    ['a multipart stream that is none', Buffer.concat([HEAD, Buffer.alloc(40_000_000, 0x61)]), 'SOURCE_BAD_ANSWER'],
    ['a part without end', Buffer.concat([HEAD, tooLongPart()]), 'SOURCE_BAD_ANSWER'],
  ])('fails when the server answers with %s, without secrets', async (_what, answer, code) => {
    const { log } = await read((socket) => socket.end(answer), {}, 'eve:s3cretpass');
    const error = await log.failed();
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('s3cretpass');
  });

  it('tells nothing after it was stopped, and leaves no connection', async () => {
    const { log, run, peer } = await read((socket) => socket.write(Buffer.concat([HEAD, part(jpeg)])));
    await log.received(1);
    await run.stop();
    await run.stop();
    const events = [...log.events];
    await until(() => peer.open === 0);
    expect(log.events).toEqual(events);
    expect(log.error).toBeNull();
  });
});

type Serve = (socket: Socket) => void;

async function read(serve: Serve, parts: Partial<ReaderParts> = {}, credentials?: string) {
  const peer = await ofTest(HttpPeer.start(({ socket }) => serve(socket)));
  return { peer, ...startReader(readerOf(peer.url('/video', credentials), parts)) };
}

function readerOf(url: string, parts: Partial<ReaderParts> = {}): HttpReader {
  const ffmpeg = () => Promise.reject(new Error('this is not for FFmpeg'));
  const [target] = parseTargets([url]);
  if (!target) throw new Error('no target');
  return new HttpReader(target, { clock: new SystemClock(), ffmpeg, token: null, clockAt: () => CLOCK, ...parts });
}

function part(body: Buffer, headers: readonly string[] = ['Content-Type: image/jpeg']): Buffer {
  const head = ['--frame', ...headers, `Content-Length: ${body.length}`, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body, Buffer.from('\r\n')]);
}

function tooLongPart(): Buffer {
  return Buffer.from('--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 99999999\r\n\r\n', 'latin1');
}

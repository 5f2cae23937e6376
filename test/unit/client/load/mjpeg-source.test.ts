import { describe, expect, it, onTestFinished } from 'vitest';
import { MjpegSource } from '../../../../client/load/mjpeg-source.js';
import type { Clock } from '../../../../shared/clock.js';
import { SystemClock } from '../../../../shared/clock.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { errorOf } from '../../../helpers/error-of.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { HttpPeer, answerOf } from '../../../helpers/http-peer.js';
import type { PeerRequest } from '../../../helpers/http-peer.js';
import { LoadSinkOfTest, openLoadOfTest } from '../../../helpers/load-sink.js';

const JPEG = builtJpeg({ width: 8, scans: [Buffer.alloc(300, 7)] });
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\nConnection: close\r\n\r\n';

describe('MjpegSource', () => {
  it('counts pictures only, whatever else there is between them', async () => {
    const parts = [
      part(JPEG),
      part(Buffer.from('alive'), 'Content-Type: text/plain'),
      part(Buffer.alloc(0)),
      part(JPEG, 'Content-Type: application/octet-stream'),
      part(Buffer.concat([Buffer.from('\r\n'), JPEG])),
      part(Buffer.from('<svg/>'), 'Content-Type: image/svg+xml'),
    ];
    const { sink } = await sessionWith(({ socket }) => socket.end(Buffer.concat([Buffer.from(HEAD), ...parts, END])));
    expect(await sink.closed()).toBeNull();
    expect(sink.frames).toHaveLength(4);
    expect(sink).toMatchObject({ corrupt: 1, lost: 0 });
    expect(sink.facts).toEqual([{ nominalFps: null, latencySource: 'none', canTellLost: false }]);
  });

  it('says how many bytes a part has, headers and body', async () => {
    const bytes = part(JPEG);
    const { sink } = await sessionWith(({ socket }) => socket.end(Buffer.concat([Buffer.from(HEAD), bytes, END])));
    await sink.closed();
    expect(sink.frames[0]?.lengthBytes).toBe(bytes.length - '--frame\r\n'.length - '\r\n'.length);
  });

  it('follows a redirect to another host, unless it is to stay where it is', async () => {
    const bytes = Buffer.concat([Buffer.from(HEAD), part(JPEG), END]);
    const other = await peerOfTest(({ socket }) => socket.end(bytes));
    const away = other.url('/cam').replace('127.0.0.1', 'localhost');
    const peer = await peerOfTest(({ socket }) =>
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${away}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`),
    );
    const read = async (staysAtHost: boolean, url = peer.url('/cam')) => {
      const parts = { clock: new SystemClock(), headers: {}, staysAtHost };
      const { sink } = openLoadOfTest(new MjpegSource(url, parts));
      return { error: await sink.closed(), frames: sink.frames.length };
    };
    expect(await read(false)).toMatchObject({ error: null, frames: 1 });
    const { error, frames } = await read(true);
    expect(error).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
    expect(error?.message).toContain('localhost, which is another host');
    expect(frames).toBe(0);
    expect(await read(true, away)).toMatchObject({ error: null, frames: 1 });
  });

  it('knows lost pictures where they are numbered', async () => {
    const numbers = ['7', '8', '8', '12', 'x', '13'];
    const parts = numbers.map((number) => part(JPEG, 'Content-Type: image/jpeg', `X-Sequence: ${number}`));
    const { sink } = await sessionWith(({ socket }) => socket.end(Buffer.concat([Buffer.from(HEAD), ...parts, END])));
    await sink.closed();
    expect(sink).toMatchObject({ lost: 3 });
    expect(sink.frames).toHaveLength(6);
    expect(sink.facts.at(-1)).toMatchObject({ canTellLost: true });
  });

  it('counts what was missed between two connections, unless the server counts anew', async () => {
    const runs = [
      ['7', '8'],
      ['12', '13'],
      ['13', '14'],
      ['0', '2'],
    ];
    const answers = runs.map((numbers) =>
      Buffer.concat([
        Buffer.from(HEAD),
        ...numbers.map((number) => part(JPEG, 'Content-Type: image/jpeg', `X-Sequence: ${number}`)),
        END,
      ]),
    );
    const peer = await peerOfTest(({ socket }) => socket.end(answers.shift() ?? ''));
    const source = new MjpegSource(peer.url(), { clock: new SystemClock(), headers: {} });
    const sink = new LoadSinkOfTest();
    const lost: number[] = [];
    const canTell: boolean[] = [];
    for (const _ of runs) {
      const facts = sink.facts.length;
      source.open('of-test', sink);
      await sink.closed();
      lost.push(sink.lost);
      canTell.push(sink.facts[facts]?.canTellLost ?? false);
      // The same session connects again.
      sink.errors.length = 0;
    }
    expect(lost).toEqual([0, 3, 3, 4]);
    expect(canTell).toEqual([false, true, true, true]);
    // Another session has missed nothing.
    answers.push(Buffer.concat([Buffer.from(HEAD), part(JPEG, 'Content-Type: image/jpeg', 'X-Sequence: 90'), END]));
    const { sink: other } = openLoadOfTest(source);
    expect(await other.closed()).toBeNull();
    expect(other.lost).toBe(0);
  });

  it('counts no picture that the end cuts off, and says that the stream broke off', async () => {
    const bytes = Buffer.concat([Buffer.from(HEAD), part(JPEG), part(JPEG).subarray(0, 200)]);
    const { sink } = await sessionWith(({ socket }) => socket.end(bytes));
    expect(await sink.closed()).toMatchObject({ code: 'SOURCE_FAILED' });
    expect(sink.frames).toHaveLength(1);
  });

  it('gives up a stream that goes silent', async () => {
    const clock = new FakeClock();
    const { sink } = await sessionWith(({ socket }) => socket.write(Buffer.concat([Buffer.from(HEAD), part(JPEG)])), {
      clock,
    });
    await sink.until(() => sink.frames.length === 1);
    clock.advance(20_000_000);
    expect(await sink.closed()).toMatchObject({ code: 'SOURCE_TIMEOUT' });
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['headers of a part without end', `--frame\r\n${'X: y\r\n'.repeat(4000)}`],
    ['a header line without end', `--frame\r\nX: ${'y'.repeat(20_000)}`],
    ['a part that is too long', '--frame\r\nContent-Length: 99999999999\r\n\r\n'],
  ])('refuses %s', async (_name, body) => {
    const { sink } = await sessionWith(({ socket }) => socket.write(HEAD + body));
    expect(await sink.closed()).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
  });

  it.each([
    ['headers without end', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(20_000)}`, 'SOURCE_BAD_ANSWER'],
    ['another protocol', 'RTSP/1.0 400 Bad\r\n\r\n', 'SOURCE_BAD_ANSWER'],
    ['a single picture', answerOf('200 OK', ['Content-Type: image/jpeg'], JPEG), 'SOURCE_BAD_ANSWER'],
    ['a video', answerOf('200 OK', ['Content-Type: video/mp4'], 'x'), 'SOURCE_BAD_ANSWER'],
    ['a web page', answerOf('200 OK', ['Content-Type: text/html'], '<p>'), 'SOURCE_BAD_ANSWER'],
    ['an error of the server', answerOf('503 Service Unavailable'), 'SOURCE_BAD_ANSWER'],
    ['an order to log in', answerOf('401 Unauthorized', ['WWW-Authenticate: Basic realm="x"']), 'SOURCE_DENIED'],
    ['nothing of what it announced', HEAD, 'SOURCE_BAD_ANSWER'],
  ])('fails on %s', async (_name, answer, code) => {
    const { sink } = await sessionWith(({ socket }) => socket.end(answer));
    expect(await sink.closed()).toMatchObject({ code });
    expect(sink.frames).toEqual([]);
  });

  it('fails where nobody listens', async () => {
    const peer = await HttpPeer.start(null);
    const url = peer.url();
    await peer.stop();
    const { sink } = openLoadOfTest(new MjpegSource(url, { clock: new SystemClock(), headers: {} }));
    expect(await sink.closed()).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  });

  it('follows a redirect, and shows headers and credentials to the first host only', async () => {
    const camera = await peerOfTest(({ socket }) => socket.end(Buffer.concat([Buffer.from(HEAD), part(JPEG), END])));
    const gate = await peerOfTest(({ headers, socket }) =>
      socket.write(
        headers.has('authorization')
          ? answerOf('302 Found', [`Location: ${camera.url('/stream')}`])
          : answerOf('401 Unauthorized', ['WWW-Authenticate: Basic realm="x"']),
      ),
    );
    const headers = { 'X-Api-Key': 'secret' };
    const source = new MjpegSource(gate.url('/', 'me:pass'), { clock: new SystemClock(), headers });
    const { sink } = openLoadOfTest(source);
    expect(await sink.closed()).toBeNull();
    expect(sink.frames).toHaveLength(1);
    expect(gate.sent('x-api-key')).toEqual(['secret', 'secret']);
    expect(camera.sent('x-api-key')).toEqual([undefined]);
    expect(camera.sent('authorization')).toEqual([undefined]);
  });

  it('tells that it was closed once, and nothing after that', async () => {
    const { sink, connection, peer } = await sessionWith(({ socket }) =>
      socket.write(Buffer.concat([Buffer.from(HEAD), part(JPEG), part(JPEG)])),
    );
    await sink.until(() => sink.frames.length > 0);
    await connection.close();
    await connection.close();
    expect(sink.errors).toEqual([null]);
    expect(peer.requests).toHaveLength(1);
  });

  it('can be closed before an answer came', async () => {
    const { sink, connection } = await sessionWith(null);
    await connection.close();
    expect(sink.errors).toEqual([null]);
  });

  it.each(['#x', '#clock-error=5', '#clock-error=-1ms', '#clock-error=5ms&x'])('refuses an address with %s', (hash) => {
    const error = errorOf(
      () => new MjpegSource(`http://u:pw123@h/x${hash}`, { clock: new SystemClock(), headers: {} }),
    );
    expect(error.code).toBe('BAD_USAGE');
    expect(error.message).not.toContain('pw123');
  });
});

const END = Buffer.from('--frame--\r\n');

function part(body: Buffer, ...headers: readonly string[]): Buffer {
  const lines = [...(headers.length > 0 ? headers : ['Content-Type: image/jpeg']), `Content-Length: ${body.length}`];
  return Buffer.concat([Buffer.from(`--frame\r\n${lines.join('\r\n')}\r\n\r\n`), body, Buffer.from('\r\n')]);
}

async function peerOfTest(answer: ((request: PeerRequest) => void) | null): Promise<HttpPeer> {
  const peer = await HttpPeer.start(answer);
  onTestFinished(() => peer.stop());
  return peer;
}

async function sessionWith(
  answer: ((request: PeerRequest) => void) | null,
  { clock = new SystemClock() }: { readonly clock?: Clock } = {},
) {
  const peer = await peerOfTest(answer);
  const session = openLoadOfTest(new MjpegSource(peer.url('/cam'), { clock, headers: {} }));
  return { peer, ...session };
}

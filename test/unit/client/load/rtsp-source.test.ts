import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RtspSource } from '../../../../client/load/rtsp-source.js';
import { RtpSession } from '../../../../server/rtsp/rtp-session.js';
import type { PacketizedPicture } from '../../../../server/rtsp/coded-video.js';
import type { Clock } from '../../../../shared/clock.js';
import { SystemClock } from '../../../../shared/clock.js';
import { errorOf } from '../../../helpers/error-of.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { openLoadOfTest } from '../../../helpers/load-sink.js';
import { RtspPeer, SDP } from '../../../helpers/rtsp-peer.js';
import { until } from '../../../helpers/until.js';

const PAYLOAD = Buffer.concat([Buffer.of(0x65, 0x88), Buffer.alloc(98, 1)]);

describe('RtspSource', () => {
  it('plays the first video track, by the names that the server gives', async () => {
    const { peer, sink } = await sessionWith({});
    await sink.until(() => sink.facts.length === 1);
    expect(peer.methods).toEqual(['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY']);
    expect(peer.requests[2]?.url).toBe(`${peer.url()}/track1`);
    expect(peer.requests[3]?.headers.get('session')).toBe('abc');
    expect(sink.facts).toEqual([{ nominalFps: 25, latencySource: 'none', canTellLost: true }]);
  });

  it.each([
    ['a base and a relative name', ['Content-Base: rtsp://cam/x/'], 'track1', 'rtsp://cam/x/track1', 'rtsp://cam/x/'],
    ['a base without a slash', ['Content-Base: rtsp://cam/x'], 'track1', 'rtsp://cam/x/track1', 'rtsp://cam/x'],
    ['an address of its own', [], 'rtsp://cam/y?t=1', 'rtsp://cam/y?t=1', null],
    ['an asterisk', [], '*', null, null],
    ['a base that is none', ['Content-Base: x y'], 'track1', '/track1', null],
  ])('asks for a track with %s', async (_name, headers, control, setUpUrl, playUrl) => {
    const answer = { headers, body: SDP.replace('track1', control) };
    const { peer, sink } = await sessionWith({ DESCRIBE: answer });
    await sink.until(() => sink.facts.length === 1);
    const whole = setUpUrl?.startsWith('/') ? `${peer.url()}${setUpUrl}` : (setUpUrl ?? peer.url());
    expect(peer.requests[2]?.url).toBe(whole);
    expect(peer.requests[3]?.url).toBe(playUrl ?? peer.url());
  });

  it('tells each picture with its capture time where its clock is known, and ends when the sender says goodbye', async () => {
    const clock = new SystemClock();
    const captureTimes = Array.from({ length: 20 }, (_, index) => clock.wallUs() + index * 40_000);
    const { sink } = await sessionWith(
      {},
      (socket) => {
        const session = new RtpSession(socket, { codec: 'h264', rtpChannel: 0, rtcpChannel: 1 }, clock);
        captureTimes.forEach((captureTimeUs, index) => session.send(picture(index, captureTimeUs)));
        session.sayGoodbye();
      },
      { hash: '#clock-error=2ms' },
    );
    expect(await sink.closed()).toBeNull();
    expect(sink.frames).toHaveLength(20);
    expect(sink.facts.at(-1)).toMatchObject({ latencySource: 'RTCP' });
    const shiftUs = clock.wallUs() - clock.nowUs();
    for (const [index, { capture, lengthBytes }] of sink.frames.entries()) {
      // Two readings of the wall clock, each to the millisecond.
      expect(Math.abs((capture?.timeUs ?? 0) + shiftUs - (captureTimes[index] ?? 0))).toBeLessThan(1000 + 12 + 1000);
      expect(capture?.errorUs).toBe(3012);
      expect(lengthBytes).toBe(PAYLOAD.length + 16 + (index === 0 ? 18 : 0));
    }
  });

  it('tells no capture times where nobody says whose clock they are by', async () => {
    const { sink } = await sessionWith({}, (socket) => send(socket, 3).sayGoodbye());
    expect(await sink.closed()).toBeNull();
    expect(sink.frames.map(({ capture }) => capture)).toEqual([null, null, null]);
  });

  it('takes packets that come before the answer to PLAY', async () => {
    const { sink } = await sessionWith({
      PLAY: ({ socket }) => {
        send(socket, 2);
        return {};
      },
    });
    await sink.until(() => sink.frames.length === 2);
    expect(sink.facts).toHaveLength(1);
  });

  it('keeps its session, and gives up a stream that goes silent', async () => {
    const clock = new FakeClock();
    const { peer, sink } = await sessionWith({}, (socket) => void send(socket, 1), { clock });
    await sink.until(() => sink.frames.length === 1);
    clock.advance(10_000_000);
    await until(() => peer.methods.includes('GET_PARAMETER'));
    clock.advance(10_000_000);
    expect(await sink.closed()).toMatchObject({ code: 'SOURCE_TIMEOUT' });
    await until(() => clock.pending === 0);
  });

  it('says goodbye when it is closed, and tells so once', async () => {
    const { peer, sink, connection } = await sessionWith({}, (socket) => void send(socket, 1));
    await sink.until(() => sink.frames.length === 1);
    await Promise.all([connection.close(), connection.close()]);
    expect(peer.methods.at(-1)).toBe('TEARDOWN');
    expect(sink.errors).toEqual([null]);
  });

  it('logs in by Digest, and shows its password to nobody', async () => {
    const challenge = { status: '401 Unauthorized', headers: ['WWW-Authenticate: Digest realm="r", nonce="n"'] };
    const { peer, sink } = await sessionWith(
      { DESCRIBE: ({ headers }) => (headers.has('authorization') ? { body: SDP } : challenge) },
      (socket) => void send(socket, 1),
      { userInfo: 'me:se%20cret' },
    );
    await sink.until(() => sink.frames.length === 1);
    const shown = peer.requests.map(({ url, headers }) => [url, ...headers.values()].join(' ')).join('\n');
    expect(shown).toContain('Digest username="me"');
    expect(shown).not.toMatch(/se(%20| )cret/);
  });

  it.each([
    ['a wrong password', { DESCRIBE: { status: '401 Unauthorized' } }, 'SOURCE_DENIED'],
    ['no such path', { DESCRIBE: { status: '404 Not Found' } }, 'SOURCE_BAD_ANSWER'],
    ['a redirect', { DESCRIBE: { status: '302 Moved', headers: ['Location: rtsp://other/'] } }, 'SOURCE_BAD_ANSWER'],
    ['no description', { DESCRIBE: {} }, 'SOURCE_BAD_ANSWER'],
    ['sound only', { DESCRIBE: { body: SDP.replace('m=video', 'm=audio') } }, 'SOURCE_BAD_ANSWER'],
    ['encrypted video', { DESCRIBE: { body: SDP.replace('RTP/AVP', 'RTP/SAVP') } }, 'SOURCE_BAD_ANSWER'],
    ['no session', { SETUP: { headers: ['Transport: RTP/AVP/TCP;interleaved=0-1'] } }, 'SOURCE_BAD_ANSWER'],
    ['another transport', { SETUP: { headers: ['Session: a', 'Transport: RTP/AVP;unicast'] } }, 'SOURCE_BAD_ANSWER'],
    ['no room', { SETUP: { status: '453 Not Enough Bandwidth' } }, 'SOURCE_BAD_ANSWER'],
    ['an error behind PLAY', { PLAY: { status: '500 Internal' } }, 'SOURCE_BAD_ANSWER'],
    ['a body without end', { DESCRIBE: { headers: ['Content-Length: 99999999'] } }, 'SOURCE_BAD_ANSWER'],
  ])('fails on %s', async (_name, answers, code) => {
    const { sink } = await sessionWith(answers);
    expect(await sink.closed()).toMatchObject({ code });
    expect(sink.facts).toEqual([]);
  });

  it('fails where no answer comes', async () => {
    const clock = new FakeClock();
    const { peer, sink } = await sessionWith({ DESCRIBE: null }, undefined, { clock });
    await until(() => peer.methods.includes('DESCRIBE'));
    await until(() => clock.pending > 0);
    clock.advance(10_000_000);
    expect(await sink.closed()).toMatchObject({ code: 'SOURCE_TIMEOUT' });
  });

  it('says that a stream broke off', async () => {
    const { sink } = await sessionWith({}, (socket) => {
      send(socket, 2);
      socket.end();
    });
    expect(await sink.closed()).toMatchObject({ code: 'SOURCE_FAILED' });
    expect(sink.frames).toHaveLength(2);
  });

  it('ends with garbage between the packets', async () => {
    const { sink } = await sessionWith({}, (socket) => {
      send(socket, 2);
      socket.write('\0garbage\r\n\r\n');
    });
    expect(await sink.closed()).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
  });

  it.each(['http://host/x', 'rtsp://host/x#y', 'rtsp:///x'])('refuses %s', (url) => {
    const error = errorOf(() => new RtspSource(url, { clock: new SystemClock() }));
    expect(error.code).toBe('BAD_USAGE');
    expect(error.message).not.toContain('publish');
  });
});

type Answers = Parameters<typeof RtspPeer.start>[0];

async function sessionWith(
  answers: Answers,
  onPlaying?: (socket: Socket) => void,
  { clock = new SystemClock(), hash = '', userInfo }: { clock?: Clock; hash?: string; userInfo?: string } = {},
) {
  const peer = await RtspPeer.start(answers, onPlaying);
  onTestFinished(() => peer.stop());
  const source = new RtspSource(`${peer.url('/cam', userInfo)}${hash}`, { clock });
  return { peer, ...openLoadOfTest(source) };
}

function send(socket: Socket, pictures: number): RtpSession {
  const clock = new SystemClock();
  const session = new RtpSession(socket, { codec: 'h264', rtpChannel: 0, rtcpChannel: 1 }, clock);
  for (let index = 0; index < pictures; index += 1) session.send(picture(index, clock.nowUs()));
  return session;
}

function picture(index: number, captureTimeUs: number): PacketizedPicture {
  return { payloads: [PAYLOAD], isKey: true, ptsTicks: index * 3600, captureTimeUs, lengthBytes: PAYLOAD.length };
}

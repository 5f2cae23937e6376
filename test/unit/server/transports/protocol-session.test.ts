import { describe, expect, it } from 'vitest';
import { StreamerError } from '../../../../shared/errors.js';
import { MessageType } from '../../../../shared/protocol/messages.js';
import { START_US } from '../../../helpers/fake-frames.js';
import { addStream, encodedFrame, serverFixture, sessionFixture } from '../../../helpers/session-fixture.js';

const SECOND_US = 1_000_000;
const ack = (streamId: number, sequence: number) => ({ type: MessageType.ACK, streamId, sequence }) as const;
const BYE = { type: MessageType.BYE, body: { code: 'CLIENT_CLOSING', message: 'Done.' } } as const;

describe('HELLO', () => {
  it('is answered with WELCOME, then PING, then frames', () => {
    const { channel, hello, stream, clients, session } = sessionFixture();
    expect(session.isPending).toBe(true);
    hello({ name: 'camera room', subscriptions: [{ stream: 'b' }] });
    stream('b').publish(encodedFrame(7));
    const [welcome, ping, frame] = channel.take();
    expect(welcome).toEqual({
      type: MessageType.WELCOME,
      body: {
        version: 1,
        sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        statsIntervalMs: 1000,
        streams: ['a', 'b'].map((name) => stream(name).info()),
        subscribed: [2],
      },
    });
    expect(ping).toEqual({ type: MessageType.PING, t0Us: START_US });
    expect(frame).toMatchObject({ type: MessageType.FRAME, header: { streamId: 2, sequence: 7 } });
    expect(session.isPending).toBe(false);
    expect(clients.list()).toMatchObject([{ name: 'camera room', peer: '127.0.0.1:51068', transport: 'tcp' }]);
  });

  it('must come within five seconds', () => {
    const { clock, channel, closed, lines } = sessionFixture();
    clock.advance(5 * SECOND_US - 1);
    expect(channel.takeNames()).toEqual([]);
    clock.advance(1);
    expect(channel.takeNames()).toEqual(['ERROR HELLO_TIMEOUT']);
    expect([channel.ended, closed.times, clock.pending]).toEqual([true, 1, 0]);
    expect(lines).toMatchObject([{ level: 'warn', msg: 'client refused', code: 'HELLO_TIMEOUT' }]);
  });

  it('must come first', () => {
    const { channel, session, closed } = sessionFixture();
    session.onMessage({ type: MessageType.PING, t0Us: 1 });
    expect(channel.takeNames()).toEqual(['ERROR UNEXPECTED_MESSAGE']);
    expect(closed.times).toBe(1);
  });

  it('must come once', () => {
    const { channel, hello, open, clients } = sessionFixture();
    open();
    hello();
    expect(channel.takeNames()).toEqual(['ERROR UNEXPECTED_MESSAGE']);
    expect(clients.count).toBe(0);
  });

  it.each([0, 2, 65_535])('is refused in version %d', (version) => {
    const { channel, hello, clients } = sessionFixture({ token: 'secret' });
    hello({ version });
    expect(channel.take()).toEqual([
      {
        type: MessageType.ERROR,
        body: { code: 'BAD_VERSION', message: `This server speaks version 1, not ${version}.` },
      },
    ]);
    expect(clients.count).toBe(0);
  });

  it.each([undefined, '', 'wrong'])('is refused with the token %j, and the streams are not told', (token) => {
    const { channel, hello, closed, lines } = sessionFixture({ token: 'right' });
    hello({ token, subscriptions: [{ stream: 'nowhere' }] });
    expect(channel.take()).toEqual([
      {
        type: MessageType.ERROR,
        body: {
          code: 'BAD_TOKEN',
          message: 'The token is missing or wrong; give the one that the server was started with.',
        },
      },
    ]);
    expect(closed.times).toBe(1);
    expect(JSON.stringify(lines)).not.toContain('wrong"');
  });

  it('is welcome with the right token', () => {
    const { channel, hello } = sessionFixture({ token: 'right' });
    hello({ token: 'right' });
    expect(channel.takeNames()).toEqual(['WELCOME', 'PING']);
  });

  it('is refused when the server is full, until somebody leaves', () => {
    const { connect, clients } = serverFixture({ maxClients: 1 });
    const [first, second, third] = [connect(), connect(), connect()];
    first.open();
    second.hello();
    expect(second.channel.takeNames()).toEqual(['ERROR SERVER_FULL']);
    expect(clients.count).toBe(1);
    first.session.onDisconnect();
    expect(clients.count).toBe(0);
    third.hello();
    expect(third.channel.takeNames()).toEqual(['WELCOME', 'PING']);
  });

  it('that is refused again and again does not fill the log', () => {
    const { connect, clock, lines } = serverFixture({ token: 'right' });
    for (let i = 0; i < 1000; i += 1) connect().hello({ token: 'wrong' });
    clock.advance(SECOND_US);
    connect().hello({ token: 'wrong' });
    expect(lines).toMatchObject([
      { msg: 'client refused', code: 'BAD_TOKEN', suppressed: 0 },
      { msg: 'client refused', code: 'BAD_TOKEN', suppressed: 999 },
    ]);
  });

  it('is refused as a whole when it names one stream that does not exist', () => {
    const { channel, hello, stream } = sessionFixture();
    hello({ subscriptions: [{ stream: 'a' }, { stream: 'c' }] });
    expect(channel.take()).toEqual([
      { type: MessageType.ERROR, body: { code: 'UNKNOWN_STREAM', message: 'There is no stream c; there are a, b.' } },
    ]);
    expect(stream('a').subscriberCount).toBe(0);
  });
});

describe('an open session', () => {
  it('answers PING with when it came and when the answer left', () => {
    const { clock, channel, session, open } = sessionFixture();
    open();
    clock.advance(700);
    session.onMessage({ type: MessageType.PING, t0Us: 42 });
    const timeUs = START_US + 700;
    expect(channel.take()).toEqual([{ type: MessageType.PONG, t0Us: 42, t1Us: timeUs, t2Us: timeUs }]);
  });

  it('passes on what its client measured', () => {
    const { session, open, clients } = sessionFixture();
    const reports: unknown[] = [];
    clients.observe({ onReport: (client, stats) => reports.push([client.name, stats]) });
    open();
    for (const intervalMs of [1000, 1001]) {
      session.onMessage({ type: MessageType.STATS, body: { intervalMs, streams: [] } });
    }
    expect(reports).toEqual([
      ['demo', { intervalMs: 1000, streams: [] }],
      ['demo', { intervalMs: 1001, streams: [] }],
    ]);
  });

  it('shows what its client watches, and ends when it is disconnected', () => {
    const { channel, closed, open, clients, stream } = sessionFixture();
    open({ stream: 'a' });
    stream('a').publish(encodedFrame(0));
    expect(clients.list()[0]?.streams()).toMatchObject([{ stream: 'a', counters: { sent: 1, replaced: 0 } }]);
    channel.take();
    clients.list()[0]?.disconnect('KICKED', 'Away with you.');
    expect(channel.take()).toEqual([{ type: MessageType.BYE, body: { code: 'KICKED', message: 'Away with you.' } }]);
    expect([closed.times, clients.count]).toEqual([1, 0]);
  });

  it('gives credit back for acknowledged frames', () => {
    const { channel, session, open, stream } = sessionFixture();
    open({ stream: 'a' });
    for (const sequence of [0, 1, 2, 3]) stream('a').publish(encodedFrame(sequence));
    expect(channel.takeNames()).toEqual(['FRAME 0', 'FRAME 1']);
    session.onMessage(ack(1, 0));
    expect(channel.takeNames()).toEqual(['SKIPPED 2-2', 'FRAME 3']);
  });

  it.each([
    ['a frame that was not sent', ack(1, 1)],
    ['a stream that is not subscribed to', ack(2, 0)],
    ['a stream that does not exist', ack(77, 0)],
  ])('ends when an ACK names %s', (_what, message) => {
    const { channel, session, open, stream, clients } = sessionFixture();
    open({ stream: 'a' });
    stream('a').publish(encodedFrame(0));
    channel.take();
    session.onMessage(message);
    expect(channel.takeNames()).toEqual(['ERROR BAD_MESSAGE']);
    expect([clients.count, stream('a').subscriberCount]).toEqual([0, 0]);
  });

  it('tells every change of any stream', () => {
    const { channel, open, hub, stream } = sessionFixture();
    open({ stream: 'a' });
    stream('b').setState('connecting');
    stream('b').setState('offline', { code: 'SOURCE_FAILED', message: 'It broke.' });
    addStream(hub, 'c');
    expect(channel.takeNames()).toEqual([
      'STREAM changed b connecting',
      'STREAM down b offline',
      'STREAM appeared c idle',
    ]);
  });

  it('says after WELCOME why a stream is in its state', () => {
    const { channel, hello, stream } = sessionFixture();
    const reason = { code: 'SOURCE_TIMEOUT', message: 'Nothing came for 10 s; next try in 4 s.' };
    stream('b').setState('offline', reason);
    channel.take();
    hello({ subscriptions: [{ stream: 'b' }] });
    const [welcome, change] = channel.take();
    expect(welcome).toMatchObject({ type: MessageType.WELCOME });
    const body = { event: 'changed', stream: stream('b').info(), reason };
    expect(change).toEqual({ type: MessageType.STREAM, body });
  });

  it('says nothing of streams before WELCOME', () => {
    const { channel, hub } = sessionFixture();
    addStream(hub, 'c');
    expect(channel.takeNames()).toEqual([]);
  });

  it('ends when its client says BYE, without an answer', () => {
    const { channel, session, open, stream, closed, clients, clock, lines } = sessionFixture();
    open({ stream: 'a' });
    session.onMessage(BYE);
    expect(closed.times).toBe(1);
    session.onMessage(BYE);
    session.onMessage({ type: MessageType.PING, t0Us: 1 });
    session.onDisconnect();
    expect(channel.takeNames()).toEqual([]);
    expect([channel.ended, closed.times, clients.count, stream('a').subscriberCount, clock.pending]).toEqual([
      true,
      1,
      0,
      0,
      0,
    ]);
    expect(lines.map(({ msg }) => msg)).toEqual(['client connected', 'client gone']);
  });

  it('says BYE with the reason it is given, once', () => {
    const { channel, session, open, closed } = sessionFixture();
    open();
    session.bye('SERVER_CLOSING', 'The server shuts down.');
    session.bye('SERVER_CLOSING', 'The server shuts down.');
    expect(channel.take()).toEqual([
      { type: MessageType.BYE, body: { code: 'SERVER_CLOSING', message: 'The server shuts down.' } },
    ]);
    expect([channel.ended, closed.times]).toEqual([true, 1]);
  });

  it('leaves nothing behind when the connection is cut', () => {
    const { channel, session, open, stream, closed, clients, clock } = sessionFixture();
    open({ stream: '*' });
    session.onDisconnect();
    for (const name of ['a', 'b']) stream(name).publish(encodedFrame(0));
    stream('a').setState('live');
    session.onMessage(ack(1, 0));
    session.onDrain();
    expect(channel.takeNames()).toEqual([]);
    expect([closed.times, clients.count, stream('a').subscriberCount, clock.pending]).toEqual([1, 0, 0, 0]);
  });

  it('ends with the code of an error in what its client sent', () => {
    const { channel, session, open, clients } = sessionFixture();
    open();
    session.onProtocolError(new StreamerError('MESSAGE_TOO_LONG', 'A STATS message is too long.'));
    expect(channel.take()).toEqual([
      { type: MessageType.ERROR, body: { code: 'MESSAGE_TOO_LONG', message: 'A STATS message is too long.' } },
    ]);
    expect(clients.count).toBe(0);
  });
});

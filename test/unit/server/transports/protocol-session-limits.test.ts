import { describe, expect, it } from 'vitest';
import { MessageType } from '../../../../shared/protocol/messages.js';
import { START_US } from '../../../helpers/fake-frames.js';
import { encodedFrame, sessionFixture } from '../../../helpers/session-fixture.js';

const SECOND_US = 1_000_000;

describe('keeping alive', () => {
  it('pings every ten seconds', () => {
    const { clock, channel, session, open } = sessionFixture();
    open();
    for (let i = 0; i < 3; i += 1) {
      clock.advance(10 * SECOND_US);
      session.onMessage({ type: MessageType.PING, t0Us: 1 });
    }
    const pings = channel.take().filter(({ type }) => type === MessageType.PING);
    expect(pings).toEqual([10, 20, 30].map((s) => ({ type: MessageType.PING, t0Us: START_US + s * SECOND_US })));
  });

  it('ends a session that was silent for a minute', () => {
    const { clock, channel, open, clients } = sessionFixture();
    open();
    clock.advance(60 * SECOND_US - 1);
    expect(channel.takeNames()).toEqual(Array.from({ length: 5 }, () => 'PING'));
    clock.advance(1);
    expect(channel.takeNames()).toEqual(['ERROR IDLE_TIMEOUT']);
    expect([clients.count, clock.pending]).toEqual([0, 0]);
  });

  it('takes any message as a sign of life', () => {
    const { clock, channel, session, open } = sessionFixture();
    open();
    for (let i = 0; i < 10; i += 1) {
      clock.advance(59 * SECOND_US);
      session.onMessage({ type: MessageType.PONG, t0Us: 1, t1Us: 1, t2Us: 1 });
    }
    expect(new Set(channel.takeNames())).toEqual(new Set(['PING']));
  });
});

describe('the round trip', () => {
  /** Frames sent without an acknowledgement after a PONG to `t0Us` came `afterUs` after the first PING. */
  function framesInFlight(afterUs: number, t0Us: number) {
    const { clock, channel, session, open, stream } = sessionFixture();
    open({ stream: 'a' });
    clock.advance(afterUs);
    session.onMessage({ type: MessageType.PONG, t0Us, t1Us: 0, t2Us: 0 });
    for (let sequence = 0; sequence < 50; sequence += 1) stream('a').publish(encodedFrame(sequence));
    return channel.take().length;
  }

  it('is measured from our own PING, and lets more frames be in flight on a long path', () => {
    expect(framesInFlight(200_000, START_US)).toBe(7);
    expect(framesInFlight(1_000, START_US)).toBe(2);
  });

  it('is not what a client pretends', () => {
    expect(framesInFlight(200_000, START_US - SECOND_US)).toBe(2);
    expect(framesInFlight(200_000, 0)).toBe(2);
  });

  it('counts at its smallest', () => {
    const { clock, channel, session, open, stream } = sessionFixture();
    open({ stream: 'a' });
    let next = 0;
    /** Answers the next PING after `roundTripUs`; returns how many frames may be in flight then. */
    const windowAfter = (roundTripUs: number, index: number) => {
      clock.advance(START_US + (index + 1) * 10 * SECOND_US - clock.nowUs());
      const pings = channel.take().filter((message) => message.type === MessageType.PING);
      clock.advance(roundTripUs);
      session.onMessage({ type: MessageType.PONG, t0Us: pings[0]?.t0Us ?? NaN, t1Us: 0, t2Us: 0 });
      for (const end = next + 40; next < end; next += 1) stream('a').publish(encodedFrame(next));
      const inFlight = channel.take().filter((message) => message.type === MessageType.FRAME);
      for (let frames = inFlight; frames.length > 0;) {
        session.onMessage({ type: MessageType.ACK, streamId: 1, sequence: frames.at(-1)!.header.sequence });
        frames = channel.take().filter((message) => message.type === MessageType.FRAME);
      }
      return inFlight.length;
    };
    expect([300_000, 500_000, 100_000, 200_000].map(windowAfter)).toEqual([10, 10, 4, 4]);
  });

  it('can be answered once', () => {
    const { clock, channel, session, open, stream } = sessionFixture();
    open({ stream: 'a' });
    const pong = { type: MessageType.PONG, t0Us: START_US, t1Us: 0, t2Us: 0 } as const;
    clock.advance(1_000);
    session.onMessage(pong);
    clock.advance(500_000);
    session.onMessage(pong);
    for (let sequence = 0; sequence < 50; sequence += 1) stream('a').publish(encodedFrame(sequence));
    expect(channel.take()).toHaveLength(2);
  });
});

describe('a client that sends too much', () => {
  it('is ended above a mebibyte in a second', () => {
    const { channel, session, open, clients, clock } = sessionFixture();
    open();
    expect(session.onBytes(1024 * 1024)).toBe(true);
    clock.advance(SECOND_US);
    expect(session.onBytes(1024 * 1024)).toBe(true);
    expect(session.onBytes(1)).toBe(false);
    expect(channel.takeNames()).toEqual(['ERROR TOO_MANY_MESSAGES']);
    expect(clients.count).toBe(0);
    expect(session.onBytes(1)).toBe(false);
    expect(channel.takeNames()).toEqual([]);
  });

  it('is ended before HELLO, too', () => {
    const { channel, session } = sessionFixture();
    expect(session.onBytes(1024 * 1024 + 1)).toBe(false);
    expect(channel.takeNames()).toEqual(['ERROR TOO_MANY_MESSAGES']);
  });
});

describe('a client that asks and does not read', () => {
  const ping = { type: MessageType.PING, t0Us: 1 } as const;
  /** PONGs of 29 bytes that fit in 256 KiB. */
  const FITTING = Math.floor((256 * 1024) / 29);

  it('is ended when 256 KiB of answers wait', () => {
    const { channel, session, open, clients } = sessionFixture();
    open();
    channel.backlog = 1;
    for (let i = 0; i < FITTING; i += 1) session.onMessage(ping);
    expect(new Set(channel.takeNames())).toEqual(new Set(['PONG']));
    session.onMessage(ping);
    expect(channel.takeNames()).toEqual(['ERROR TOO_FAR_BEHIND']);
    expect(clients.count).toBe(0);
  });

  it('is ended by changes of streams, too', () => {
    const { channel, open, stream, clients } = sessionFixture();
    open();
    channel.backlog = 1;
    for (let i = 0; i < 2000; i += 1) {
      stream('a').setState('offline', { code: 'SOURCE_FAILED', message: 'x'.repeat(500) + String(i) });
    }
    expect(channel.takeNames().at(-1)).toBe('ERROR TOO_FAR_BEHIND');
    expect(clients.count).toBe(0);
  });

  it('starts with nothing again whenever it has read all', () => {
    const { channel, session, open } = sessionFixture();
    open();
    for (let round = 0; round < 3; round += 1) {
      channel.backlog = 1;
      for (let i = 0; i < FITTING - 1; i += 1) session.onMessage(ping);
      channel.backlog = 0;
      session.onMessage(ping);
    }
    expect(channel.ended).toBe(false);
  });

  it('is not ended when it is slow but reads: between two answers everything went out', () => {
    const { channel, session, open } = sessionFixture();
    open({ stream: 'a' });
    channel.backlog = 1_000_000;
    for (let i = 0; i < 2 * FITTING; i += 1) {
      session.onMessage(ping);
      session.onDrain();
    }
    expect(channel.ended).toBe(false);
  });
});

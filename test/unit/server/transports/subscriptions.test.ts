import { describe, expect, it } from 'vitest';
import { MessageType } from '../../../../shared/protocol/messages.js';
import type { Subscription } from '../../../../shared/protocol/messages.js';
import { addStream, encodedFrame, serverFixture, sessionFixture } from '../../../helpers/session-fixture.js';

/** Ids that WELCOME lists as subscribed, on a server with the streams a (1), b (2) and c (3). */
function subscribedTo(...subscriptions: Subscription[]) {
  const { open } = sessionFixture({ streams: ['a', 'b', 'c'] });
  const [welcome] = open(...subscriptions);
  return welcome?.type === MessageType.WELCOME ? welcome.body.subscribed : welcome;
}

describe('what WELCOME lists as subscribed', () => {
  it.each<[string, Subscription[], number[]]>([
    ['nothing', [], []],
    ['the first stream for a subscription without a name', [{}], [1]],
    ['the stream that is named', [{ stream: 'b' }], [2]],
    ['streams in the order they were named', [{ stream: 'c' }, { stream: 'a' }], [3, 1]],
    ['a stream once', [{ stream: 'b' }, { stream: 'b' }], [2]],
    ['a stream once, by default and by name', [{}, { stream: 'a' }], [1]],
    ['every stream', [{ stream: '*' }], [1, 2, 3]],
    ['every stream, those that are named first', [{ stream: '*' }, { stream: 'c' }], [3, 1, 2]],
  ])('is %s', (_what, subscriptions, ids) => {
    expect(subscribedTo(...subscriptions)).toEqual(ids);
  });

  it('is nothing for every stream of a server that has none', () => {
    const { open } = sessionFixture({ streams: [] });
    expect(open({ stream: '*' })[0]).toMatchObject({
      type: MessageType.WELCOME,
      body: { subscribed: [], streams: [] },
    });
  });

  it('cannot be the first stream of a server that has none', () => {
    const { hello, channel } = sessionFixture({ streams: [] });
    hello({ subscriptions: [{}] });
    const message = 'There is no stream at all; there are none.';
    expect(channel.take()).toEqual([{ type: MessageType.ERROR, body: { code: 'UNKNOWN_STREAM', message } }]);
  });

  it('names no more than twenty streams to somebody who asked for a wrong one', () => {
    const { hello, channel } = sessionFixture({ streams: Array.from({ length: 1000 }, (_, i) => `s${i}`) });
    hello({ subscriptions: [{ stream: 'x' }] });
    const [error] = channel.take();
    const message = error?.type === MessageType.ERROR ? error.body.message : '';
    expect(message.match(/s\d+/g)).toHaveLength(20);
  });
});

describe('which of several subscriptions counts', () => {
  /** Frames of stream a that come of nine published, without any acknowledgement. */
  function framesOfA(...subscriptions: Subscription[]) {
    const { open, channel, stream } = sessionFixture();
    open(...subscriptions);
    for (let sequence = 0; sequence < 9; sequence += 1) stream('a').publish(encodedFrame(sequence));
    return channel.takeNames().filter((name) => name.startsWith('FRAME'));
  }
  const every = Array.from({ length: 9 }, (_, sequence) => `FRAME ${sequence}`);

  it('is the default policy, latest', () => {
    expect(framesOfA({ stream: 'a' })).toEqual(['FRAME 0', 'FRAME 1']);
  });

  it('is the first of those that name the stream', () => {
    expect(framesOfA({ stream: 'a', policy: 'every' }, { stream: 'a', policy: 'latest' })).toEqual(every);
    expect(framesOfA({ policy: 'every' }, { stream: 'a', policy: 'latest' })).toEqual(every);
  });

  it('is one with a name before the one for all, wherever it stands', () => {
    expect(framesOfA({ stream: '*', policy: 'every' }, { stream: 'a', policy: 'latest' })).toEqual([
      'FRAME 0',
      'FRAME 1',
    ]);
  });

  it('is the first of those for all', () => {
    expect(framesOfA({ stream: '*', policy: 'every' }, { stream: '*', policy: 'latest' })).toEqual(every);
  });

  it('thins with maxFps', () => {
    expect(framesOfA({ stream: 'a', policy: 'every', maxFps: 10 })).toEqual(['FRAME 0', 'FRAME 3', 'FRAME 6']);
  });
});

describe('a stream that appears later', () => {
  it('comes to who asked for every stream, after it was announced', () => {
    const { open, channel, hub, session } = sessionFixture();
    open({ stream: '*', policy: 'every' });
    const late = addStream(hub, 'late');
    for (let sequence = 0; sequence < 4; sequence += 1) late.publish(encodedFrame(sequence));
    expect(channel.takeNames()).toEqual([
      'STREAM appeared late idle',
      ...[0, 1, 2, 3].map((sequence) => `FRAME ${sequence}`),
    ]);
    session.onMessage({ type: MessageType.ACK, streamId: late.id, sequence: 3 });
    expect(channel.ended).toBe(false);
  });

  it('has the window that the path was found to need', () => {
    const { open, channel, hub, session, clock } = sessionFixture();
    const ping = open({ stream: '*' }).find(({ type }) => type === MessageType.PING);
    clock.advance(200_000);
    session.onMessage({ ...ping, type: MessageType.PONG, t1Us: 0, t2Us: 0 } as never);
    const late = addStream(hub, 'late');
    for (let sequence = 0; sequence < 20; sequence += 1) late.publish(encodedFrame(sequence));
    expect(channel.takeNames()).toHaveLength(1 + 7);
  });

  it('does not come to others', () => {
    const { open, hub } = sessionFixture();
    open({ stream: 'a' });
    expect(addStream(hub, 'late').subscriberCount).toBe(0);
  });
});

describe('several streams on one connection', () => {
  it('have credit of their own', () => {
    const { open, channel, stream, session } = sessionFixture();
    open({ stream: '*' });
    for (let sequence = 0; sequence < 5; sequence += 1) {
      stream('a').publish(encodedFrame(sequence));
      stream('b').publish(encodedFrame(100 + sequence));
    }
    expect(channel.takeNames()).toEqual(['FRAME 0', 'FRAME 100', 'FRAME 1', 'FRAME 101']);
    session.onMessage({ type: MessageType.ACK, streamId: 2, sequence: 101 });
    expect(channel.takeNames()).toEqual(['SKIPPED 102-103', 'FRAME 104']);
  });

  it('all go on when the channel drains', () => {
    const { open, channel, stream, session } = sessionFixture();
    open({ stream: '*' });
    channel.backlog = 100_000;
    stream('a').publish(encodedFrame(0));
    stream('b').publish(encodedFrame(0));
    expect(channel.takeNames()).toEqual([]);
    channel.backlog = 0;
    session.onDrain();
    expect(channel.takeNames()).toEqual(['FRAME 0', 'FRAME 0']);
  });
});

describe('several clients of one stream', () => {
  it('do not wait for each other', () => {
    const { connect, stream } = serverFixture();
    const [quick, stalled] = [connect(), connect()];
    quick.open({ stream: 'a' });
    stalled.open({ stream: 'a' });
    for (let sequence = 0; sequence < 100; sequence += 1) {
      stream('a').publish(encodedFrame(sequence));
      quick.session.onMessage({ type: MessageType.ACK, streamId: 1, sequence });
    }
    expect(quick.channel.takeNames().filter((name) => name.startsWith('FRAME'))).toHaveLength(100);
    expect(stalled.channel.takeNames()).toEqual(['FRAME 0', 'FRAME 1']);
  });

  it('do not lose a frame when one of them is ended for being too far behind', () => {
    const { connect, stream } = serverFixture();
    const [behind, other] = [connect(), connect()];
    behind.open({ stream: 'a', policy: 'every' });
    other.open({ stream: 'a' });
    behind.channel.backlog = 65 * 1024 * 1024;
    stream('a').publish(encodedFrame(0));
    expect(behind.channel.takeNames()).toEqual(['ERROR TOO_FAR_BEHIND']);
    expect(other.channel.takeNames()).toEqual(['FRAME 0']);
    expect(stream('a').subscriberCount).toBe(1);
  });

  it('are told how far behind they were', () => {
    const { open, channel, stream } = sessionFixture();
    open({ stream: 'a', policy: 'every' });
    channel.backlog = 70_000_000;
    stream('a').publish(encodedFrame(0));
    const message = 'The client is 70 MB behind; use policy latest or queue:N, or a faster link.';
    expect(channel.take()).toEqual([{ type: MessageType.ERROR, body: { code: 'TOO_FAR_BEHIND', message } }]);
  });
});

import { describe, expect, it } from 'vitest';
import type { PublishedFrame } from '../../../../server/hub/frame.js';
import type { HubStream } from '../../../../server/hub/stream.js';
import { Subscriber } from '../../../../server/hub/subscriber.js';
import type { Message, Policy } from '../../../../shared/protocol/messages.js';
import { MessageType } from '../../../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../../../shared/protocol/parser.js';
import { FakeFrameSink } from '../../../helpers/fake-frame-sink.js';
import { createStream, encodedFrame, subscribe } from '../../../helpers/hub-stream-of-test.js';

describe('frames kept for late joiners', () => {
  function join(stream: HubStream, policy: Policy) {
    const sink = new FakeFrameSink();
    const sent: [number, number][] = [];
    sink.sendFrame = ({ header }) => void sent.push([header.sequence, header.flags]);
    const subscriber = new Subscriber({ policy, maxFps: null, fps: 30, fixedWindow: null, sink });
    stream.subscribe(subscriber, subscriber.keptFrames);
    return { sent, subscriber };
  }

  it.each([
    ['latest', [[4, 1]]],
    [
      'every',
      [
        [2, 1],
        [3, 1],
        [4, 1],
      ],
    ],
  ] as const)('are as many as policy %s lets wait, marked as kept', (policy, expected) => {
    const { stream } = createStream();
    for (let sequence = 0; sequence < 5; sequence += 1) stream.publish(encodedFrame(sequence));
    const { sent } = join(stream, policy);
    expect(sent).toEqual(expected);
    stream.publish(encodedFrame(5));
    expect(sent.at(-1)).toEqual([5, 0]);
  });

  it('wait for credit with policy queue:N like any other frame', () => {
    const { stream } = createStream();
    for (let sequence = 0; sequence < 5; sequence += 1) stream.publish(encodedFrame(sequence));
    const { sent, subscriber } = join(stream, 'queue:5');
    expect(sent).toEqual([
      [2, 1],
      [3, 1],
    ]);
    subscriber.acknowledge(2);
    expect(sent).toEqual([
      [2, 1],
      [3, 1],
      [4, 1],
    ]);
  });

  it('share the JPEG and are a packet of their own', () => {
    const { stream } = createStream();
    const frame = encodedFrame(0);
    stream.publish(frame);
    const packets: PublishedFrame[] = [];
    const sink = new FakeFrameSink();
    sink.sendFrame = (published) => void packets.push(published);
    stream.subscribe(new Subscriber({ policy: 'latest', maxFps: null, fps: 30, fixedWindow: null, sink }), 1);
    const received: Message[] = [];
    const parser = new MessageParser({ accepts: CLIENT_ACCEPTS, onMessage: (message) => received.push(message) });
    parser.push(Buffer.concat([packets[0]!.packetHeader, frame.jpeg]));
    expect(received).toEqual([{ type: MessageType.FRAME, header: packets[0]!.header, jpeg: frame.jpeg }]);
    expect(packets[0]!.jpeg).toBe(frame.jpeg);
    expect(stream.newestFrame?.header.flags).toBe(0);
  });

  it('are not sent to those who do not ask', () => {
    const { stream } = createStream();
    stream.publish(encodedFrame(0));
    expect(subscribe(stream).sink.take()).toEqual([]);
  });

  it.each(['idle', 'ended'] as const)('are forgotten when the stream is %s', (state) => {
    const { stream } = createStream();
    stream.setState('live');
    stream.publish(encodedFrame(0));
    stream.setState(state);
    expect([join(stream, 'latest').sent, stream.newestFrame]).toEqual([[], undefined]);
  });
});

import { describe, expect, it } from 'vitest';
import { Subscriber } from '../../../../server/hub/subscriber.js';
import type { StreamChange } from '../../../../shared/protocol/messages.js';
import { MessageType } from '../../../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../../../shared/protocol/parser.js';
import { FakeFrameSink } from '../../../helpers/fake-frame-sink.js';
import { START_US } from '../../../helpers/fake-frames.js';
import { createStream, DESCRIPTION, encodedFrame, subscribe } from '../../../helpers/hub-stream-of-test.js';

describe('HubStream.publish', () => {
  it('makes one packet for all subscribers, with the time of each stage since the capture', () => {
    const { stream, clock } = createStream();
    const packets: Buffer[] = [];
    const jpegs: Buffer[] = [];
    for (let i = 0; i < 2; i += 1) {
      const sink = new FakeFrameSink();
      sink.sendFrame = ({ packetHeader, jpeg }) => {
        packets.push(packetHeader);
        jpegs.push(jpeg);
      };
      stream.subscribe(new Subscriber({ policy: 'latest', maxFps: null, fps: 30, fixedWindow: null, sink }));
    }
    const decodedTimeUs = START_US + 100;
    const processedTimeUs = START_US + 200;
    const encodeStartTimeUs = START_US + 250;
    const encodedTimeUs = START_US + 8_000;
    const frame = encodedFrame(42, {
      timeSource: 'source',
      decodedTimeUs,
      processedTimeUs,
      encodeStartTimeUs,
      encodedTimeUs,
      clockErrorUs: 9,
    });
    clock.advance(8_500);
    stream.publish(frame);

    expect(packets[0]).toBe(packets[1]);
    expect(jpegs).toEqual([frame.jpeg, frame.jpeg]);
    expect(jpegs[0]).toBe(frame.jpeg);
    const received: unknown[] = [];
    const parser = new MessageParser({ accepts: CLIENT_ACCEPTS, onMessage: (message) => received.push(message) });
    parser.push(Buffer.concat([packets[0] ?? Buffer.alloc(0), frame.jpeg]));
    expect(received).toEqual([
      {
        type: MessageType.FRAME,
        header: {
          streamId: 3,
          format: 1,
          timeSource: 'source',
          sequence: 42,
          captureTimeUs: START_US,
          decodedOffsetUs: 100,
          processedOffsetUs: 200,
          encodeStartOffsetUs: 250,
          encodedOffsetUs: 8_000,
          publishedOffsetUs: 8_500,
          clockErrorUs: 9,
          width: 4,
          height: 2,
          flags: 0,
        },
        jpeg: frame.jpeg,
      },
    ]);
  });

  it('gives 0 for a stage that was over before the frame was due', () => {
    const { stream } = createStream();
    const { sink } = subscribe(stream);
    let decodedOffsetUs = NaN;
    sink.sendFrame = ({ header }) => (decodedOffsetUs = header.decodedOffsetUs);
    stream.publish(encodedFrame(0, { decodedTimeUs: START_US - 70_000 }));
    expect(decodedOffsetUs).toBe(0);
  });

  it('counts frames and bytes, with or without subscribers', () => {
    const { stream } = createStream();
    stream.publish(encodedFrame(0));
    subscribe(stream);
    stream.publish(encodedFrame(1));
    expect(stream.counters).toEqual({ published: 2, publishedBytes: 8, dropped: 0 });
  });

  it('goes on for the others when one subscriber leaves in the middle of it', () => {
    const { stream } = createStream();
    const first = subscribe(stream);
    const second = subscribe(stream);
    first.sink.sendFrame = () => stream.unsubscribe(first.subscriber);
    stream.publish(encodedFrame(0));
    stream.publish(encodedFrame(1));
    expect(second.sink.take()).toEqual(['frame 0', 'frame 1']);
    expect(stream.subscriberCount).toBe(1);
  });
});

describe('HubStream.drop', () => {
  it('is counted and announced to each subscriber before its next frame', () => {
    const { stream } = createStream();
    const { sink } = subscribe(stream);
    stream.drop(4, 6);
    stream.publish(encodedFrame(7));
    expect(sink.take()).toEqual(['skipped 4-6', 'frame 7']);
    expect(stream.counters.dropped).toBe(3);
  });
});

describe('demand', () => {
  it('begins with the first subscriber and ends with the last', () => {
    const { stream } = createStream();
    const demand: boolean[] = [];
    stream.observe({ onDemand: (wanted) => demand.push(wanted) });
    const first = subscribe(stream);
    const second = subscribe(stream);
    stream.unsubscribe(first.subscriber);
    expect(demand).toEqual([true]);
    stream.unsubscribe(second.subscriber);
    stream.unsubscribe(second.subscriber);
    expect(demand).toEqual([true, false]);
    subscribe(stream);
    expect(demand).toEqual([true, false, true]);
  });

  it('is no longer told to an observer that left', () => {
    const { stream } = createStream();
    const demand: boolean[] = [];
    const stop = stream.observe({ onDemand: (wanted) => demand.push(wanted) });
    stop();
    subscribe(stream);
    expect(demand).toEqual([]);
  });
});

describe('HubStream.describe', () => {
  it('tells what became known, and nothing when nothing did', () => {
    const { stream } = createStream();
    const changes: StreamChange[] = [];
    stream.observe({ onChange: (change) => changes.push(change) });
    const facts = { ...DESCRIPTION, width: 640, height: 480, fps: 15 };
    stream.describe(facts);
    stream.describe({ ...facts, encoding: { ...facts.encoding } });
    expect(changes).toEqual([{ event: 'changed', stream: { id: 3, name: 'cam', ...facts, state: 'idle' } }]);
  });

  it('lets subscribers reckon with the new rate', () => {
    const { stream } = createStream();
    const { subscriber } = subscribe(stream);
    subscriber.setRoundTripUs(200_000);
    expect(subscriber.window).toBe(7);
    stream.describe({ ...DESCRIPTION, fps: 10 });
    expect(subscriber.window).toBe(3);
  });
});

describe('HubStream.nextSequence', () => {
  it('is one more than the last frame that came or was dropped', () => {
    const { stream } = createStream();
    expect(stream.nextSequence).toBe(0);
    stream.publish(encodedFrame(7));
    expect(stream.nextSequence).toBe(8);
    stream.drop(8, 11);
    expect(stream.nextSequence).toBe(12);
  });
});

import { describe, expect, it } from 'vitest';
import type { EncodedFrame, PublishedFrame } from '../../../../server/hub/frame.js';
import { HubStream } from '../../../../server/hub/stream.js';
import { Subscriber } from '../../../../server/hub/subscriber.js';
import type { Message, Policy, StreamChange, StreamState } from '../../../../shared/protocol/messages.js';
import { MessageType } from '../../../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../../../shared/protocol/parser.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { FakeFrameSink } from '../../../helpers/fake-frame-sink.js';
import { START_US } from '../../../helpers/fake-frames.js';

const OPTIONS = { frameBuffer: 3, policy: 'latest' } as const;
const DESCRIPTION = {
  width: 4,
  height: 2,
  fps: 30,
  timeSource: 'schedule',
  startTimeUs: START_US,
  encoding: { mode: 'encoded', reason: 'a test' },
} as const;

function createStream() {
  const clock = new FakeClock(START_US);
  const stream = new HubStream(3, 'cam', OPTIONS, DESCRIPTION, clock);
  return { clock, stream };
}

function subscribe(stream: HubStream) {
  const sink = new FakeFrameSink();
  const subscriber = new Subscriber({ policy: 'latest', maxFps: null, fps: 30, fixedWindow: null, sink });
  stream.subscribe(subscriber);
  return { sink, subscriber };
}

function encodedFrame(sequence: number, times: Partial<EncodedFrame> = {}): EncodedFrame {
  const stages = { decodedTimeUs: START_US, processedTimeUs: START_US, encodeStartTimeUs: START_US };
  return {
    sequence,
    captureTimeUs: START_US,
    timeSource: 'schedule',
    ...stages,
    encodedTimeUs: START_US,
    clockErrorUs: 0,
    width: 4,
    height: 2,
    jpeg: Buffer.from('ffd8ffd9', 'hex'),
    ...times,
  };
}

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

describe('HubStream.setState', () => {
  const reason = (message: string) => ({ code: 'SOURCE_FAILED', message });

  function watched() {
    const { stream } = createStream();
    const changes: StreamChange[] = [];
    stream.observe({ onChange: (change) => changes.push(change) });
    return { stream, changes };
  }

  function eventsOf(...states: StreamState[]) {
    const { stream, changes } = watched();
    states.forEach((state, index) => stream.setState(state, state === 'offline' ? reason(String(index)) : undefined));
    return changes.map((change) => `${change.event} ${change.stream.state}`);
  }

  it('begins as idle, without a reason', () => {
    const { stream } = createStream();
    expect(stream.info()).toEqual({ id: 3, name: 'cam', ...DESCRIPTION, state: 'idle' });
    expect(stream.reason).toBeUndefined();
  });

  it('tells the stream as it is now, and why', () => {
    const { stream, changes } = watched();
    stream.setState('offline', reason('It broke.'));
    expect(changes).toEqual([
      { event: 'down', stream: { id: 3, name: 'cam', ...DESCRIPTION, state: 'offline' }, reason: reason('It broke.') },
    ]);
    expect(stream.reason).toEqual(reason('It broke.'));
    stream.setState('connecting');
    expect(stream.reason).toBeUndefined();
    expect(changes[1]).not.toHaveProperty('reason');
  });

  it('says nothing when neither state nor reason changes', () => {
    const { stream, changes } = watched();
    stream.setState('offline', reason('a'));
    stream.setState('offline', reason('a'));
    expect(changes).toHaveLength(1);
    stream.setState('offline', reason('b'));
    expect(changes).toHaveLength(2);
  });

  it('is changed while it comes and goes', () => {
    expect(eventsOf('connecting', 'live', 'idle')).toEqual(['changed connecting', 'changed live', 'changed idle']);
  });

  it('is up again only when frames come, not while it is tried', () => {
    expect(eventsOf('connecting', 'live', 'offline', 'connecting', 'offline', 'connecting', 'live', 'idle')).toEqual([
      'changed connecting',
      'changed live',
      'down offline',
      'changed connecting',
      'down offline',
      'changed connecting',
      'up live',
      'changed idle',
    ]);
  });

  it('is up once for each time it was down', () => {
    expect(eventsOf('offline', 'live', 'idle', 'connecting', 'live')).toEqual([
      'down offline',
      'up live',
      'changed idle',
      'changed connecting',
      'changed live',
    ]);
  });

  it('is not up because nobody looks at it any more', () => {
    expect(eventsOf('offline', 'idle', 'connecting', 'live')).toEqual([
      'down offline',
      'changed idle',
      'changed connecting',
      'up live',
    ]);
  });

  it('is connected in every kind of ill health', () => {
    expect(eventsOf('offline', 'silent', 'frozen', 'clock-jump', 'degraded', 'live')).toEqual([
      'down offline',
      'up silent',
      'changed frozen',
      'changed clock-jump',
      'changed degraded',
      'changed live',
    ]);
  });

  it('is ended from any state', () => {
    expect(eventsOf('offline', 'ended')).toEqual(['down offline', 'ended ended']);
    expect(eventsOf('live', 'ended')).toEqual(['changed live', 'ended ended']);
  });
});

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

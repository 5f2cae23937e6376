import { describe, expect, it } from 'vitest';
import type { EncodedFrame } from '../../../../server/hub/frame.js';
import { HubStream } from '../../../../server/hub/stream.js';
import { Subscriber } from '../../../../server/hub/subscriber.js';
import type { StreamChange, StreamState } from '../../../../shared/protocol/messages.js';
import { MessageType } from '../../../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../../../shared/protocol/parser.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { FakeFrameSink } from '../../../helpers/fake-frame-sink.js';
import { START_US } from '../../../helpers/fake-frames.js';

const DESCRIPTION = {
  name: 'cam',
  width: 4,
  height: 2,
  fps: 30,
  timeSource: 'schedule',
  startTimeUs: START_US,
} as const;

function createStream() {
  const clock = new FakeClock(START_US);
  const stream = new HubStream(3, DESCRIPTION, clock);
  return { clock, stream };
}

function subscribe(stream: HubStream) {
  const sink = new FakeFrameSink();
  const subscriber = new Subscriber({ policy: 'latest', maxFps: null, fps: 30, fixedWindow: null, sink });
  stream.subscribe(subscriber);
  return { sink, subscriber };
}

function encodedFrame(sequence: number, times: Partial<EncodedFrame> = {}): EncodedFrame {
  const base = { sequence, captureTimeUs: START_US, decodedTimeUs: START_US, encodeStartTimeUs: START_US };
  return {
    ...base,
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
    const encodeStartTimeUs = START_US + 250;
    const encodedTimeUs = START_US + 8_000;
    const frame = encodedFrame(42, { decodedTimeUs, encodeStartTimeUs, encodedTimeUs, clockErrorUs: 9 });
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
          timeSource: 'schedule',
          sequence: 42,
          captureTimeUs: START_US,
          decodedOffsetUs: 100,
          encodeStartOffsetUs: 250,
          encodedOffsetUs: 8_000,
          publishedOffsetUs: 8_500,
          clockErrorUs: 9,
          width: 4,
          height: 2,
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
    expect(stream.info()).toEqual({ id: 3, ...DESCRIPTION, state: 'idle' });
    expect(stream.reason).toBeUndefined();
  });

  it('tells the stream as it is now, and why', () => {
    const { stream, changes } = watched();
    stream.setState('offline', reason('It broke.'));
    expect(changes).toEqual([
      { event: 'down', stream: { id: 3, ...DESCRIPTION, state: 'offline' }, reason: reason('It broke.') },
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

  it('is ended from any state', () => {
    expect(eventsOf('offline', 'ended')).toEqual(['down offline', 'ended ended']);
    expect(eventsOf('live', 'ended')).toEqual(['changed live', 'ended ended']);
  });
});

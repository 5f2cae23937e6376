import { describe, expect, it } from 'vitest';
import { Hub } from '../../../server/hub/hub.js';
import { Subscriber } from '../../../server/hub/subscriber.js';
import type { JpegCodec } from '../../../server/pipeline/jpeg-codec.js';
import type { Source, SourceInfo, SourceSink } from '../../../server/sources/source.js';
import { StreamRuntime, describeStream } from '../../../server/stream-runtime.js';
import type { StreamSettings } from '../../../server/stream-settings.js';
import { StreamerError } from '../../../shared/errors.js';
import { createLogger } from '../../../shared/logger.js';
import { STREAM_DEFAULTS } from '../../helpers/config-of-test.js';
import { FakeClock } from '../../helpers/fake-clock.js';
import { FakeFrameSink } from '../../helpers/fake-frame-sink.js';
import { FakeRawFrame, START_US } from '../../helpers/fake-frames.js';

const SECOND_US = 1_000_000;
const ENCODED = { mode: 'encoded', reason: 'the source is h264' } as const;
const INFO: SourceInfo = {
  width: 4,
  height: 2,
  fps: 30,
  timeSource: 'schedule',
  codec: 'h264',
  encoding: ENCODED,
  startTimeUs: START_US,
};
const SETTINGS: StreamSettings = { ...STREAM_DEFAULTS, name: 'cam' };

interface LogLine {
  readonly msg: string;
  readonly stream?: string;
  readonly code?: string;
  readonly suppressed?: number;
  readonly droppedTotal?: number;
}

function setUp({ endTimeUs = null as number | null, settings = SETTINGS, info = INFO } = {}) {
  const clock = new FakeClock(START_US);
  const hub = new Hub(clock);
  const lines: LogLine[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as LogLine) };
  const logger = createLogger({ level: 'info', pretty: false, destination });
  const encodes: { finish(): void; fail(): void }[] = [];
  const codec: JpegCodec = {
    parallel: 2,
    encode: () =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new StreamerError('ENCODE_FAILED', 'It is no picture.'));
        encodes.push({ finish: () => resolve(Buffer.from('ffd8ffd9', 'hex')), fail });
      }),
    reencode: (jpeg) => codec.encode({ data: jpeg, width: 1, height: 1 }),
    decode: async (_jpeg, size) => ({ data: Buffer.alloc(size.width * size.height * 3), ...size }),
  };
  const sinks: SourceSink[] = [];
  let stops = 0;
  const source: Source = {
    info,
    isLive: false,
    endTimeUs,
    start: (sink) => {
      sinks.push(sink);
      return { stop: async () => void (stops += 1) };
    },
  };
  const stream = hub.add('cam', settings, describeStream(info, settings));
  const runtime = new StreamRuntime(stream, settings, source, { clock, logger, createCodec: () => codec });
  const events: string[] = [];
  hub.onChange(({ event, stream }) => events.push(`${event} ${stream.state}`));
  const watch = () => {
    const sink = new FakeFrameSink();
    const subscriber = new Subscriber({ policy: 'every', maxFps: null, fps: 30, fixedWindow: null, sink });
    runtime.stream.subscribe(subscriber);
    return { sink, leave: () => runtime.stream.unsubscribe(subscriber) };
  };
  return { clock, hub, lines, encodes, sinks, runtime, events, watch, stops: () => stops };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('StreamRuntime', () => {
  it('adds a stream of the shape of its source, and starts nothing', () => {
    const { hub, sinks } = setUp();
    expect(hub.byName('cam')?.info()).toEqual({
      id: 1,
      name: 'cam',
      width: 4,
      height: 2,
      fps: 30,
      timeSource: 'schedule',
      startTimeUs: START_US,
      encoding: ENCODED,
      state: 'idle',
    });
    expect(sinks).toHaveLength(0);
  });

  it('runs for whom only its own video is for, but encodes no frame until somebody looks', async () => {
    const { sinks, watch, encodes, runtime } = setUp();
    const release = runtime.stream.hold();
    const frames = [0, 1, 2].map((sequence) => new FakeRawFrame(sequence));
    sinks[0]?.onFrame(frames[0]!);
    expect([sinks.length, encodes.length, frames[0]?.releases]).toEqual([1, 0, 1]);
    const { sink, leave } = watch();
    sinks[0]?.onFrame(frames[1]!);
    expect(encodes).toHaveLength(1);
    encodes[0]?.finish();
    await settle();
    expect(sink.take()).toEqual(['frame 1']);
    sinks[0]?.onFrame(frames[2]!);
    leave();
    encodes[1]?.finish();
    await settle();
    sinks[0]?.onFrame(new FakeRawFrame(3));
    expect([encodes.length, frames[2]?.releases, runtime.stream.newestFrame]).toEqual([2, 1, undefined]);
    release();
  });

  it('encodes every frame of a source that is to run always', () => {
    const { sinks, encodes, runtime } = setUp({ settings: { ...SETTINGS, onDemand: false } });
    runtime.stream.hold();
    sinks[0]?.onFrame(new FakeRawFrame(0));
    expect(encodes).toHaveLength(1);
  });

  it('passes on the video of the source, and whether there is any', () => {
    const { sinks, runtime } = setUp();
    const told: unknown[] = [];
    runtime.stream.packets.listen({
      onOffer: (isOffered) => told.push(isOffered),
      onPackets: (bytes, isStart) => told.push([bytes.toString(), isStart]),
    });
    runtime.stream.hold();
    sinks[0]?.onInfo({ ...INFO, fps: 29, offersPackets: true });
    sinks[0]?.onPackets?.(Buffer.from('a'), true);
    sinks[0]?.onInfo({ ...INFO, fps: 28, codec: 'vp8' });
    expect(told).toEqual([true, ['a', true], false]);
  });

  it('runs from the first viewer to the last', () => {
    const { sinks, watch, events, stops, clock } = setUp();
    const [first, second] = [watch(), watch()];
    expect([sinks.length, stops()]).toEqual([1, 0]);
    first.leave();
    expect(stops()).toBe(0);
    second.leave();
    clock.advance(SETTINGS.idleTimeoutMs * 1000 - 1);
    expect(stops()).toBe(0);
    clock.advance(1);
    expect(stops()).toBe(1);
    expect(events).toEqual(['changed connecting', 'changed idle']);
  });

  it('brings frames from the source through the encoder to the viewers, gaps in their place', async () => {
    const { sinks, watch, encodes, events } = setUp();
    const { sink } = watch();
    const raws = [new FakeRawFrame(0), new FakeRawFrame(4)];
    sinks[0]?.onFrame(raws[0]!);
    sinks[0]?.onDrop(1, 3);
    sinks[0]?.onFrame(raws[1]!);
    encodes[1]?.finish();
    await settle();
    expect(sink.take()).toEqual([]);
    encodes[0]?.finish();
    await settle();
    expect(sink.take()).toEqual(['frame 0', 'skipped 1-3', 'frame 4']);
    expect(raws.map(({ releases }) => releases)).toEqual([1, 1]);
    expect(events).toEqual(['changed connecting', 'changed live']);
  });

  it('keeps no frame that was still being encoded when the source was stopped', async () => {
    const { sinks, watch, encodes, clock, runtime } = setUp();
    const { leave } = watch();
    const frame = new FakeRawFrame(0);
    sinks[0]?.onFrame(frame);
    leave();
    clock.advance(SETTINGS.idleTimeoutMs * 1000);
    encodes[0]?.finish();
    await settle();
    expect([runtime.stream.newestFrame, runtime.stream.counters.published, frame.releases]).toEqual([undefined, 0, 1]);
  });

  it('says that frames are dropped once a second, with how many', () => {
    const { sinks, watch, clock, lines } = setUp();
    watch();
    for (let i = 0; i < 100; i += 1) sinks[0]?.onDrop(i * 2, i * 2 + 1);
    clock.advance(SECOND_US);
    sinks[0]?.onDrop(200, 200);
    expect(lines.filter(({ msg }) => msg.startsWith('too slow'))).toMatchObject([
      { stream: 'cam', suppressed: 0, droppedTotal: 2 },
      { stream: 'cam', suppressed: 99, droppedTotal: 201 },
    ]);
  });

  it('goes on when frames cannot be encoded, and says so once a second', async () => {
    const { sinks, watch, encodes, lines } = setUp();
    const { sink } = watch();
    for (let sequence = 0; sequence < 10; sequence += 1) {
      sinks[0]?.onFrame(new FakeRawFrame(sequence));
      if (sequence < 9) encodes[sequence]?.fail();
      else encodes[sequence]?.finish();
      await settle();
    }
    expect(sink.take()).toEqual(['frame 9']);
    expect(lines.filter(({ msg }) => msg.startsWith('frame not encoded'))).toMatchObject([
      { suppressed: 0, err: { code: 'ENCODE_FAILED', message: 'It is no picture.' } },
    ]);
  });

  it('is offline while its source is broken, tells why, and is up again with its first frame', async () => {
    const { sinks, watch, clock, events, lines, runtime } = setUp();
    watch();
    sinks[0]?.onError(new StreamerError('FFMPEG_FAILED', 'It broke.'));
    expect(runtime.stream.reason?.message).toMatch(/^It broke\. Next try in 0\.[12] s\.$/);
    expect(lines.at(-1)).toMatchObject({
      code: 'FFMPEG_FAILED',
      msg: expect.stringMatching(/^stream offline: It broke\./) as string,
    });
    await settle();
    clock.advance(SECOND_US);
    await settle();
    sinks[1]?.onFrame(new FakeRawFrame(30));
    expect(events).toEqual(['changed connecting', 'down offline', 'changed connecting', 'up live']);
  });

  it('announces the end after the last frame has come out of the encoder', async () => {
    const { sinks, watch, encodes, events, runtime } = setUp();
    const { sink } = watch();
    let ended = false;
    void runtime.ended.then(() => (ended = true));
    sinks[0]?.onFrame(new FakeRawFrame(0));
    sinks[0]?.onEnd();
    await settle();
    expect([events, ended]).toEqual([['changed connecting', 'changed live'], false]);
    encodes[0]?.finish();
    await settle();
    expect(sink.take()).toEqual(['frame 0']);
    expect([events.at(-1), ended]).toEqual(['ended ended', true]);
  });

  it('ends without a viewer when its time is over', async () => {
    const { clock, runtime, events } = setUp({ endTimeUs: START_US + SECOND_US });
    clock.advance(SECOND_US);
    await runtime.ended;
    expect(events).toEqual(['ended ended']);
  });

  it('does not start anything after it was closed', async () => {
    const { sinks, watch, runtime, stops, clock } = setUp();
    const { leave } = watch();
    await runtime.close();
    expect(stops()).toBe(1);
    leave();
    watch();
    clock.advance(100 * SECOND_US);
    expect([sinks.length, clock.pending]).toEqual([1, 0]);
  });
});

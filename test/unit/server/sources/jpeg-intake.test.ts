import { describe, expect, it } from 'vitest';
import { JpegIntake } from '../../../../server/sources/jpeg-intake.js';
import type { ReceivedJpeg } from '../../../../server/sources/jpeg-intake.js';
import { SourceClock } from '../../../../server/sources/source-clock.js';
import type { JpegFrame, SourceFrame, SourceInfo } from '../../../../server/sources/source.js';
import { StreamerError } from '../../../../shared/errors.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { errorOf } from '../../../helpers/error-of.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const AS_IT_IS = { width: null, height: null, quality: null, isProcessed: false };
const BROKEN = Buffer.from('no JPEG');
const UNKNOWN_FPS = 0;

/** An intake, its clock, and what came out of it, in order. */
function startIntake(options: { nextSequence?: number; maxFps?: number | null; wanted?: typeof AS_IT_IS } = {}) {
  const clock = new FakeClock();
  const out: (SourceInfo | JpegFrame | StreamerError)[] = [];
  const sink = {
    onInfo: (info: SourceInfo) => void out.push(info),
    onFrame: (frame: SourceFrame) => void out.push(frame as JpegFrame),
    onWarning: (error: StreamerError) => void out.push(error),
  };
  const given = { nextSequence: 0, maxFps: null, wanted: AS_IT_IS, startTimeUs: 7, ...options };
  const intake = new JpegIntake({ sink, sourceClock: new SourceClock(), ...given }, clock);
  const send = (received: Partial<ReceivedJpeg> & { timeUs?: number } = {}) => {
    const stated = received.timeUs === undefined ? undefined : `${received.timeUs}`;
    const header = (name: string) => (name === 'x-timestamp' ? stated : undefined);
    const defaults = { bytes: builtJpeg(), arrivalTimeUs: clock.nowUs(), header, fps: UNKNOWN_FPS };
    intake.accept({ ...defaults, ...received });
  };
  return { clock, intake, send, out, take: () => out.splice(0) };
}

describe('JpegIntake', () => {
  it('tells what comes before the first frame, and numbers frames from where the source is', () => {
    const { clock, send, out } = startIntake({ nextSequence: 5 });
    const arrivalTimeUs = clock.nowUs();
    clock.advance(3000);
    send({ arrivalTimeUs });
    send({ arrivalTimeUs: clock.nowUs() });
    expect(out).toEqual([
      {
        ...{ width: 16, height: 8, fps: 0, timeSource: 'arrival', codec: 'mjpeg', startTimeUs: 7 },
        encoding: { mode: 'pass-through', reason: 'the source is JPEG and nothing else was asked for' },
      },
      {
        ...{ kind: 'jpeg', data: builtJpeg(), width: 16, height: 8, sequence: 5, timeSource: 'arrival' },
        ...{ captureTimeUs: arrivalTimeUs, clockErrorUs: 0, decodedTimeUs: arrivalTimeUs + 3000 },
      },
      expect.objectContaining({ sequence: 6 }),
    ]);
  });

  it('says when the pictures have to be encoded', () => {
    const { send, out } = startIntake({ wanted: { ...AS_IT_IS, isProcessed: true } });
    send();
    expect(out[0]).toMatchObject({ encoding: { mode: 'encoded' } });
  });

  it('tells again what has changed: size, rate, whose time it is', () => {
    const { clock, send, take } = startIntake();
    send();
    take();
    send({ bytes: builtJpeg({ width: 32 }) });
    expect(take()).toMatchObject([
      { codec: 'mjpeg', width: 32 },
      { kind: 'jpeg', width: 32 },
    ]);
    send({ bytes: builtJpeg({ width: 32 }), fps: 5 });
    expect(take()).toMatchObject([{ fps: 5 }, { kind: 'jpeg' }]);
    send({ bytes: builtJpeg({ width: 32 }), fps: 5, timeUs: clock.nowUs() - 1000 });
    expect(take()).toMatchObject([
      { timeSource: 'source' },
      { timeSource: 'source', captureTimeUs: clock.nowUs() - 1000, clockErrorUs: 50_000 },
    ]);
  });

  it('completes a picture without Huffman tables', () => {
    const { send, out } = startIntake();
    send({ bytes: builtJpeg({ huffmanTables: false }) });
    const { data } = out[1] as JpegFrame;
    expect(data.includes(Buffer.of(0xff, 0xc4))).toBe(true);
  });

  it('leaves broken pictures out, with a warning every ten seconds', () => {
    const { clock, send, out } = startIntake();
    send({ bytes: BROKEN });
    send({ bytes: BROKEN });
    clock.advance(10_000_000);
    send({ bytes: BROKEN });
    expect(out.map((each) => (each as StreamerError).code)).toEqual(['BAD_JPEG', 'BAD_JPEG']);
  });

  it('numbers go on over a broken picture without a gap', () => {
    const { send, out } = startIntake();
    send();
    send({ bytes: BROKEN });
    send();
    expect(out.map((each) => ('sequence' in each ? each.sequence : 'other'))).toEqual(['other', 0, 'other', 1]);
  });

  it('fails at the hundredth broken picture in a row', () => {
    const { intake, send } = startIntake();
    for (let i = 0; i < 99; i += 1) send({ bytes: BROKEN });
    send();
    for (let i = 0; i < 99; i += 1) send({ bytes: BROKEN });
    const last = new StreamerError('BAD_JPEG', 'cut off');
    expect(errorOf(() => intake.reject(last))).toMatchObject({
      code: 'SOURCE_BAD_ANSWER',
      message: 'The source sent 100 broken pictures in a row, the last one because: cut off',
    });
  });

  it('thins what comes at a rate of its own, but not what was asked for', () => {
    const { clock, send, take } = startIntake({ maxFps: 10 });
    const sendFor = (fps: number) => {
      for (let i = 0; i < 9; i += 1) {
        send({ fps });
        clock.advance(50_000);
      }
      return take().filter((each) => 'sequence' in each).length;
    };
    expect(sendFor(UNKNOWN_FPS)).toBe(5);
    expect(sendFor(20)).toBe(9);
  });

  it('warns of a clock that cannot be used, once', () => {
    const { clock, send, out } = startIntake();
    send({ timeUs: clock.nowUs() - 3_600_000_000 });
    send({ timeUs: clock.nowUs() - 3_600_000_000 });
    const warnings = out.filter((each) => each instanceof StreamerError);
    expect(warnings).toMatchObject([
      {
        code: 'STREAM_HEALTH',
        message: "The source's clock leapt or is off by -3600.0 s, so frames are stamped on arrival; set it by NTP.",
      },
    ]);
  });
});

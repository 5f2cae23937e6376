import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MatroskaWriter } from '../../../../server/recording/matroska-writer.js';

const START_US = Date.UTC(2026, 10, 21, 3, 15) * 1000;
const OPTIONS = { startTimeUs: START_US, width: 640, height: 360, title: 'cam1', nominalFps: null };

const ID = {
  ebml: '1a45dfa3',
  segment: '18538067',
  seekHead: '114d9b74',
  seek: '4dbb',
  seekId: '53ab',
  seekPosition: '53ac',
  info: '1549a966',
  duration: '4489',
  tracks: '1654ae6b',
  cluster: '1f43b675',
  time: 'e7',
  block: 'a3',
  cues: '1c53bb6b',
  cuePoint: 'bb',
  cueTime: 'b3',
  cuePlaces: 'b7',
  cueCluster: 'f1',
  room: 'ec',
} as const;

interface Element {
  readonly id: string;
  readonly data: Buffer;
}

/** Reads elements by the rules of RFC 8794, not by those of the writer. An unknown length reaches to the end. */
function parse(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let position = 0; position < bytes.length;) {
    const idLength = Math.clz32(bytes[position]!) - 23;
    const id = bytes.toString('hex', position, position + idLength);
    position += idLength;
    const width = Math.clz32(bytes[position]!) - 23;
    const digits = bytes.toString('hex', position, position + width);
    const length = BigInt(`0x${digits}`) - 2n ** BigInt(7 * width);
    position += width;
    const isUnknown = length === 2n ** BigInt(7 * width) - 1n;
    const end = isUnknown ? bytes.length : position + Number(length);
    if (end > bytes.length) throw new RangeError(`${id} reaches beyond the end`);
    elements.push({ id, data: bytes.subarray(position, end) });
    position = end;
  }
  return elements;
}

const number = (data: Buffer): number => Number(`0x${data.toString('hex')}`);
const find = (elements: readonly Element[], id: string): Element => elements.find((element) => element.id === id)!;

interface Frame {
  readonly timeUs: number;
  readonly jpeg: Buffer;
}

function write(frames: readonly Frame[]): { open: Buffer; complete: Buffer } {
  const writer = new MatroskaWriter(OPTIONS);
  const open = Buffer.concat([
    writer.header,
    ...frames.flatMap(({ timeUs, jpeg }) => [writer.cluster(timeUs, jpeg.length), jpeg]),
  ]);
  const { tail, patches } = writer.finish();
  const complete = Buffer.concat([open, tail]);
  for (const { position, bytes } of patches) bytes.copy(complete, position);
  return { open, complete };
}

function framesOf(segment: readonly Element[]): Frame[] {
  return segment
    .filter(({ id }) => id === ID.cluster)
    .map(({ data }) => {
      const [time, block] = parse(data);
      expect([time?.id, block?.id]).toEqual([ID.time, ID.block]);
      // Track 1, no time of its own, a key frame.
      expect(block!.data.toString('hex', 0, 4)).toBe('81000080');
      return { timeUs: number(time!.data), jpeg: block!.data.subarray(4) };
    });
}

const arbitraryFrames = fc
  .array(fc.record({ stepUs: fc.integer({ min: 0, max: 4_000_000_000 }), jpeg: fc.uint8Array({ maxLength: 300 }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((steps) => {
    let timeUs = 0;
    return steps.map(({ stepUs, jpeg }, index): Frame => {
      timeUs += index === 0 ? 0 : stepUs;
      return { timeUs, jpeg: Buffer.from(jpeg) };
    });
  });

describe('MatroskaWriter', () => {
  it('writes every frame with its time, and leaves the length open until it is complete', () => {
    fc.assert(
      fc.property(arbitraryFrames, (frames) => {
        const { open, complete } = write(frames);
        for (const bytes of [open, complete]) {
          const [ebml, segment, ...more] = parse(bytes);
          expect([ebml?.id, segment?.id, more]).toEqual([ID.ebml, ID.segment, []]);
          expect(framesOf(parse(segment!.data))).toEqual(frames);
        }
      }),
    );
  });

  it('loses nothing but the last frame where it is cut off', () => {
    fc.assert(
      fc.property(arbitraryFrames, fc.nat(), (frames, at) => {
        const { open } = write(frames);
        const headerBytes = new MatroskaWriter(OPTIONS).header.length;
        const cut = open.subarray(0, headerBytes + (at % (open.length - headerBytes)));
        const whole = frames.filter((_, index) => write(frames.slice(0, index + 1)).open.length <= cut.length);
        const wholeBytes = whole.length === 0 ? headerBytes : write(whole).open.length;
        expect(framesOf(parse(parse(cut.subarray(0, wholeBytes))[1]!.data))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('lets players jump: the places of all parts and of a frame in each second are right', () => {
    const frames = Array.from({ length: 100 }, (_, frame) => ({
      timeUs: frame * 40_000,
      jpeg: Buffer.alloc(50, frame),
    }));
    const { complete } = write(frames);
    const data = parse(complete)[1]!.data;
    const elementAt = (position: number): Element => parse(data.subarray(position))[0]!;
    const segment = parse(data);
    const places = parse(find(segment, ID.seekHead).data).map(({ data: seek }) => {
      const [id, position] = parse(seek);
      return [id!.data.toString('hex'), elementAt(number(position!.data)).id];
    });
    expect(places).toEqual([ID.info, ID.tracks, ID.cues].map((id) => [id, id]));
    const cues = parse(find(segment, ID.cues).data).map(({ data: point }) => {
      const [time, place] = parse(point);
      const cluster = elementAt(number(find(parse(place!.data), ID.cueCluster).data));
      return [number(time!.data), number(parse(cluster.data)[0]!.data)];
    });
    expect(cues).toEqual([0, 1, 2, 3].map((second) => [second * 1_000_000, second * 1_000_000]));
    expect(find(parse(find(segment, ID.info).data), ID.duration).data.readDoubleBE()).toBe(4_000_000);
  });

  it('is as long as its last frame is likely to be shown, a second at most', () => {
    expect(durationUs([0])).toBe(0);
    expect(durationUs([0, 40_000, 90_000])).toBe(140_000);
    expect(durationUs([0, 30_000_000])).toBe(31_000_000);
  });

  it('has no duration and no place of anything before it is complete', () => {
    const { open } = write([{ timeUs: 0, jpeg: Buffer.alloc(20) }]);
    const segment = parse(parse(open)[1]!.data);
    expect(segment.map(({ id }) => id)).toEqual([ID.room, ID.info, ID.tracks, ID.cluster]);
    expect(parse(segment[1]!.data).map(({ id }) => id)).not.toContain(ID.duration);
  });

  it('tells an encoder what rate to expect', () => {
    const header = (nominalFps: number | null): Buffer => new MatroskaWriter({ ...OPTIONS, nominalFps }).header;
    const defaultDuration = Buffer.from('23e38384' + (33_333_333).toString(16).padStart(8, '0'), 'hex');
    expect(header(30).includes(defaultDuration)).toBe(true);
    expect(header(null).includes(Buffer.from('23e383', 'hex'))).toBe(false);
  });

  function durationUs(times: readonly number[]): number {
    const { complete } = write(times.map((timeUs) => ({ timeUs, jpeg: Buffer.alloc(4) })));
    const info = find(parse(parse(complete)[1]!.data), ID.info);
    return find(parse(info.data), ID.duration).data.readDoubleBE();
  }
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SPS, PPS, H264, keyPicture, delta, started, ordinary } from '../../../helpers/h264-stream.js';
import { byteStream, PMT_PID, readTs, section, TsWriter, VIDEO_PID } from '../../../helpers/ts-stream.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('TsReader, of a stream that is not as it should be', () => {
  it('no longer trusts filling where a writer fills up other packets too', () => {
    const { writer, head } = started();
    const big = (pts: number) =>
      writer.picture({ data: keyPicture(2000), pts, hasLength: false, stuffsSecondPacket: true });
    const { pictures, picturesLost } = readTs([head, big(0), big(3000), big(6000)]);
    // The first one was cut off, which is known too late.
    expect(pictures.map(({ ptsTicks }) => ptsTicks)).toEqual([0, 3000, 6000]);
    expect(pictures.slice(1).every(({ units }) => units[2]?.length === 2001)).toBe(true);
    expect(picturesLost).toBe(1);
  });

  it('joins a stream in its middle, also within a packet', () => {
    const repeated = Buffer.concat([ordinary(), ordinary(), ordinary()]);
    const { pictures } = readTs([repeated.subarray(1000)]);
    expect(pictures.map(({ isKey }) => isKey)).toEqual([true, false, false, false, true, false, false, false]);
  });

  it('after a gap drops what it hit, and goes on with the next key picture', () => {
    const { writer, head } = started();
    const good = writer.picture({ data: keyPicture(), pts: 0 });
    const hit = writer.picture({ data: delta(1000), pts: 3000 });
    const after = writer.picture({ data: delta(), pts: 6000 });
    const key = writer.picture({ data: keyPicture(), pts: 9000 });
    const withGap = Buffer.concat([hit.subarray(0, 188), hit.subarray(2 * 188)]);
    const { pictures, picturesLost } = readTs([head, good, withGap, after, key]);
    expect(pictures.map(({ ptsTicks }) => ptsTicks)).toEqual([0, 9000]);
    expect(picturesLost).toBe(2);
  });

  it('sees a gap between pictures too', () => {
    const { writer, head } = started();
    const good = writer.picture({ data: keyPicture(), pts: 0 });
    writer.lose(2);
    const next = writer.picture({ data: delta(), pts: 6000 });
    expect(readTs([head, good, next]).pictures).toHaveLength(1);
  });

  it('takes a packet that was sent twice once', () => {
    const { writer, head } = started();
    const bytes = writer.picture({ data: keyPicture(), pts: 0 });
    const twice = Buffer.concat([bytes.subarray(0, 376), bytes.subarray(188, 376), bytes.subarray(376)]);
    expect(readTs([head, twice]).pictures).toHaveLength(1);
    const thrice = Buffer.concat([bytes.subarray(0, 376), bytes.subarray(188, 376), bytes.subarray(188)]);
    expect(readTs([head, thrice]).pictures).toHaveLength(0);
  });

  it('allows a jump of the counter that is announced', () => {
    const { writer, head } = started();
    const good = writer.picture({ data: keyPicture(), pts: 0 });
    writer.lose(5);
    const next = writer.picture({ data: delta(20), pts: 3000 });
    expect(next).toHaveLength(188);
    next[5] = 0x80;
    expect(readTs([head, good, next]).pictures).toHaveLength(2);
  });

  it('finds its step again behind garbage', () => {
    const { writer, head } = started();
    const first = writer.picture({ data: keyPicture(), pts: 0 });
    const second = writer.picture({ data: keyPicture(), pts: 3000 });
    const { pictures } = readTs([head, first, hex('47474711'), Buffer.alloc(500, 0x55), second, writer.pat()]);
    expect(pictures.map(({ ptsTicks }) => ptsTicks)).toEqual([0, 3000]);
  });

  it('does not believe a section whose check is wrong', () => {
    const writer = new TsWriter();
    const broken = section(0x02, Buffer.from([0xe1, 0, 0xf0, 0, 0x02, 0xe1, 0, 0xf0, 0]));
    broken[12] = 0x03;
    const good = writer.pmt([[H264, VIDEO_PID]]);
    const bytes = [writer.pat(), writer.section(PMT_PID, broken), good, writer.picture({ data: keyPicture(), pts: 0 })];
    expect(readTs(bytes)).toMatchObject({ errors: [], pictures: [{}] });
  });

  it('says what it cannot use, once', () => {
    const { writer, head } = started(0x02);
    const { errors, pictures } = readTs([head, writer.pmt([[0x02, VIDEO_PID]]), ordinary()]);
    expect(pictures).toEqual([]);
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      [
        'SOURCE_NOT_VIDEO',
        'The coded video of the source cannot be used: it has no stream of H.264 or H.265. Let it be encoded instead of copied.',
      ],
    ]);
    const noise = Array.from({ length: 40 }, () => Buffer.alloc(32 * 1024, 0x12));
    expect(readTs(noise).errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('it is no MPEG transport stream'),
    ]);
  });

  it('drops a picture of more than 16 MiB', () => {
    const { writer, head } = started();
    const huge = writer.picture({
      data: Buffer.concat([keyPicture(), Buffer.alloc(16 * 1024 * 1024, 0x11)]),
      pts: 0,
      hasLength: false,
    });
    const { pictures } = readTs([head, huge, writer.picture({ data: keyPicture(), pts: 3000 })]);
    expect(pictures.map(({ ptsTicks }) => ptsTicks)).toEqual([3000]);
  });

  it('drops a picture of more units than any encoder makes', () => {
    const { writer, head } = started();
    const many = byteStream(SPS, PPS, ...Array.from({ length: 5000 }, () => hex('6588')));
    const { pictures } = readTs([
      head,
      writer.picture({ data: many, pts: 0 }),
      writer.picture({ data: keyPicture(), pts: 1 }),
    ]);
    expect(pictures.map(({ ptsTicks }) => ptsTicks)).toEqual([1]);
  });

  it('stands any bytes in any packet', () => {
    const bytes = ordinary();
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const changed = Buffer.from(bytes);
        for (const [at, byte] of changes) changed[at] = byte;
        const { pictures } = readTs([changed, bytes]);
        // What comes behind the damage is whole.
        expect(pictures.slice(-4).map(({ isKey }) => isKey)).toEqual([true, false, false, false]);
      }),
      { numRuns: 200 },
    );
  });

  it('stands packets of nothing but noise', () => {
    const noise = fc.uint8Array({ minLength: 188, maxLength: 188 }).map((bytes) => {
      bytes.set([0x47, bytes[1]! & 0x5f, bytes[2]! & 1]);
      return Buffer.from(bytes);
    });
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 20 }), (packets) => {
        const { head } = started();
        expect(() => readTs([head, ...packets])).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });
});

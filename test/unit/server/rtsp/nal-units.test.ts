import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatOf,
  isComplete,
  isSameFormat,
  nalKind,
  parameterSetsOf,
  splitNalUnits,
} from '../../../../server/rtsp/nal-units.js';
import type { CodedPicture } from '../../../../server/rtsp/coded-video.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const texts = (units: readonly Buffer[]) => units.map((unit) => unit.toString('hex'));
const SPS = hex('6764001e');
const PPS = hex('68ebe3cb');
const IDR = hex('658884');

function picture(units: readonly Buffer[], isKey = true): CodedPicture {
  return { codec: 'h264', units, isKey, ptsTicks: 0, dtsTicks: 0, captureTimeUs: 0 };
}

describe('splitNalUnits', () => {
  it('cuts at start codes of three and four bytes', () => {
    expect(texts(splitNalUnits(hex('00000001 6764 000001 68eb 00000001 6588')))).toEqual(['6764', '68eb', '6588']);
  });

  it('leaves out what stands before the first start code, zeros behind a unit, and empty units', () => {
    expect(texts(splitNalUnits(hex('aabb 000001 6764 000000 000001 000001 6588 0000')))).toEqual(['6764', '6588']);
  });

  it('finds nothing where there is no start code', () => {
    expect(splitNalUnits(hex('6764001e'))).toEqual([]);
    expect(splitNalUnits(hex('0000'))).toEqual([]);
    expect(splitNalUnits(hex('000001'))).toEqual([]);
  });

  it('gives views, and no more than it was told', () => {
    const bytes = hex('000001 6764 000001 68eb 000001 6588');
    const [first, ...others] = splitNalUnits(bytes, 2);
    expect(first?.buffer).toBe(bytes.buffer);
    expect(others).toHaveLength(1);
  });

  it('gives back any units that were put into a byte stream', () => {
    // A unit never holds a start code, nor ends with a zero (ITU-T H.264, section 7.4.1).
    const unit = fc
      .uint8Array({ minLength: 1, maxLength: 40 })
      .map((bytes) => Buffer.from([0x65, ...bytes.map((byte) => byte || 1), 0x80]));
    fc.assert(
      fc.property(fc.array(fc.tuple(unit, fc.boolean()), { maxLength: 8 }), (units) => {
        const stream = Buffer.concat(units.flatMap(([bytes, isLong]) => [hex(isLong ? '00000001' : '000001'), bytes]));
        expect(texts(splitNalUnits(stream))).toEqual(texts(units.map(([bytes]) => bytes)));
      }),
    );
  });
});

describe('nalKind', () => {
  it.each([
    ['67', 'sps'],
    ['68', 'pps'],
    ['65', 'key'],
    ['41', 'picture'],
    ['01', 'picture'],
    ['06', 'sei'],
    ['09', 'delimiter'],
    ['0c', 'other'],
    ['', 'other'],
  ])('knows %s of H.264 as %s', (bytes, kind) => {
    expect(nalKind('h264', hex(bytes))).toBe(kind);
  });

  it.each([
    ['4001', 'vps'],
    ['4201', 'sps'],
    ['4401', 'pps'],
    ['4601', 'delimiter'],
    ['4e01', 'sei'],
    ['2601', 'key'],
    ['2a01', 'key'],
    ['2001', 'key'],
    ['0201', 'picture'],
    ['1e01', 'picture'],
    ['3001', 'picture'],
    ['5001', 'other'],
  ])('knows %s of H.265 as %s', (bytes, kind) => {
    expect(nalKind('h265', hex(bytes))).toBe(kind);
  });
});

describe('formatOf', () => {
  it('takes the parameter sets of a key picture, in the order a decoder needs', () => {
    expect(formatOf(picture([PPS, SPS, IDR]))).toEqual({ codec: 'h264', parameterSets: [SPS, PPS] });
  });

  it('finds none where a set is missing, or in another picture', () => {
    expect(formatOf(picture([SPS, IDR]))).toBeNull();
    expect(formatOf(picture([SPS, PPS, IDR], false))).toBeNull();
  });

  it('needs a VPS of H.265', () => {
    const units = [hex('4001aa'), hex('4201bb'), hex('4401cc'), hex('2601dd')];
    expect(formatOf({ ...picture(units), codec: 'h265' })?.parameterSets).toEqual(units.slice(0, 3));
    expect(formatOf({ ...picture(units.slice(1)), codec: 'h265' })).toBeNull();
    expect(isComplete('h265', parameterSetsOf('h265', units))).toBe(true);
  });

  it('keeps nothing of the picture in memory', () => {
    const memory = Buffer.alloc(100_000);
    const units = [SPS, PPS, IDR].map((unit, index) => {
      unit.copy(memory, index * 10);
      return memory.subarray(index * 10, index * 10 + unit.length);
    });
    const format = formatOf(picture(units));
    memory.fill(0);
    expect(format?.parameterSets).toEqual([SPS, PPS]);
    expect(format?.parameterSets.some(({ buffer }) => buffer === memory.buffer)).toBe(false);
  });

  it('needs nothing of JPEG', () => {
    expect(formatOf({ ...picture([hex('ffd8')]), codec: 'mjpeg' })).toEqual({ codec: 'mjpeg', parameterSets: [] });
  });
});

describe('isSameFormat', () => {
  const format = { codec: 'h264', parameterSets: [SPS, PPS] } as const;

  it('compares codec and bytes', () => {
    expect(isSameFormat(format, { codec: 'h264', parameterSets: [Buffer.from(SPS), PPS] })).toBe(true);
    expect(isSameFormat(format, { ...format, codec: 'h265' })).toBe(false);
    expect(isSameFormat(format, { codec: 'h264', parameterSets: [SPS] })).toBe(false);
    expect(isSameFormat(format, { codec: 'h264', parameterSets: [SPS, SPS] })).toBe(false);
  });
});

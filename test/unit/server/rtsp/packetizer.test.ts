import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CodedPicture, VideoCodec } from '../../../../server/rtsp/coded-video.js';
import { packetize } from '../../../../server/rtsp/packetizer.js';
import { joinH264, joinH265 } from '../../../helpers/rtp-payloads.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

function picture(codec: VideoCodec, ...units: readonly Buffer[]): CodedPicture {
  return { codec, units, isKey: true, ptsTicks: 3000, dtsTicks: 0, captureTimeUs: 5 };
}

/** A unit of `length` bytes that begins with `header`. */
function unit(header: Buffer, length: number): Buffer {
  const bytes = Buffer.alloc(length, 0xaa);
  header.copy(bytes);
  bytes[length - 1] = 0x80;
  return bytes;
}

describe('packetize', () => {
  it('sends a unit that fits as it is, without a copy', () => {
    const units = [hex('6764001e'), unit(hex('65'), 1400)];
    const packets = packetize(picture('h264', ...units));
    expect(packets).toMatchObject({ isKey: true, ptsTicks: 3000, captureTimeUs: 5, lengthBytes: 1404 });
    expect(packets?.payloads.map((payload, index) => payload === units[index])).toEqual([true, true]);
  });

  it('cuts a longer unit of H.264 into FU-A', () => {
    const { payloads = [] } = packetize(picture('h264', unit(hex('65'), 600)), 250) ?? {};
    expect(payloads.map(({ length }) => length)).toEqual([250, 250, 105]);
    // F and NRI of the unit and type 28; start, end and the unit's type.
    expect(payloads.map((payload) => payload.subarray(0, 3).toString('hex'))).toEqual(['7c85aa', '7c05aa', '7c45aa']);
  });

  it('cuts a longer unit of H.265 into FU', () => {
    const { payloads = [], lengthBytes } = packetize(picture('h265', unit(hex('2609'), 600)), 250) ?? {};
    expect(payloads.map(({ length }) => length)).toEqual([250, 250, 107]);
    expect(lengthBytes).toBe(607);
    // Type 49 with layer and sublayer of the unit; start, end and type 19.
    expect(payloads.map((payload) => payload.subarray(0, 4).toString('hex'))).toEqual([
      '620993aa',
      '620913aa',
      '620953aa',
    ]);
  });

  it('leaves out units of a header alone, and makes nothing of nothing', () => {
    expect(packetize(picture('h264', hex('09'), hex('6588')))?.payloads).toEqual([hex('6588')]);
    expect(packetize(picture('h265', hex('4601')))).toBeNull();
    expect(packetize(picture('h264'))).toBeNull();
    expect(packetize(picture('mjpeg'))).toBeNull();
    expect(packetize(picture('mjpeg', hex('ffd8ffd9')))).toBeNull();
  });

  it('refuses payloads that have no room for headers', () => {
    expect(() => packetize(picture('h264', hex('6588')), 199)).toThrow(RangeError);
  });

  it.each([
    ['h264', 1, joinH264],
    ['h265', 2, joinH265],
  ] as const)('carries any units of %s, in payloads that are never too long', (codec, headerBytes, join) => {
    // No type that RTP has a meaning of its own for; H.264 ends before 24, H.265 before 48.
    const header = codec === 'h264' ? fc.integer({ min: 1, max: 23 }).map((type) => [0x60 | type]) : h265Header();
    const body = fc.integer({ min: 1, max: 3000 });
    const units = fc.array(
      fc.tuple(header, body).map(([head, length]) => unit(Buffer.from(head), headerBytes + length)),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(units, fc.integer({ min: 200, max: 1500 }), (given, maxBytes) => {
        const payloads = packetize(picture(codec, ...given), maxBytes)?.payloads ?? [];
        expect(payloads.every(({ length }) => length > headerBytes && length <= maxBytes)).toBe(true);
        expect(Buffer.concat(join(payloads)).equals(Buffer.concat(given))).toBe(true);
        expect(join(payloads)).toHaveLength(given.length);
      }),
    );
  });
});

function h265Header(): fc.Arbitrary<number[]> {
  return fc.tuple(fc.nat(40), fc.nat(1), fc.integer({ min: 0, max: 255 })).map(([type, layer, rest]) => {
    return [(type << 1) | layer, rest];
  });
}

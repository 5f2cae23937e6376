import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RtpPictures } from '../../../../client/load/rtp-pictures.js';
import type { RtpPicture } from '../../../../client/load/rtp-pictures.js';
import type { RtpCodec } from '../../../../client/load/sdp-video.js';

const PERIOD = 3600;
/** Of H.264: a slice that begins a picture, one that does not, the begin and a later piece of one, parameters. */
const SLICE = Buffer.of(0x65, 0x88, 1);
const LATER_SLICE = Buffer.of(0x65, 0x08, 1);
const BEGIN = Buffer.of(0x7c, 0x85, 0x88);
const PIECE = Buffer.of(0x7c, 0x05, 0x11);
const SPS = Buffer.of(0x67, 0x42, 0);

describe('RtpPictures', () => {
  it('counts a picture with its marker, and all of its bytes', () => {
    const { pictures, push } = counter();
    push([SPS, BEGIN, PIECE, PIECE], { time: 5 });
    expect(pictures).toEqual([{ arrivalTimeUs: 4, rtpTime: 5, lengthBytes: 4 * (12 + 3 + 4), isDamaged: false }]);
  });

  it('counts by timestamps where no marker is set', () => {
    const { pictures, push } = counter();
    for (const time of [0, PERIOD, 2 * PERIOD]) push([BEGIN, PIECE], { time, hasMarker: false });
    expect(pictures.map(({ arrivalTimeUs, lengthBytes }) => [arrivalTimeUs, lengthBytes])).toEqual([
      [2, 38],
      [4, 38],
    ]);
  });

  it('counts one picture where each slice has a marker, and none of parameters alone', () => {
    const { pictures, push } = counter();
    push([SPS], { time: 0 });
    push([SLICE], { time: 1 });
    push([LATER_SLICE], { time: 1 });
    push([SLICE], { time: PERIOD });
    expect(pictures.map(({ rtpTime }) => rtpTime)).toEqual([1, PERIOD]);
  });

  it('does not count a picture whose begin was before ours', () => {
    const { pictures, push, state } = counter();
    push([PIECE, PIECE], { time: 0 });
    push([BEGIN, PIECE], { time: PERIOD });
    expect(pictures.map(({ rtpTime }) => rtpTime)).toEqual([PERIOD]);
    expect(state.lost).toBe(0);
  });

  it.each([
    ['in the middle of a picture', [1], 0, [0]],
    ['the end of a picture', [2], 0, [0]],
    ['the begin of a picture', [0], 0, [0]],
    ['a whole picture', [0, 1, 2], 1, []],
    ['a picture and the begin of the next', [0, 1, 2, 3], 1, [1]],
    ['the end of a picture and a whole one', [2, 3, 4, 5], 1, [0]],
    ['the end of a picture, two whole ones and the begin of one', [2, 3, 4, 5, 6, 7, 8, 9], 2, [0, 3]],
  ])('tells what is missing: %s', (_name, missing, lost, damaged) => {
    const { pictures, push, state, skip } = counter();
    for (let number = 0; number < 8; number += 1) push([BEGIN, PIECE, PIECE], { time: number * PERIOD });
    const told = pictures.length;
    for (let number = 0; number < 6; number += 1) {
      for (const [piece, payload] of [BEGIN, PIECE, PIECE].entries()) {
        const isMissing = missing.includes(number * 3 + piece);
        if (isMissing) skip(1);
        else push([payload], { time: (8 + number) * PERIOD, hasMarker: piece === 2 });
      }
    }
    expect(state.lost).toBe(lost);
    const numbers = pictures.slice(told).flatMap(({ isDamaged, rtpTime }) => (isDamaged ? [rtpTime / PERIOD - 8] : []));
    expect(numbers).toEqual(damaged);
    expect(pictures.length - told).toBe(6 - lost);
  });

  it('knows of one lost picture before it knows their distance', () => {
    const { push, state, skip } = counter();
    push([SLICE], { time: 0 });
    skip(5);
    push([SLICE], { time: 10 * PERIOD });
    expect(state.lost).toBe(1);
  });

  it('counts no more lost pictures than packets are missing, however far the timestamps are apart', () => {
    const { push, state, skip } = counter();
    for (let number = 0; number < 8; number += 1) push([SLICE], { time: number * PERIOD });
    skip(3);
    push([SLICE], { time: 1e9 });
    expect(state.lost).toBe(3);
  });

  it('takes reordered pictures, late packets, repetitions and the wrap of both numbers', () => {
    const { pictures, push, state } = counter({ sequence: 0xfffe, time: -PERIOD });
    for (const place of [0, 3, 1, 2, 6, 4, 5]) push([SLICE], { time: place * PERIOD });
    const before = pictures.length;
    state.sequence -= 3;
    push([SLICE, SLICE, SLICE], { time: 7 * PERIOD });
    expect(pictures).toHaveLength(before);
    push([SLICE], { time: 8 * PERIOD });
    expect(pictures).toHaveLength(before + 1);
    expect(state.lost).toBe(0);
  });

  it('begins anew with another sender, or after a leap of the numbers', () => {
    const { pictures, push, state, skip } = counter();
    push([SLICE, SLICE], { time: 0 });
    state.ssrc = 9;
    state.sequence = 40_000;
    push([SLICE], { time: 1e6 });
    skip(20_000);
    push([SLICE], { time: 2e6 });
    expect(pictures).toHaveLength(3);
    expect(state.lost).toBe(0);
  });

  it('passes over what is of another track, too short, or of another version', () => {
    const { counter: pictures, told } = bare('h264');
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.alloc(11, 0x80),
      packet({ payloadType: 97 }),
      packet({ version: 1 }),
    ]) {
      pictures.push(bytes, 0, bytes.length, 0);
    }
    expect(told).toEqual([]);
    expect(pictures.sender).toBeNull();
  });

  it('finds the payload behind contributing sources and an extension', () => {
    const extension = Buffer.concat([Buffer.alloc(8), Buffer.of(0xbe, 0xde, 0, 1), Buffer.alloc(4)]);
    const bytes = packet({ first: 0x92, payload: Buffer.concat([extension, SPS]) });
    const { counter: pictures, told } = bare('h264');
    pictures.push(bytes, 0, bytes.length, 0);
    expect(told).toEqual([]);
  });

  it('stays sane and bounded whatever comes', () => {
    const codecs = fc.constantFrom<RtpCodec>('h264', 'h265', 'mjpeg', 'other');
    const packets = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }).map(Buffer.from),
        fc
          .record({
            first: fc.nat(255).map((value) => (value & 0x3f) | 0x80),
            marker: fc.boolean(),
            sequence: fc.oneof(fc.nat(0xffff), fc.nat(20)),
            time: fc.oneof(
              fc.nat(0xffff_ffff),
              fc.nat(4).map((n) => n * PERIOD),
            ),
            ssrc: fc.nat(2),
            payload: fc.uint8Array({ maxLength: 40 }).map(Buffer.from),
          })
          .map(packet),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(codecs, packets, (codec, sent) => {
        const { counter: pictures, told, state } = bare(codec);
        for (const bytes of sent) pictures.push(bytes, 0, bytes.length, 1);
        const bytes = told.reduce((sum, each) => sum + each.lengthBytes, 0);
        expect(told.length).toBeLessThanOrEqual(sent.length);
        expect(bytes).toBeLessThanOrEqual(sent.reduce((sum, each) => sum + each.length + 4, 0));
        expect(state.lost).toBeLessThanOrEqual(sent.length * 3000);
      }),
      { numRuns: 300 },
    );
  });
});

interface PacketFields {
  readonly first?: number;
  readonly version?: number;
  readonly marker?: boolean;
  readonly payloadType?: number;
  readonly sequence?: number;
  readonly time?: number;
  readonly ssrc?: number;
  readonly payload?: Buffer;
}

function packet(fields: PacketFields = {}): Buffer {
  const { version = 2, first = version << 6, marker = true, payloadType = 96, payload = SLICE } = fields;
  const header = Buffer.alloc(12);
  header[0] = first;
  header[1] = (marker ? 0x80 : 0) | payloadType;
  header.writeUInt16BE((fields.sequence ?? 0) & 0xffff, 2);
  header.writeUInt32BE((fields.time ?? 0) >>> 0, 4);
  header.writeUInt32BE(fields.ssrc ?? 1, 8);
  return Buffer.concat([header, payload]);
}

function bare(codec: RtpCodec) {
  const told: RtpPicture[] = [];
  const state = { lost: 0 };
  const sink = {
    onPicture: (picture: RtpPicture) => void told.push(picture),
    onLost: (n: number) => void (state.lost += n),
  };
  return { counter: new RtpPictures({ codec, payloadType: 96 }, sink), told, state };
}

/** A counter, and a sender of packets with numbers one after another; each arrives a microsecond after the one before. */
function counter({ sequence = 1, time: offset = 0 } = {}) {
  const { counter: rtp, told, state: lost } = bare('h264');
  const state = Object.assign(lost, { sequence, ssrc: 1 });
  let timeUs = 0;
  const push = (payloads: readonly Buffer[], { time = 0, hasMarker = true }) => {
    for (const [index, payload] of payloads.entries()) {
      const marker = hasMarker && index === payloads.length - 1;
      const bytes = packet({ marker, sequence: state.sequence, time: time + offset, ssrc: state.ssrc, payload });
      state.sequence += 1;
      timeUs += 1;
      rtp.push(bytes, 0, bytes.length, timeUs);
    }
  };
  return { pictures: told, push, state, skip: (packets: number) => void (state.sequence += packets) };
}

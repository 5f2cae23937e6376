import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CodedPicture } from '../../../../server/rtsp/coded-video.js';
import {
  SPS,
  PPS,
  H264,
  H265,
  slice,
  idr,
  keyPicture,
  delta,
  started,
  ordinary,
} from '../../../helpers/h264-stream.js';
import { byteStream, PMT_PID, readTs, section, TsWriter, VIDEO_PID } from '../../../helpers/ts-stream.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** All of a picture, in a form that is quickly compared. */
function summary(pictures: readonly CodedPicture[]): string[] {
  return pictures.map(({ units, ...rest }) => {
    const hash = createHash('sha1');
    for (const unit of units) hash.update(`${unit.length}:`).update(unit);
    return `${JSON.stringify(rest)} ${hash.digest('hex')}`;
  });
}

describe('TsReader', () => {
  it('gives each picture with its units and times', () => {
    const { pictures, errors, picturesLost } = readTs([ordinary()]);
    expect(errors).toEqual([]);
    expect(picturesLost).toBe(0);
    expect(pictures.map(({ ptsTicks, dtsTicks, isKey }) => [ptsTicks, dtsTicks, isKey])).toEqual([
      [6000, 0, true],
      [12_000, 3000, false],
      [9000, 6000, false],
      [15_000, 9000, false],
    ]);
    expect(pictures[0]).toMatchObject({ codec: 'h264', units: [SPS, PPS, idr()], captureTimeUs: 1_006_000 });
    expect(pictures[3]?.units[0]).toHaveLength(70_001);
  });

  it('gives the same however the bytes are cut', () => {
    const bytes = ordinary();
    const whole = summary(readTs([bytes]).pictures);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(summary(readTs(chunks).pictures)).toEqual(whole);
      }),
    );
    const firstThree = [...bytes.subarray(0, 8 * 188)].map((byte) => Buffer.of(byte));
    expect(summary(readTs(firstThree).pictures)).toEqual(whole.slice(0, 3));
  });

  it('gives a picture at its last byte, not with the next one', () => {
    const { writer, head } = started();
    const bytes = Buffer.concat([head, writer.picture({ data: keyPicture(), pts: 0 })]);
    expect(readTs([bytes]).beforeEnd).toBe(1);
    expect(readTs([bytes.subarray(0, -1)])).toMatchObject({ beforeEnd: 0, pictures: [] });
  });

  it('knows the end of a picture without length by the packet that is filled up, else by the next one or the end', () => {
    const filledUp = started();
    const data = keyPicture(70_000);
    const filled = filledUp.writer.picture({ data, pts: 0, hasLength: false });
    expect(readTs([filledUp.head, filled]).beforeEnd).toBe(1);

    // As long as the packets have room: nothing says that it is over.
    const even = keyPicture(70_000).subarray(0, 184 * 350 - 14);
    const { writer, head } = started();
    const first = writer.picture({ data: even, pts: 0, hasLength: false });
    expect(first.length % 188).toBe(0);
    expect(readTs([head, first])).toMatchObject({ beforeEnd: 0, pictures: [{ ptsTicks: 0 }] });
    const second = writer.picture({ data: delta(), pts: 3000 });
    expect(readTs([head, first, second.subarray(0, 188)]).beforeEnd).toBe(1);
    expect(readTs([head, first, second]).beforeEnd).toBe(2);
  });

  it('begins with a key picture', () => {
    const { writer, head } = started();
    const bytes = [
      head,
      writer.picture({ data: delta(), pts: 0 }),
      writer.picture({ data: keyPicture(), pts: 3000 }),
      writer.picture({ data: delta(), pts: 6000 }),
    ];
    const { pictures, picturesLost } = readTs(bytes);
    expect(pictures.map(({ ptsTicks }) => ptsTicks)).toEqual([3000, 6000]);
    expect(picturesLost).toBe(0);
  });

  it('unwraps times of 33 bits', () => {
    const { writer, head } = started();
    const modulus = 2 ** 33;
    const times = [modulus - 3000, 0, 3000].map((pts) => writer.picture({ data: keyPicture(), pts }));
    const early = writer.picture({ data: delta(), pts: 9000, dts: 6000 });
    const { pictures } = readTs([head, ...times, early]);
    expect(pictures.map(({ dtsTicks }) => dtsTicks - modulus)).toEqual([-3000, 0, 3000, 6000]);
    expect(pictures.at(-1)?.ptsTicks).toBe(modulus + 9000);
  });

  it('goes on growing where the times of a stream jump back', () => {
    const { writer, head } = started();
    const pictures = [900_000, 903_000, 0, 3000].map((pts) => writer.picture({ data: keyPicture(), pts }));
    const { pictures: read } = readTs([head, ...pictures]);
    expect(read.map(({ ptsTicks }) => ptsTicks)).toEqual([900_000, 903_000, 906_000, 909_000]);
  });

  it('puts the last known parameter sets before a key picture that has none', () => {
    const { writer, head } = started();
    const newPps = hex('68ce3c80');
    const { pictures } = readTs([
      head,
      writer.picture({ data: keyPicture(), pts: 0 }),
      writer.picture({ data: byteStream(idr(50, 9)), pts: 3000 }),
      writer.picture({ data: byteStream(newPps, slice(0x41, 20)), pts: 6000 }),
      writer.picture({ data: byteStream(idr(50, 9)), pts: 9000 }),
    ]);
    expect(pictures[1]?.units).toEqual([SPS, PPS, idr(50, 9)]);
    expect(pictures[3]?.units).toEqual([SPS, newPps, idr(50, 9)]);
  });

  it('takes a recovery point of H.264 for a key picture, as streams without IDR have them', () => {
    const { writer, head } = started();
    // Another message before it; then type 6, one byte: recovery after no picture.
    const sei = hex('06 0502aabb 0601c4 80');
    const later = hex('06 060140 80');
    const { pictures } = readTs([
      head,
      writer.picture({ data: byteStream(SPS, PPS, later, slice(0x41, 20)), pts: 0 }),
      writer.picture({ data: byteStream(sei, slice(0x41, 20)), pts: 3000 }),
    ]);
    expect(pictures).toMatchObject([{ ptsTicks: 3000, isKey: true, units: [SPS, PPS, sei, {}] }]);
  });

  it('reads H.265, also beside other streams', () => {
    const writer = new TsWriter();
    const [vps, sps, pps] = [hex('40010c01'), hex('42010101'), hex('4401c172')];
    const data = byteStream(hex('460150'), vps, sps, pps, hex('2601af09'));
    const tables = [
      writer.pat(),
      writer.pmt([
        [0x0f, 0x101],
        [H265, VIDEO_PID],
      ]),
    ];
    const sound = writer.picture({ data: hex('fff1'), pts: 0 }, 0x101);
    const { pictures } = readTs([...tables, sound, writer.picture({ data, pts: 0 })]);
    expect(pictures).toMatchObject([{ codec: 'h265', isKey: true, units: [vps, sps, pps, hex('2601af09')] }]);
  });

  it('reads JPEGs where it is told what private data are', () => {
    const { writer, head } = started(0x06);
    const jpeg = Buffer.concat([hex('ffd8'), Buffer.alloc(184 * 400 - 14 - 4, 0x11), hex('ffd9')]);
    // Its last packet is full, so only the end marker tells.
    const bytes = [head, writer.picture({ data: jpeg, pts: 0, hasLength: false })];
    const { pictures, beforeEnd } = readTs(bytes, { privateCodec: 'mjpeg' });
    expect(beforeEnd).toBe(1);
    expect(pictures[0]).toMatchObject({ codec: 'mjpeg', isKey: true });
    expect(pictures[0]?.units[0]?.equals(jpeg)).toBe(true);
    expect(readTs(bytes).errors[0]).toMatchObject({ code: 'SOURCE_NOT_VIDEO' });
  });

  it('follows a program that changes its video', () => {
    const { writer, head } = started();
    const first = writer.picture({ data: keyPicture(), pts: 0 });
    const second = Buffer.concat([
      writer.pmt([[H264, 0x1ab]]),
      writer.picture({ data: keyPicture(), pts: 3000 }, 0x1ab),
    ]);
    const stray = writer.picture({ data: keyPicture(), pts: 6000 });
    expect(readTs([head, first, second, stray]).pictures).toHaveLength(2);
  });

  it('puts a map together that spans packets', () => {
    const writer = new TsWriter();
    const others = Array.from({ length: 60 }, (_, index) => [0x05, 0x200 + index] as const);
    const list = [...others, [H264, VIDEO_PID] as const].flatMap(([type, pid]) => [
      type,
      pid >> 8,
      pid & 0xff,
      0xf0,
      0,
    ]);
    const map = Buffer.concat([Buffer.of(0), section(0x02, Buffer.from([0xe1, 0, 0xf0, 0, ...list]))]);
    const packets = [
      writer.packet(PMT_PID, map.subarray(0, 184), { isStart: true }),
      writer.packet(PMT_PID, map.subarray(184)),
    ];
    const { pictures } = readTs([writer.pat(), ...packets, writer.picture({ data: keyPicture(), pts: 0 })]);
    expect(pictures).toHaveLength(1);
  });
});

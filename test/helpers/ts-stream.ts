import { crc32Mpeg } from '../../server/rtsp/ts-sections.js';
import { TsReader } from '../../server/rtsp/ts-reader.js';
import type { TsReaderOptions } from '../../server/rtsp/ts-reader.js';
import type { CodedPicture } from '../../server/rtsp/coded-video.js';
import type { StreamerError } from '../../shared/errors.js';

export const VIDEO_PID = 0x100;
export const PMT_PID = 0x1000;
const PACKET_BYTES = 188;

/** Options of a PES packet. */
export interface BuiltPes {
  readonly data: Buffer;
  readonly pts: number;
  /** Left out where it is equal to the PTS. */
  readonly dts?: number;
  /** False writes no length, as for pictures of more than 64 KiB. */
  readonly hasLength?: boolean;
  /** Where the writer does not fill up the last packet, but one before it. */
  readonly stuffsSecondPacket?: boolean;
}

/** Writes the packets of a transport stream, byte by byte as the standard has them; it counts what is to be counted. */
export class TsWriter {
  private readonly counters = new Map<number, number>();

  /** A program association that names `pmtPid`. */
  pat(pmtPid = PMT_PID): Buffer {
    const program = Buffer.from([0, 1, 0xe0 | (pmtPid >> 8), pmtPid & 0xff]);
    return this.section(0, section(0x00, program));
  }

  /** A program map with `streams`: type and PID each. */
  pmt(streams: readonly (readonly [type: number, pid: number])[], pmtPid = PMT_PID): Buffer {
    const list = streams.flatMap(([type, pid]) => [type, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, 0]);
    return this.section(pmtPid, section(0x02, Buffer.from([0xe1, 0, 0xf0, 0, ...list])));
  }

  /** A section in one packet. */
  section(pid: number, bytes: Buffer): Buffer {
    const payload = Buffer.alloc(PACKET_BYTES - 4, 0xff);
    payload[0] = 0;
    bytes.copy(payload, 1);
    return this.packet(pid, payload, { isStart: true });
  }

  /** A picture in as many packets as it takes. */
  picture(pes: BuiltPes, pid = VIDEO_PID): Buffer {
    const bytes = pesBytes(pes);
    const packets: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const isSecond = packets.length === 1 && pes.stuffsSecondPacket === true;
      const payload = bytes.subarray(at, at + (isSecond ? 100 : PACKET_BYTES - 4));
      packets.push(this.packet(pid, payload, { isStart: at === 0 }));
      at += payload.length;
    }
    return Buffer.concat(packets);
  }

  /** One packet; an adaptation field fills it up. */
  packet(pid: number, payload: Buffer, { isStart = false, flags = 0, repeats = false } = {}): Buffer {
    const last = this.counters.get(pid) ?? 15;
    const counter = repeats ? last : (last + 1) & 0x0f;
    this.counters.set(pid, counter);
    const fieldBytes = PACKET_BYTES - 4 - payload.length;
    const hasField = fieldBytes > 0;
    const head = Buffer.from([0x47, (isStart ? 0x40 : 0) | (pid >> 8), pid & 0xff, (hasField ? 0x30 : 0x10) | counter]);
    const field = Buffer.alloc(fieldBytes, 0xff);
    if (hasField) field[0] = fieldBytes - 1;
    if (fieldBytes > 1) field[1] = flags;
    return Buffer.concat([head, field, payload]);
  }

  /** As if so many packets of a PID had been written and lost. */
  lose(packets = 1, pid = VIDEO_PID): void {
    this.counters.set(pid, ((this.counters.get(pid) ?? 15) + packets) & 0x0f);
  }
}

/** A section with its header and check. */
export function section(tableId: number, body: Buffer): Buffer {
  const lengthBytes = 5 + body.length + 4;
  const head = Buffer.from([tableId, 0xb0 | (lengthBytes >> 8), lengthBytes & 0xff, 0, 1, 0xc1, 0, 0]);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32Mpeg(Buffer.concat([head, body])));
  return Buffer.concat([head, body, check]);
}

/** NAL units as a byte stream, with start codes of four and three bytes. */
export function byteStream(...units: readonly Buffer[]): Buffer {
  return Buffer.concat(units.flatMap((unit, index) => [Buffer.from(index === 0 ? '00000001' : '000001', 'hex'), unit]));
}

/** What a reader told of a stream that came in `chunks`. */
export function readTs(chunks: readonly Buffer[], options: TsReaderOptions = {}) {
  const pictures: CodedPicture[] = [];
  const errors: StreamerError[] = [];
  const reader = new TsReader(
    {
      onPicture: (picture) => void pictures.push(picture),
      onError: (error) => void errors.push(error),
      captureTimeUsOf: (ticks) => 1_000_000 + ticks,
    },
    options,
  );
  for (const chunk of chunks) {
    const copy = Buffer.from(chunk);
    reader.push(copy);
    // The memory may be written to again, so nothing may be a view of it.
    copy.fill(0xee);
  }
  const beforeEnd = pictures.length;
  reader.end();
  return { pictures, errors, beforeEnd, picturesLost: reader.picturesLost };
}

function pesBytes({ data, pts, dts, hasLength = true }: BuiltPes): Buffer {
  const times = dts === undefined ? time(2, pts) : Buffer.concat([time(3, pts), time(1, dts)]);
  const head = Buffer.from([0, 0, 1, 0xe0, 0, 0, 0x80, dts === undefined ? 0x80 : 0xc0, times.length]);
  if (hasLength) head.writeUInt16BE(3 + times.length + data.length, 4);
  return Buffer.concat([head, times, data]);
}

/** 33 bits with their marker bits. */
function time(mark: number, ticks: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8((mark << 4) | (Math.floor(ticks / 2 ** 30) << 1) | 1, 0);
  bytes.writeUInt16BE(((Math.floor(ticks / 2 ** 15) & 0x7fff) << 1) | 1, 1);
  bytes.writeUInt16BE(((ticks & 0x7fff) << 1) | 1, 3);
  return bytes;
}

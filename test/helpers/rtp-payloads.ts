import { withHuffmanTables } from '../../shared/jpeg/huffman-tables.js';
import { segment } from './built-jpeg.js';

/** Makes NAL units of payloads of RFC 6184 (single units and FU-A) again. */
export function joinH264(payloads: readonly Buffer[]): Buffer[] {
  return join(payloads, 1, (payload) => {
    if ((payload.readUInt8(0) & 0x1f) !== 28) return null;
    const [indicator, header] = [payload.readUInt8(0), payload.readUInt8(1)];
    return { flags: header, unitHeader: Buffer.of((indicator & 0xe0) | (header & 0x1f)) };
  });
}

/** Makes NAL units of payloads of RFC 7798 (single units and FU) again. */
export function joinH265(payloads: readonly Buffer[]): Buffer[] {
  return join(payloads, 2, (payload) => {
    if (((payload.readUInt8(0) >> 1) & 0x3f) !== 49) return null;
    const header = payload.readUInt8(2);
    return {
      flags: header,
      unitHeader: Buffer.of((payload.readUInt8(0) & 0x81) | ((header & 0x3f) << 1), payload.readUInt8(1)),
    };
  });
}

interface Fragment {
  /** Start in the highest bit, end in the next. */
  readonly flags: number;
  readonly unitHeader: Buffer;
}

function join(payloads: readonly Buffer[], headerBytes: number, read: (payload: Buffer) => Fragment | null): Buffer[] {
  const units: Buffer[] = [];
  let pieces: Buffer[] | null = null;
  for (const payload of payloads) {
    const fragment = read(payload);
    if (!fragment) {
      if (pieces) throw new Error('a unit begins within another one');
      units.push(payload);
      continue;
    }
    if (((fragment.flags & 0x80) !== 0) !== (pieces === null)) throw new Error('a start where there is none, or two');
    pieces ??= [fragment.unitHeader];
    pieces.push(payload.subarray(headerBytes + 1));
    if ((fragment.flags & 0x40) === 0) continue;
    units.push(Buffer.concat(pieces));
    pieces = null;
  }
  if (pieces) throw new Error('the end of a unit is missing');
  return units;
}

/** Makes a JPEG of payloads of RFC 2435 again, with headers of its own, as a receiver does. */
export function joinJpeg(payloads: readonly Buffer[]): Buffer {
  const [first] = payloads;
  if (!first) throw new Error('there is no payload');
  const { type, width, height, restartInterval, headerBytes } = readMainHeader(first);
  const tablesAt = headerBytes + 4;
  const tables = first.subarray(tablesAt, tablesAt + first.readUInt16BE(headerBytes + 2));
  const scan: Buffer[] = [];
  let offset = 0;
  for (const payload of payloads) {
    const head = readMainHeader(payload);
    if (head.offset !== offset) throw new Error(`a piece for ${head.offset} comes at ${offset}`);
    const data = payload.subarray(head.headerBytes + (offset === 0 ? 4 + tables.length : 0));
    scan.push(data);
    offset += data.length;
  }
  const restart = Buffer.alloc(2);
  restart.writeUInt16BE(restartInterval);
  return withHuffmanTables(
    Buffer.concat([
      Buffer.of(0xff, 0xd8),
      segment(0xdb, Buffer.concat([Buffer.of(0), tables.subarray(0, 64), Buffer.of(1), tables.subarray(64)])),
      ...(restartInterval === 0 ? [] : [segment(0xdd, restart)]),
      segment(0xc0, frameBody(type & 0x3f, width, height)),
      segment(0xda, Buffer.of(3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0)),
      ...scan,
      Buffer.of(0xff, 0xd9),
    ]),
  );
}

function readMainHeader(payload: Buffer) {
  const type = payload.readUInt8(4);
  if (payload.readUInt8(0) !== 0 || payload.readUInt8(5) !== 255) throw new Error('the header is not as it should be');
  return {
    type,
    offset: payload.readUIntBE(1, 3),
    width: payload.readUInt8(6) * 8,
    height: payload.readUInt8(7) * 8,
    restartInterval: type >= 64 ? payload.readUInt16BE(8) : 0,
    headerBytes: type >= 64 ? 12 : 8,
  };
}

function frameBody(type: number, width: number, height: number): Buffer {
  const body = Buffer.of(8, 0, 0, 0, 0, 3, 1, type === 0 ? 0x21 : 0x22, 0, 2, 0x11, 1, 3, 0x11, 1);
  body.writeUInt16BE(height, 1);
  body.writeUInt16BE(width, 3);
  return body;
}

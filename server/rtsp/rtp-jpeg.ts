import { isStandardTable } from '../../shared/jpeg/huffman-tables.js';
import { Marker, findMarker } from '../../shared/jpeg/jpeg-markers.js';

/** A JPEG as RFC 2435 sees it: what its headers of RTP say, and the coded data. */
export interface RtpJpeg {
  /** 0 for 4:2:2, 1 for 4:2:0 (RFC 2435, section 4.1). */
  readonly type: 0 | 1;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Blocks (MCUs) between restart markers; 0 without them. */
  readonly restartInterval: number;
  /** The quantization tables of luminance and chrominance, 64 bytes each, in zigzag order. */
  readonly quantization: readonly [Buffer, Buffer];
  /** From behind the header of the scan up to the end marker; a view of the JPEG. */
  readonly scan: Buffer;
}

/** What the segments said so far. Tables are kept by their number. */
interface Segments {
  frame: Buffer | null;
  readonly quantization: Map<number, Buffer>;
  readonly huffman: Map<number, Buffer>;
  restartInterval: number;
  isRgb: boolean;
}

/** Sides are told in units of 8 pixels, in one byte. */
const SIDE_UNIT = 8;
const MAX_SIDE = 255 * SIDE_UNIT;
/** Fragments are told apart by an offset of 24 bits. */
const MAX_SCAN_BYTES = 2 ** 24;
const TABLE_BYTES = 64;
/** Precision, height, width, number of components, then three bytes each. */
const FRAME_BYTES = 6 + 3 * 3;
/** Number of components, two bytes each, three bytes of what sequential pictures do not vary. */
const SCAN_HEADER_BYTES = 1 + 2 * 3 + 3;
/** Sampling factors, horizontal and vertical: of luminance by type, and of the colours. */
const LUMINANCE_SAMPLINGS = [0x21, 0x22];
const CHROMINANCE_SAMPLING = 0x11;
const HUFFMAN_COUNTS = 16;
const ADOBE = Buffer.from('Adobe');

/** Thrown and caught here: why RTP cannot carry a picture. */
class Problem extends Error {}

/** Reads a JPEG (ITU T.81, annex B) for RFC 2435; a text where that cannot carry it, which says why. */
export function readRtpJpeg(jpeg: Buffer): RtpJpeg | string {
  try {
    return read(jpeg);
  } catch (error) {
    // A RangeError is a segment that ends before what it should hold.
    if (error instanceof Problem) return error.message;
    if (error instanceof RangeError) return 'it is broken';
    throw error;
  }
}

function read(jpeg: Buffer): RtpJpeg {
  const segments: Segments = {
    frame: null,
    quantization: new Map(),
    huffman: new Map(),
    restartInterval: 0,
    isRgb: false,
  };
  for (let at = findMarker(jpeg, 2); ; at = findMarker(jpeg, at)) {
    const code = jpeg.readUInt8(at + 1);
    if (code === Marker.EOI || code === Marker.SOI) throw new Problem('it holds no picture');
    const bodyAt = at + 4;
    at += 2 + jpeg.readUInt16BE(at + 2);
    if (at > jpeg.length) throw new Problem('it is broken');
    const body = jpeg.subarray(bodyAt, at);
    if (code === Marker.SOS) return assemble(segments, body, scanOf(jpeg, at));
    readSegment(code, body, segments);
  }
}

function readSegment(code: number, body: Buffer, segments: Segments): void {
  if (code === Marker.SOF0) segments.frame = body;
  else if (code > Marker.SOF0 && code <= Marker.SOF15 && code !== Marker.DHT) throw new Problem('it is not baseline');
  else if (code === Marker.DQT) readQuantization(body, segments.quantization);
  else if (code === Marker.DHT) readHuffman(body, segments.huffman);
  else if (code === Marker.DRI) segments.restartInterval = body.readUInt16BE(0);
  // The last byte of Adobe's segment names the colours; 0 are those of the picture as they are.
  else if (code === Marker.APP14 && body.subarray(0, 5).equals(ADOBE)) segments.isRgb = body[11] === 0;
}

function readQuantization(body: Buffer, tables: Map<number, Buffer>): void {
  for (let at = 0; at < body.length; at += 1 + TABLE_BYTES) {
    const head = body.readUInt8(at);
    if (head > 0x0f) throw new Problem('its quantization tables have 16 bits');
    const table = body.subarray(at + 1, at + 1 + TABLE_BYTES);
    if (table.length < TABLE_BYTES) throw new Problem('it is broken');
    tables.set(head, table);
  }
}

function readHuffman(body: Buffer, tables: Map<number, Buffer>): void {
  for (let at = 0; at < body.length;) {
    const valuesAt = at + 1 + HUFFMAN_COUNTS;
    const end = valuesAt + body.subarray(at + 1, valuesAt).reduce((sum, count) => sum + count, 0);
    if (end > body.length) throw new Problem('it is broken');
    tables.set(body.readUInt8(at), body.subarray(at + 1, end));
    at = end;
  }
}

/** Up to the end marker, which must be the next one: a picture in several scans has others before it. */
function scanOf(jpeg: Buffer, start: number): Buffer {
  const end = findMarker(jpeg, start);
  if (end + 2 > jpeg.length) throw new Problem('its end is missing');
  if (jpeg.readUInt8(end + 1) !== Marker.EOI) throw new Problem('it is in several scans');
  if (end === start) throw new Problem('it holds no picture');
  if (end - start >= MAX_SCAN_BYTES) throw new Problem('it is longer than 16 MiB');
  return jpeg.subarray(start, end);
}

function assemble(segments: Segments, scanHeader: Buffer, scan: Buffer): RtpJpeg {
  const { frame, quantization, huffman, restartInterval, isRgb } = segments;
  if (!frame) throw new Problem('it has no frame header');
  if (frame.length !== FRAME_BYTES || scanHeader.length !== SCAN_HEADER_BYTES || isRgb) {
    throw new Problem('it is not of luminance and two colours');
  }
  const [height, width] = [frame.readUInt16BE(1), frame.readUInt16BE(3)];
  checkSize(width, height);
  const components = [0, 1, 2].map((index) => frame.subarray(6 + 3 * index, 9 + 3 * index));
  const samplings = components.map((component) => component[1]);
  const type = LUMINANCE_SAMPLINGS.findIndex((sampling) => sampling === samplings[0]);
  if (type === -1 || samplings[1] !== CHROMINANCE_SAMPLING || samplings[2] !== CHROMINANCE_SAMPLING) {
    throw new Problem('its colours are sampled neither 4:2:0 nor 4:2:2');
  }
  checkHuffman(components, scanHeader, huffman);
  const [luminance, blue, red] = components.map((component) => quantization.get(component.readUInt8(2)));
  if (!luminance || !blue || !red) throw new Problem('it lacks quantization tables');
  if (!blue.equals(red)) throw new Problem('it has three quantization tables');
  return { type: type === 0 ? 0 : 1, width, height, restartInterval, quantization: [luminance, blue], scan };
}

function checkSize(width: number, height: number): void {
  if (width === 0 || height === 0) throw new Problem('it has no size');
  if (width > MAX_SIDE || height > MAX_SIDE) throw new Problem(`it is larger than ${MAX_SIDE}x${MAX_SIDE}`);
  if (width % SIDE_UNIT !== 0 || height % SIDE_UNIT !== 0) {
    throw new Problem(`its sides are no multiples of ${SIDE_UNIT} pixels`);
  }
}

/** Receivers decode with the standard's tables; where a picture brings none, they are meant. */
function checkHuffman(components: readonly Buffer[], scanHeader: Buffer, tables: ReadonlyMap<number, Buffer>): void {
  for (const [index, component] of components.entries()) {
    const at = 1 + 2 * index;
    if (scanHeader[at] !== component[0]) throw new Problem('its components are in another order');
    const numbers = scanHeader.readUInt8(at + 1);
    const colour = index === 0 ? 0 : 1;
    // The class, DC or AC, stands in the high half of a table's number.
    for (const [wanted, used] of [
      [colour, numbers >> 4],
      [0x10 | colour, 0x10 | (numbers & 0x0f)],
    ] as const) {
      const table = tables.get(used);
      if (tables.size > 0 && !(table && isStandardTable(wanted, table))) {
        throw new Problem("its Huffman tables are not the standard's");
      }
    }
  }
}

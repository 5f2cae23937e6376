import { StreamerError } from '../errors.js';
import { Marker, findMarker } from './jpeg-markers.js';
import { startsWithSoi } from './jpeg-scanner.js';

/** What the segments before the first scan of a JPEG say, and where they end. */
export interface JpegInfo {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** False where the standard's tables have to be added: a sequential picture (SOF0, SOF1) that brings none. */
  readonly hasHuffmanTables: boolean;
  /** Place of the marker of the first scan, SOS. */
  readonly scanOffset: number;
  /** Length of the picture up to its end marker, without what follows it. */
  readonly lengthBytes: number;
}

/** The most pixels a side that libjpeg, and so nearly every decoder, takes. */
const MAX_SIDE = 65_500;
const EOI_BYTES = Buffer.of(0xff, Marker.EOI);
const CODE_BYTES = 2;
/** Marker, length, precision, height and width of a frame header. */
const SOF_BYTES = 9;

/**
 * Reads the size of a JPEG without decoding it (ITU T.81, annex B). The bytes begin with its SOI; after its EOI anything
 * may follow, since cameras and drivers pad. The cost is that of the header: coded data is not looked at, but from the
 * end backwards for the EOI. Throws StreamerError BAD_JPEG.
 */
export function readJpegInfo(jpeg: Buffer): JpegInfo {
  if (!startsWithSoi(jpeg)) throw badJpeg('it does not begin as one');
  const { width, height, hasHuffmanTables, scanOffset } = readHeader(jpeg);
  if (width === 0 || height === 0 || width > MAX_SIDE || height > MAX_SIDE) {
    throw badJpeg(`its size is ${width}x${height}`);
  }
  // Coded data never holds an EOI, so a picture that was cut off has none behind its first scan.
  const endOffset = jpeg.lastIndexOf(EOI_BYTES);
  if (endOffset < scanOffset) throw badJpeg('its end is missing');
  return { width, height, hasHuffmanTables, scanOffset, lengthBytes: endOffset + EOI_BYTES.length };
}

/** Follows the segments to the first scan. */
function readHeader(jpeg: Buffer): Omit<JpegInfo, 'lengthBytes'> {
  let frame: FrameSegment | null = null;
  let hasTables = false;
  for (let at = findMarker(jpeg, CODE_BYTES); at + CODE_BYTES <= jpeg.length;) {
    const code = jpeg.readUInt8(at + 1);
    if (code === Marker.EOI || code === Marker.SOI) throw badJpeg('it holds no picture');
    if (code === Marker.SOS) {
      if (frame === null) throw badJpeg('it has no frame header');
      const { width, height, isSequential } = frame;
      return { width, height, hasHuffmanTables: hasTables || !isSequential, scanOffset: at };
    }
    if (code === Marker.DHT) hasTables = true;
    if (isFrameHeader(code)) frame = readFrame(jpeg, at, code);
    at = findMarker(jpeg, segmentEnd(jpeg, at));
  }
  throw badJpeg('it ends within its header');
}

interface FrameSegment {
  readonly width: number;
  readonly height: number;
  readonly isSequential: boolean;
}

function readFrame(jpeg: Buffer, at: number, code: number): FrameSegment {
  if (at + SOF_BYTES > jpeg.length) throw badJpeg('it ends within its header');
  const isSequential = code === Marker.SOF0 || code === Marker.SOF1;
  return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7), isSequential };
}

/** SOF0 to SOF15, between which three other markers lie. */
function isFrameHeader(code: number): boolean {
  if (code === Marker.DHT || code === Marker.JPG || code === Marker.DAC) return false;
  return code >= Marker.SOF0 && code <= Marker.SOF15;
}

/** Where the segment of the marker at `at` ends. */
function segmentEnd(jpeg: Buffer, at: number): number {
  const lengthAt = at + CODE_BYTES;
  if (lengthAt + 2 > jpeg.length) throw badJpeg('it ends within its header');
  return lengthAt + jpeg.readUInt16BE(lengthAt);
}

function badJpeg(problem: string): StreamerError {
  const text = `A picture of the source is no usable JPEG: ${problem}. Check the source if this goes on.`;
  return new StreamerError('BAD_JPEG', text);
}

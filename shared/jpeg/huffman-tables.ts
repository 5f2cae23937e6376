import { readJpegInfo } from './jpeg-info.js';
import { Marker } from './jpeg-markers.js';

/** A Huffman table: how many codes there are of 1 to 16 bits, then what they stand for, in the order of the codes. */
interface HuffmanTable {
  /** Class in the high half, 0 for DC and 1 for AC; in the low one 0 for luminance, 1 for chrominance. */
  readonly id: number;
  readonly counts: readonly number[];
  readonly values: Buffer;
}

/** Sizes of a difference in bits. */
const DC_VALUES = Buffer.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

/** In each byte a run of zeros and the size of what follows it. */
const AC_LUMINANCE_VALUES = Buffer.from(
  '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738' +
    '393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5' +
    'a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
  'hex',
);
const AC_CHROMINANCE_VALUES = Buffer.from(
  '0001020311040521310612415107617113223281081442' +
    '91a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a535455565758595a63646566' +
    '6768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8' +
    'c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa',
  'hex',
);

/** Tables K.3 to K.6 of ITU T.81, annex K.3.3, which Motion JPEG leaves out. */
const STANDARD_TABLES: readonly HuffmanTable[] = [
  { id: 0x00, counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], values: DC_VALUES },
  { id: 0x10, counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125], values: AC_LUMINANCE_VALUES },
  { id: 0x01, counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], values: DC_VALUES },
  { id: 0x11, counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119], values: AC_CHROMINANCE_VALUES },
];

const STANDARD_SEGMENT = huffmanSegment(STANDARD_TABLES);
const STANDARD_BYTES: ReadonlyMap<number, Buffer> = new Map(
  STANDARD_TABLES.map(({ id, counts, values }) => [id, Buffer.concat([Buffer.from(counts), values])]),
);

/**
 * The same buffer when the picture can be decoded as it is; else a new one, with the standard's Huffman tables before
 * the first scan. Pictures from AVI files, RTP and many cameras lack them, and browsers then show nothing. Throws
 * StreamerError BAD_JPEG.
 */
export function withHuffmanTables(jpeg: Buffer): Buffer {
  const { hasHuffmanTables, scanOffset } = readJpegInfo(jpeg);
  if (hasHuffmanTables) return jpeg;
  const completed = Buffer.allocUnsafeSlow(jpeg.length + STANDARD_SEGMENT.length);
  jpeg.copy(completed, 0, 0, scanOffset);
  STANDARD_SEGMENT.copy(completed, scanOffset);
  jpeg.copy(completed, scanOffset + STANDARD_SEGMENT.length, scanOffset);
  return completed;
}

/**
 * Whether the 16 counts and the values of a table, as a DHT segment has them, are those of the standard's: the one for
 * luminance or the one for chrominance, of `id`'s class.
 *
 * @param id class in the high half, 0 for DC and 1 for AC; in the low one 0 for luminance, 1 for chrominance
 */
export function isStandardTable(id: number, countsAndValues: Buffer): boolean {
  return STANDARD_BYTES.get(id)?.equals(countsAndValues) ?? false;
}

/** One DHT segment with all the tables (ITU T.81, annex B.2.4.2). */
function huffmanSegment(tables: readonly HuffmanTable[]): Buffer {
  const body = Buffer.concat(tables.flatMap(({ id, counts, values }) => [Buffer.of(id), Buffer.from(counts), values]));
  const head = Buffer.of(0xff, Marker.DHT, 0, 0);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

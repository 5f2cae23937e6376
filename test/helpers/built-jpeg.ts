/** What a built JPEG consists of; all but the size can be left out. */
export interface BuiltJpeg {
  readonly width?: number;
  readonly height?: number;
  /** Second byte of the frame header's marker: 0xc0 baseline, 0xc2 progressive. */
  readonly frameCode?: number;
  /** What stands between SOI and the frame header, such as an APP1 with a thumbnail. */
  readonly segments?: readonly Buffer[];
  /** Coded data of each scan, as it is in the file: 0xff is followed by 0x00. */
  readonly scans?: readonly Buffer[];
  /** What stands before each scan but the first, such as a DHT. */
  readonly between?: Buffer;
  readonly huffmanTables?: boolean;
}

export const SOI = Buffer.of(0xff, 0xd8);
export const EOI = Buffer.of(0xff, 0xd9);
const DHT = segment(0xc4, Buffer.alloc(20));
const SOS_BODY = Buffer.of(1, 1, 0, 0, 63, 0);

/** A marker segment: marker, length, body. */
export function segment(code: number, body: Buffer): Buffer {
  const head = Buffer.of(0xff, code, 0, 0);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** A frame header of one component. */
export function frameHeader(width: number, height: number, code = 0xc0): Buffer {
  const body = Buffer.of(8, 0, 0, 0, 0, 1, 1, 0x11, 0);
  body.writeUInt16BE(height, 1);
  body.writeUInt16BE(width, 3);
  return segment(code, body);
}

/** A JPEG with the right structure; its coded data means nothing. */
export function builtJpeg(built: BuiltJpeg = {}): Buffer {
  const { width = 16, height = 8, frameCode = 0xc0, segments = [], scans = [Buffer.of(1, 2, 3)] } = built;
  const { between = Buffer.alloc(0), huffmanTables = true } = built;
  const scan = (data: Buffer, index: number) => [
    index === 0 ? Buffer.alloc(0) : between,
    segment(0xda, SOS_BODY),
    data,
  ];
  return Buffer.concat([
    SOI,
    ...segments,
    frameHeader(width, height, frameCode),
    ...(huffmanTables ? [DHT] : []),
    ...scans.flatMap(scan),
    EOI,
  ]);
}

/** `bytes` as coded data: stuffed, so that no 0xff of it is a marker. */
export function codedData(bytes: Uint8Array): Buffer {
  return Buffer.from([...bytes].flatMap((byte) => (byte === 0xff ? [0xff, 0x00] : [byte])));
}

/** A JPEG without its DHT segments, as Motion JPEG is sent; there is nothing but segments before its first scan. */
export function withoutHuffmanTables(jpeg: Buffer): Buffer {
  const kept = [jpeg.subarray(0, 2)];
  for (let at = 2; ;) {
    const code = jpeg.readUInt8(at + 1);
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (code === 0xda) return Buffer.concat([...kept, jpeg.subarray(at)]);
    if (code !== 0xc4) kept.push(jpeg.subarray(at, end));
    at = end;
  }
}

/** Low bits of time stamps in `nutFile`. */
const LOW_PTS_BITS = 7;
const CODED = 4096;
/** Key frame, coded time stamp, coded size. */
const FRAME_FLAGS = 1 | 8 | 32;

/** A frame of `nutFile`; `low` writes only the low bits of its time stamp. */
export interface NutFrame {
  readonly ptsUs: number;
  readonly data: Buffer;
  readonly low?: boolean;
}

/** A NUT file of one stream in microseconds, with a syncpoint before its first frame. */
export function nutFile(frames: readonly NutFrame[]): Buffer {
  const first = frames[0]?.ptsUs ?? 0;
  return Buffer.concat([
    Buffer.from('nut/multimedia container\0', 'latin1'),
    packet('M', mainHeader()),
    packet('S', streamHeader()),
    packet('I', Buffer.alloc(5000)),
    packet('K', Buffer.concat([unsigned(first), unsigned(0)])),
    ...frames.map(frameOf),
  ]);
}

/** A PGM of grey `level`. */
export function pgmFile(width: number, height: number, level: number): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), Buffer.alloc(width * height, level)]);
}

function mainHeader(): Buffer {
  const table = [CODED, 6].map(unsigned);
  const run = [signed(0), unsigned(1), unsigned(0), unsigned(0), unsigned(0), unsigned(255)];
  return Buffer.concat([...[3, 1, 65_536, 1, 1, 1_000_000].map(unsigned), ...table, ...run, unsigned(0)]);
}

function streamHeader(): Buffer {
  const code = Buffer.from('PGM0');
  return Buffer.concat([unsigned(0), unsigned(0), unsigned(4), code, unsigned(0), unsigned(LOW_PTS_BITS)]);
}

function packet(letter: string, body: Buffer): Buffer {
  const lengthBytes = body.length + 4;
  const headerChecksum = Buffer.alloc(lengthBytes > 4096 ? 4 : 0);
  const start = Buffer.from(`N${letter}123456`, 'latin1');
  return Buffer.concat([start, unsigned(lengthBytes), headerChecksum, body, Buffer.alloc(4)]);
}

function frameOf({ ptsUs, data, low = false }: NutFrame): Buffer {
  const pts = low ? ptsUs % 2 ** LOW_PTS_BITS : ptsUs + 2 ** LOW_PTS_BITS;
  return Buffer.concat([Buffer.of(0), unsigned(FRAME_FLAGS), unsigned(pts), unsigned(data.length), data]);
}

function signed(value: number): Buffer {
  return unsigned(value > 0 ? 2 * value - 1 : -2 * value);
}

function unsigned(value: number): Buffer {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 0x80);
  return Buffer.from(bytes);
}

import type { TsHeader } from './ts-header.js';

/** What a program's map says of one of its streams. */
export interface ElementaryStream {
  readonly pid: number;
  /** `stream_type` (ISO/IEC 13818-1, table 2-34). */
  readonly type: number;
}

/** Section header, up to and with its length. */
const LENGTH_END = 3;
/** Header of a section of the long kind, and its check at the end. */
const LONG_HEADER_BYTES = 8;
const CRC_BYTES = 4;
/** ISO/IEC 13818-1, section 2.4.4.4. */
const MAX_SECTION_BYTES = LENGTH_END + 1021;
const PAT_TABLE = 0x00;
const PMT_TABLE = 0x02;

/** Puts together the sections of one PID; only those whose check is right are told. */
export class SectionReader {
  private section: Buffer = Buffer.alloc(0);
  private isInSection = false;
  private nextCounter = -1;

  /** @param onSection gets a section from its table id on, without its check */
  constructor(private readonly onSection: (section: Buffer) => void) {}

  /** Takes the next packet of the PID. */
  push({ payload, isStart, continuityCounter }: TsHeader): void {
    if (payload.length === 0) return;
    if (continuityCounter !== this.nextCounter) this.isInSection = false;
    this.nextCounter = (continuityCounter + 1) & 0x0f;
    if (!isStart) return this.append(payload);
    const pointer = payload.readUInt8(0);
    this.append(payload.subarray(1, 1 + pointer));
    this.section = Buffer.alloc(0);
    this.isInSection = true;
    this.append(payload.subarray(1 + pointer));
  }

  private append(bytes: Buffer): void {
    if (!this.isInSection) return;
    this.section = Buffer.concat([this.section, bytes]);
    if (this.section.length < LENGTH_END) return;
    const lengthBytes = LENGTH_END + (this.section.readUInt16BE(1) & 0x0fff);
    if (lengthBytes > MAX_SECTION_BYTES) this.isInSection = false;
    else if (this.section.length >= lengthBytes) this.finish(lengthBytes);
  }

  /** Further sections in the same packet are of programs that do not matter here. */
  private finish(lengthBytes: number): void {
    this.isInSection = false;
    const section = this.section.subarray(0, lengthBytes);
    if (lengthBytes < LONG_HEADER_BYTES + CRC_BYTES || crc32Mpeg(section) !== 0) return;
    this.onSection(section.subarray(0, lengthBytes - CRC_BYTES));
  }
}

/** The PID of the map of the first program in a program association section; null where it has none. */
export function readProgramMapPid(section: Buffer): number | null {
  if (section.readUInt8(0) !== PAT_TABLE) return null;
  for (let at = LONG_HEADER_BYTES; at + 4 <= section.length; at += 4) {
    // Program 0 is the network's information.
    if (section.readUInt16BE(at) !== 0) return section.readUInt16BE(at + 2) & 0x1fff;
  }
  return null;
}

/** The streams of a program map section, in its order; null when it is none, or not whole. */
export function readElementaryStreams(section: Buffer): ElementaryStream[] | null {
  if (section.readUInt8(0) !== PMT_TABLE || section.length < LONG_HEADER_BYTES + 4) return null;
  const streams: ElementaryStream[] = [];
  let at = LONG_HEADER_BYTES + 4 + (section.readUInt16BE(LONG_HEADER_BYTES + 2) & 0x0fff);
  while (at + 5 <= section.length) {
    streams.push({ type: section.readUInt8(at), pid: section.readUInt16BE(at + 1) & 0x1fff });
    at += 5 + (section.readUInt16BE(at + 3) & 0x0fff);
  }
  return at === section.length ? streams : null;
}

/** The check of sections (ISO/IEC 13818-1, annex A), which is 0 over a section with its own. */
export function crc32Mpeg(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = ((crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0)) >>> 0;
  return crc;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

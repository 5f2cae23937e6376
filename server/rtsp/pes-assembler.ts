import type { TsHeader } from './ts-header.js';

/** A PES packet: one picture of a video stream. */
export interface PesPacket {
  /** Of 33 bits; null where it has none. */
  readonly ptsTicks: number | null;
  /** Equal to `ptsTicks` where it has none of its own. */
  readonly dtsTicks: number | null;
  /** Memory of its own. */
  readonly data: Buffer;
}

/** What an assembler needs. */
export interface PesAssemblerOptions {
  /** The longest packet it takes, in bytes. */
  readonly maxBytes: number;
  /** Whether what came of a packet of unknown length is all of it; asked after each piece. */
  readonly isWhole: (packetSoFar: Buffer) => boolean;
  readonly onPacket: (packet: PesPacket) => void;
  /** A packet is not whole, or is none. */
  readonly onLost: () => void;
}

/** Prefix, stream id, length (ISO/IEC 13818-1, section 2.4.3.6), then three bytes about what follows. */
const PREFIX_BYTES = 6;
const HEADER_BYTES = 9;
const PTS_FLAG = 0x80;
const DTS_FLAG = 0x40;
const TIME_BYTES = 5;
const LEAST_BYTES = 16 * 1024;
/** How many ticks there are before they begin anew. */
export const TICKS_MODULUS = 2 ** 33;

/**
 * Puts together the PES packets of one PID. A packet is told as soon as it is whole: one of known length at its last byte,
 * another one at the packet that is filled up behind its end (writers fill up nothing else), or when the next one begins.
 */
export class PesAssembler {
  private memory = Buffer.alloc(0);
  private filledBytes = 0;
  private isCollecting = false;
  private hasEndedByStuffing = false;
  /** Until a writer turns out to fill up packets elsewhere. */
  private trustsStuffing = true;

  constructor(private readonly options: PesAssemblerOptions) {}

  /** Takes the next transport packet of the PID. */
  push({ payload, isStart, isStuffed }: TsHeader): void {
    if (isStart) this.begin();
    else if (!this.isCollecting) return this.onStray(payload);
    if (!this.append(payload)) return this.lose();
    const packet = this.memory.subarray(0, this.filledBytes);
    const lengthBytes = statedLength(packet);
    if (lengthBytes !== null) {
      if (packet.length >= lengthBytes) this.finish(lengthBytes);
      return;
    }
    const isFilledUp = isStuffed && !isStart && this.trustsStuffing;
    if (isFilledUp) this.hasEndedByStuffing = true;
    if (isFilledUp || this.options.isWhole(packet)) this.finish(packet.length);
  }

  /** Something was lost: the packet that is being put together is of no use. */
  drop(): void {
    this.isCollecting = false;
    this.hasEndedByStuffing = false;
  }

  /** Nothing more comes: a packet of unknown length is whole. */
  end(): void {
    if (!this.isCollecting) return;
    if (statedLength(this.memory.subarray(0, this.filledBytes)) === null) this.finish(this.filledBytes);
    else this.lose();
  }

  private begin(): void {
    this.end();
    this.isCollecting = true;
    this.hasEndedByStuffing = false;
    this.filledBytes = 0;
  }

  private onStray(payload: Buffer): void {
    if (!this.hasEndedByStuffing || payload.length === 0) return;
    this.hasEndedByStuffing = false;
    this.trustsStuffing = false;
    this.options.onLost();
  }

  /** False when the packet is too long. */
  private append(payload: Buffer): boolean {
    const neededBytes = this.filledBytes + payload.length;
    if (neededBytes > this.options.maxBytes) return false;
    if (neededBytes > this.memory.length) this.grow(neededBytes);
    payload.copy(this.memory, this.filledBytes);
    this.filledBytes = neededBytes;
    return true;
  }

  private grow(neededBytes: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(LEAST_BYTES, 2 * this.memory.length, neededBytes));
    this.memory.copy(grown, 0, 0, this.filledBytes);
    this.memory = grown;
  }

  private lose(): void {
    this.isCollecting = false;
    this.options.onLost();
  }

  private finish(lengthBytes: number): void {
    this.isCollecting = false;
    const packet = readPes(this.memory.subarray(0, lengthBytes));
    if (packet) this.options.onPacket(packet);
    else this.options.onLost();
  }
}

/** Length of a whole packet; null where it does not say, or has not said yet. */
function statedLength(packet: Buffer): number | null {
  if (packet.length < PREFIX_BYTES) return null;
  const followingBytes = packet.readUInt16BE(4);
  return followingBytes === 0 ? null : PREFIX_BYTES + followingBytes;
}

function readPes(packet: Buffer): PesPacket | null {
  if (packet.length < HEADER_BYTES || packet.readUIntBE(0, 3) !== 1 || (packet.readUInt8(6) & 0xc0) !== 0x80)
    return null;
  const flags = packet.readUInt8(7);
  const dataAt = HEADER_BYTES + packet.readUInt8(8);
  const neededBytes = ((flags & PTS_FLAG) === 0 ? 0 : TIME_BYTES) + ((flags & DTS_FLAG) === 0 ? 0 : TIME_BYTES);
  if (dataAt >= packet.length || dataAt < HEADER_BYTES + neededBytes) return null;
  const ptsTicks = (flags & PTS_FLAG) === 0 ? null : readTicks(packet, HEADER_BYTES);
  const dtsTicks = (flags & DTS_FLAG) === 0 ? ptsTicks : readTicks(packet, HEADER_BYTES + TIME_BYTES);
  const data = Buffer.allocUnsafeSlow(packet.length - dataAt);
  packet.copy(data, 0, dataAt);
  return { ptsTicks, dtsTicks, data };
}

/** 33 bits in three pieces, with a marker bit behind each. */
function readTicks(packet: Buffer, at: number): number {
  const high = (packet.readUInt8(at) >> 1) & 0x07;
  const middle = packet.readUInt16BE(at + 1) >> 1;
  const low = packet.readUInt16BE(at + 3) >> 1;
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

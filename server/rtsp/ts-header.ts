/** What the header of a transport packet says (ISO/IEC 13818-1, sections 2.4.3.2 to 2.4.3.5). */
export interface TsHeader {
  readonly pid: number;
  /** The packet begins a PES packet or a section. */
  readonly isStart: boolean;
  /** Set by a demodulator that could not repair it; or its payload is scrambled. */
  readonly isUnusable: boolean;
  readonly continuityCounter: number;
  /** What was counted, and what the times are related to, begins anew. */
  readonly isDiscontinuity: boolean;
  /** Bytes stand in the adaptation field that say nothing, as they do to fill the last packet of a picture. */
  readonly isStuffed: boolean;
  /** A view of the packet; empty where it has none. */
  readonly payload: Buffer;
}

const HEADER_BYTES = 4;
const NOTHING = Buffer.alloc(0);
const DISCONTINUITY_FLAG = 0x80;
const PCR_FLAG = 0x10;
const OPCR_FLAG = 0x08;
const SPLICING_FLAG = 0x04;
/** Private data and an extension, whose lengths stand behind the rest. */
const VARIABLE_FLAGS = 0x03;
const CLOCK_BYTES = 6;

/** Reads the header of a packet of 188 bytes. An adaptation field that is longer than the packet leaves no payload. */
export function readTsHeader(packet: Buffer): TsHeader {
  const word = packet.readUInt32BE(0);
  const hasField = (word & 0x20) !== 0;
  const hasPayload = (word & 0x10) !== 0;
  const fieldBytes = hasField ? packet.readUInt8(HEADER_BYTES) : 0;
  const flags = fieldBytes > 0 ? packet.readUInt8(HEADER_BYTES + 1) : 0;
  return {
    pid: (word >>> 8) & 0x1fff,
    isStart: (word & 0x400000) !== 0,
    isUnusable: (word & 0x800000) !== 0 || (word & 0xc0) !== 0,
    continuityCounter: word & 0x0f,
    isDiscontinuity: (flags & DISCONTINUITY_FLAG) !== 0,
    isStuffed: hasField && isStuffed(fieldBytes, flags),
    payload: hasPayload ? packet.subarray(HEADER_BYTES + (hasField ? 1 + fieldBytes : 0)) : NOTHING,
  };
}

function isStuffed(fieldBytes: number, flags: number): boolean {
  // A field of its length alone, or of flags that say nothing, is there to fill one byte or two.
  if (fieldBytes === 0 || flags === 0) return true;
  if ((flags & VARIABLE_FLAGS) !== 0) return false;
  const clocks = ((flags & PCR_FLAG) === 0 ? 0 : 1) + ((flags & OPCR_FLAG) === 0 ? 0 : 1);
  return fieldBytes > 1 + clocks * CLOCK_BYTES + ((flags & SPLICING_FLAG) === 0 ? 0 : 1);
}

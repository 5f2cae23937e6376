/** What a sender report says (RFC 3550, section 6.4.1): a time of the sender's wall clock, and its RTP timestamp. */
export interface SenderTime {
  readonly ssrc: number;
  /** Microseconds since the Unix epoch. */
  readonly wallTimeUs: number;
  /** The same where the fraction of the second is in nanoseconds, as some senders have it; null where it cannot be. */
  readonly nanosecondTimeUs: number | null;
  readonly rtpTime: number;
}

/** What of a compound packet matters to who only counts. */
export interface RtcpNews {
  readonly report: SenderTime | null;
  /** Senders that say goodbye. */
  readonly gone: readonly number[];
}

const HEADER_BYTES = 4;
const REPORT_BYTES = 28;
const SENDER_REPORT = 200;
const GOODBYE = 203;
/** From 1900, the epoch of NTP, to 1970. */
const NTP_EPOCH_SECONDS = 2_208_988_800;

/** Reads the RTCP packets from `at` to `end`; what cannot be read ends it, and what stands before counts. */
export function readRtcp(bytes: Buffer, at: number, end: number): RtcpNews {
  let report: SenderTime | null = null;
  const gone: number[] = [];
  for (let next = at; next + HEADER_BYTES <= end;) {
    const first = bytes.readUInt8(next);
    const type = bytes.readUInt8(next + 1);
    const packetEnd = next + (bytes.readUInt16BE(next + 2) + 1) * 4;
    if (first >> 6 !== 2 || packetEnd > end) break;
    if (type === SENDER_REPORT && packetEnd - next >= REPORT_BYTES) report = senderTime(bytes, next);
    if (type === GOODBYE) {
      const sources = Math.min(first & 0x1f, (packetEnd - next) / 4 - 1);
      for (let index = 0; index < sources; index += 1) gone.push(bytes.readUInt32BE(next + HEADER_BYTES + index * 4));
    }
    next = packetEnd;
  }
  return { report, gone };
}

function senderTime(bytes: Buffer, at: number): SenderTime {
  const seconds = bytes.readUInt32BE(at + 8) - NTP_EPOCH_SECONDS;
  const fraction = bytes.readUInt32BE(at + 12);
  return {
    ssrc: bytes.readUInt32BE(at + 4),
    wallTimeUs: Math.round((seconds + fraction / 2 ** 32) * 1e6),
    nanosecondTimeUs: fraction < 1e9 ? seconds * 1e6 + Math.round(fraction / 1000) : null,
    rtpTime: bytes.readUInt32BE(at + 16),
  };
}

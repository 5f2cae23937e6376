import { TICKS_PER_SECOND } from './coded-video.js';

/** What a sender report ties together and counts. */
export interface SenderReport {
  readonly ssrc: number;
  /** When a picture was captured, in microseconds since the epoch, and its RTP timestamp. */
  readonly captureTimeUs: number;
  readonly rtpTime: number;
  /** Packets and payload bytes sent so far. */
  readonly packets: number;
  readonly payloadBytes: number;
}

/** From 1900, the epoch of NTP, to 1970. */
const NTP_EPOCH_SECONDS = 2_208_988_800;
const VERSION = 0x80;
const ONE_ITEM = 0x81;
const TYPES = { senderReport: 200, receiverReport: 201, description: 202, goodbye: 203 };
const CNAME_ITEM = 1;
const WORD_BYTES = 4;

/**
 * A sender report with the name of the sender behind it (RFC 3550, sections 6.4.1 and 6.5): a capture time as that of a
 * wall clock, with the RTP timestamp that belongs to it, so that receivers know the capture time of every picture.
 *
 * It is told for the whole second before the capture, with the RTP timestamp moved as far. That means the same, and is
 * understood by gortsplib (and so MediaMTX) too, which takes the fraction of an NTP time for nanoseconds.
 */
export function senderReport(report: SenderReport, cname: string): Buffer {
  const { ssrc, captureTimeUs, rtpTime, packets, payloadBytes } = report;
  const seconds = Math.floor(captureTimeUs / 1e6);
  const ticksSince = Math.round(((captureTimeUs - seconds * 1e6) * TICKS_PER_SECOND) / 1e6);
  const body = words(ssrc, seconds + NTP_EPOCH_SECONDS, 0, rtpTime - ticksSince, packets, payloadBytes);
  return Buffer.concat([rtcpPacket(VERSION, TYPES.senderReport, body), description(ssrc, cname)]);
}

/** The end of a session (RFC 3550, section 6.6), behind an empty report and the name as every compound packet has them. */
export function goodbye(ssrc: number, cname: string): Buffer {
  return Buffer.concat([
    rtcpPacket(VERSION, TYPES.receiverReport, words(ssrc)),
    description(ssrc, cname),
    rtcpPacket(ONE_ITEM, TYPES.goodbye, words(ssrc)),
  ]);
}

function description(ssrc: number, cname: string): Buffer {
  const item = Buffer.from(`\0\0${cname}\0`, 'latin1');
  item[0] = CNAME_ITEM;
  item[1] = cname.length;
  // The list of items ends with at least one zero, at a whole word.
  const padding = Buffer.alloc((WORD_BYTES - (item.length % WORD_BYTES)) % WORD_BYTES);
  return rtcpPacket(ONE_ITEM, TYPES.description, Buffer.concat([words(ssrc), item, padding]));
}

function rtcpPacket(first: number, type: number, body: Buffer): Buffer {
  const header = Buffer.of(first, type, 0, 0);
  header.writeUInt16BE(body.length / WORD_BYTES, 2);
  return Buffer.concat([header, body]);
}

/** Numbers of 32 bits, of which larger ones keep the low bits. */
function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * WORD_BYTES);
  values.forEach((value, index) => bytes.writeUInt32BE(value >>> 0, index * WORD_BYTES));
  return bytes;
}

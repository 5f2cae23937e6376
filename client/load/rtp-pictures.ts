import { KEPT_PACKET_BYTES } from '../../shared/rtsp/rtsp-messages.js';
import { HAS_PICTURE, IS_START, lookIntoPayload } from './rtp-payload.js';
import { RtpPeriod } from './rtp-period.js';
import type { SdpVideo } from './sdp-video.js';

/** A picture of an RTP stream. */
export interface RtpPicture {
  /** When its last packet came. */
  readonly arrivalTimeUs: number;
  readonly rtpTime: number;
  /** Of its packets with their headers, and of what came between it and the picture before. */
  readonly lengthBytes: number;
  /** Packets of it are missing. */
  readonly isDamaged: boolean;
}

/** Where pictures go. */
export interface RtpPictureSink {
  onPicture(picture: RtpPicture): void;
  onLost(pictures: number): void;
}

/** Fixed part of the header (RFC 3550, section 5.1). */
const HEADER_BYTES = 12;
/** The prefix of a packet on an RTSP connection. */
const PREFIX_BYTES = 4;
const HALF = 0x8000;
/** A larger gap is another begin and no loss (RFC 3550, appendix A.1). */
const MAX_DROPOUT = 3000;

/**
 * Counts the pictures in the packets of one RTP stream that come in order, as they do over TCP: the packets of a picture
 * have one timestamp, and the last one the marker. Where senders set none, the next timestamp ends the picture. A picture
 * whose begin was before ours is not counted.
 *
 * Missing packets show in the sequence numbers. What they were is told from the packets around them: a rest or a begin of a
 * picture that is there is damage; pictures that are not there at all are as many as the timestamps have room for, but no
 * more than there were packets, and one at least where whole pictures stand on both sides.
 */
export class RtpPictures {
  private ssrc: number | null = null;
  private nextSequence = 0;
  private readonly period = new RtpPeriod();
  /** The picture that is coming. */
  private rtpTime: number | null = null;
  private arrivalTimeUs = 0;
  private lengthBytes = 0;
  private hasPicture = false;
  private isDamaged = false;
  private isTold = false;
  private isBegunBefore = false;

  constructor(
    private readonly video: Pick<SdpVideo, 'codec' | 'payloadType'>,
    private readonly sink: RtpPictureSink,
  ) {}

  /** Who sends; null before the first packet. */
  get sender(): number | null {
    return this.ssrc;
  }

  /** Takes a packet as `RtspListener.onPacket` has it; one that is none of this track is passed over. */
  push(bytes: Buffer, start: number, lengthBytes: number, arrivalTimeUs: number): void {
    if (lengthBytes < HEADER_BYTES || byteAt(bytes, start) >> 6 !== 2) return;
    const second = byteAt(bytes, start + 1);
    if ((second & 0x7f) !== this.video.payloadType) return;
    const sequence = bytes.readUInt16BE(start + 2);
    const rtpTime = bytes.readUInt32BE(start + 4);
    const missing = this.missingBefore(sequence, bytes.readUInt32BE(start + 8));
    // It is late, or came before.
    if (missing < 0) return;
    this.nextSequence = (sequence + 1) & 0xffff;
    const flags = this.lookInto(bytes, start, lengthBytes);
    if (rtpTime !== this.rtpTime) this.beginPicture(rtpTime, missing, (flags & IS_START) !== 0);
    else if (missing > 0) this.isDamaged = true;
    this.lengthBytes += lengthBytes + PREFIX_BYTES;
    this.arrivalTimeUs = arrivalTimeUs;
    if ((flags & HAS_PICTURE) !== 0) this.hasPicture = true;
    if (second >= 0x80) this.endPicture();
  }

  /** Packets that are missing before this one; below zero for one that is late. */
  private missingBefore(sequence: number, ssrc: number): number {
    const gap = (sequence - this.nextSequence) & 0xffff;
    if (ssrc === this.ssrc && gap >= HALF && 0x1_0000 - gap <= MAX_DROPOUT) return -1;
    if (ssrc === this.ssrc && gap <= MAX_DROPOUT) return gap;
    this.endPicture();
    this.ssrc = ssrc;
    this.rtpTime = null;
    this.period.restart();
    return 0;
  }

  private lookInto(bytes: Buffer, start: number, lengthBytes: number): number {
    const first = byteAt(bytes, start);
    const end = start + Math.min(lengthBytes, KEPT_PACKET_BYTES);
    const sources = start + HEADER_BYTES + (first & 0x0f) * 4;
    const hasExtension = (first & 0x10) !== 0;
    const extensionBytes = hasExtension && sources + 4 <= end ? 4 + bytes.readUInt16BE(sources + 2) * 4 : 0;
    return lookIntoPayload(this.video.codec, bytes, sources + extensionBytes, end);
  }

  private beginPicture(rtpTime: number, missing: number, isStart: boolean): void {
    const isFirst = this.rtpTime === null;
    const isCut = missing > 0 && this.hasPicture && !this.isTold;
    if (isCut) this.isDamaged = true;
    // Where markers are set this was told before.
    this.endPicture();
    if (missing > 0) this.tellLost(rtpTime, missing, isCut, isStart);
    this.rtpTime = rtpTime;
    this.hasPicture = false;
    this.isTold = false;
    this.isBegunBefore = isFirst && !isStart;
    this.isDamaged = missing > 0 && !isStart;
  }

  private tellLost(rtpTime: number, missing: number, isCut: boolean, isStart: boolean): void {
    // Of each picture that is here in part one packet at least is among those that are missing.
    const most = missing - (isCut ? 1 : 0) - (isStart ? 0 : 1);
    const least = !isCut && isStart ? 1 : 0;
    const lost = Math.max(least, Math.min(most, this.period.roomBefore(rtpTime) ?? 0));
    if (lost > 0) this.sink.onLost(lost);
  }

  /** Tells the picture that is coming, unless there is none or it was told before. */
  private endPicture(): void {
    const { rtpTime, arrivalTimeUs, lengthBytes, isDamaged } = this;
    if (rtpTime === null || !this.hasPicture || this.isTold) return;
    this.isTold = true;
    this.lengthBytes = 0;
    this.period.add(rtpTime);
    if (!this.isBegunBefore) this.sink.onPicture({ arrivalTimeUs, rtpTime, lengthBytes, isDamaged });
  }
}

function byteAt(bytes: Buffer, at: number): number {
  return bytes[at] ?? 0;
}

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Clock } from '../../shared/clock.js';
import type { PacketizedPicture } from './coded-video.js';
import { TICKS_PER_SECOND } from './coded-video.js';
import { goodbye, senderReport } from './rtcp.js';
import { SendBuffer } from './send-buffer.js';

/** Channels on the RTSP connection, and what is in the packets. */
export interface RtpSessionOptions {
  readonly rtpChannel: number;
  readonly rtcpChannel: number;
  readonly payloadType: number;
}

/** A dollar sign, the channel and a length (RFC 2326, section 10.12); then the header of RTP (RFC 3550, section 5.1). */
const FRAMING_BYTES = 4;
const HEADER_BYTES = 12;
const PREFIX_BYTES = FRAMING_BYTES + HEADER_BYTES;
const DOLLAR = 0x24;
const VERSION = 0x80;
const MARKER = 0x80;

const REPORT_EVERY_US = 5_000_000;
/** When capture times leave the line of the timestamps, as after an outage, it is told sooner. */
const NEXT_REPORT_US = 500_000;
const TOLERANCE_US = 1000;

/** All sessions of a process: a picture is put together and sent before the next one is begun. */
const sendBuffer = new SendBuffer();

/**
 * The RTP session of one stream on its RTSP connection: packets of the pictures with numbers and times of its own, and
 * sender reports between them.
 */
export class RtpSession {
  private readonly ssrc = randomBytes(4).readUInt32BE();
  private readonly timeOffset = randomBytes(4).readUInt32BE();
  private readonly cname = randomBytes(12).toString('base64');
  private sequence = randomBytes(2).readUInt16BE();
  private packets = 0;
  private payloadBytes = 0;
  private reportedUs = -Infinity;
  /** Capture time less presentation time, at the last report. */
  private reportedOriginUs = 0;

  constructor(
    private readonly socket: Socket,
    private readonly options: RtpSessionOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends a picture in one go, with a report before it where one is due; returns the bytes written.
   *
   * The payloads are copied. That costs a third of handing them to the socket one by one, which has no copy but many calls.
   */
  send(picture: PacketizedPicture): number {
    const report = this.reportDue(picture);
    const lengthBytes = (report?.length ?? 0) + picture.lengthBytes + picture.payloads.length * PREFIX_BYTES;
    const bytes = sendBuffer.take(lengthBytes);
    if (report) report.copy(bytes);
    this.putPackets(bytes, report?.length ?? 0, picture);
    this.socket.write(bytes);
    sendBuffer.release(this.socket.writableLength > 0);
    return lengthBytes;
  }

  /** Says that nothing more comes. */
  sayGoodbye(): void {
    this.socket.write(this.framed(goodbye(this.ssrc, this.cname)));
  }

  private putPackets(bytes: Buffer, at: number, { payloads, ptsTicks }: PacketizedPicture): void {
    const { rtpChannel, payloadType } = this.options;
    const { ssrc } = this;
    const time = this.rtpTime(ptsTicks);
    const last = payloads.length - 1;
    let sequence = this.sequence;
    for (let index = 0; index <= last; index += 1) {
      const payload = payloads[index] as Buffer;
      const packetBytes = HEADER_BYTES + payload.length;
      // Byte by byte, which is several times as fast as the methods of Buffer.
      bytes[at] = DOLLAR;
      bytes[at + 1] = rtpChannel;
      bytes[at + 2] = packetBytes >>> 8;
      bytes[at + 3] = packetBytes;
      bytes[at + 4] = VERSION;
      bytes[at + 5] = index === last ? payloadType | MARKER : payloadType;
      bytes[at + 6] = sequence >>> 8;
      bytes[at + 7] = sequence;
      bytes[at + 8] = time >>> 24;
      bytes[at + 9] = time >>> 16;
      bytes[at + 10] = time >>> 8;
      bytes[at + 11] = time;
      bytes[at + 12] = ssrc >>> 24;
      bytes[at + 13] = ssrc >>> 16;
      bytes[at + 14] = ssrc >>> 8;
      bytes[at + 15] = ssrc;
      bytes.set(payload, at + PREFIX_BYTES);
      at += PREFIX_BYTES + payload.length;
      sequence = (sequence + 1) & 0xffff;
      this.payloadBytes += payload.length;
    }
    this.sequence = sequence;
    this.packets += payloads.length;
  }

  private rtpTime(ptsTicks: number): number {
    // Not in 32 bits before the remainder: pictures may have any origin.
    return ((Math.round(ptsTicks) + this.timeOffset) % 2 ** 32) >>> 0;
  }

  private reportDue({ captureTimeUs, ptsTicks }: PacketizedPicture): Buffer | null {
    const nowUs = this.clock.nowUs();
    const originUs = captureTimeUs - (ptsTicks * 1e6) / TICKS_PER_SECOND;
    const isOff = Math.abs(originUs - this.reportedOriginUs) > TOLERANCE_US;
    if (nowUs - this.reportedUs < (isOff ? NEXT_REPORT_US : REPORT_EVERY_US)) return null;
    this.reportedUs = nowUs;
    this.reportedOriginUs = originUs;
    const { ssrc, packets, payloadBytes } = this;
    const report = { ssrc, captureTimeUs, rtpTime: this.rtpTime(ptsTicks), packets, payloadBytes };
    return this.framed(senderReport(report, this.cname));
  }

  private framed(rtcp: Buffer): Buffer {
    return Buffer.concat([Buffer.of(DOLLAR, this.options.rtcpChannel, rtcp.length >>> 8, rtcp.length & 0xff), rtcp]);
  }
}

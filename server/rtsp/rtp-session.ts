import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Clock } from '../../shared/clock.js';
import type { PacketizedPicture, VideoCodec } from './coded-video.js';
import { TICKS_PER_SECOND } from './coded-video.js';
import { goodbye, senderReport } from './rtcp.js';
import { PREFIX_BYTES, RtpPackets } from './rtp-packets.js';
import { payloadTypeOf } from './sdp.js';
import { SendBuffer } from './send-buffer.js';

/** What is sent, and on which channels of the RTSP connection. */
export interface RtpSessionOptions {
  readonly codec: VideoCodec;
  readonly rtpChannel: number;
  readonly rtcpChannel: number;
}

const REPORT_EVERY_US = 5_000_000;
/** When capture times leave the line of the timestamps, as after an outage, it is told sooner. */
const NEXT_REPORT_US = 500_000;
const TOLERANCE_US = 1000;
/** gortsplib (and so MediaMTX) ignores what is reported before the first packet, so the second picture has a report too. */
const FIRST_REPORTS = 2;
const DOLLAR = 0x24;
const NOTHING = Buffer.alloc(0);

/** Access unit delimiters of pictures of any kind (ITU-T H.264, 7.3.2.4; H.265, 7.3.2.5). */
const DELIMITERS: Readonly<Record<VideoCodec, Buffer | null>> = {
  h264: Buffer.of(0x09, 0xf0),
  h265: Buffer.of(0x46, 0x01, 0x50),
  mjpeg: null,
};

/** Of all sessions of a process: a picture is put together and sent before the next one is begun. */
const sendBuffer = new SendBuffer();

/**
 * The RTP session of one stream on its RTSP connection: the packets of its pictures with numbers and times of its own, and
 * sender reports between them.
 */
export class RtpSession {
  private readonly packets: RtpPackets;
  private readonly timeOffset = randomBytes(4).readUInt32BE();
  private readonly cname = randomBytes(12).toString('base64');
  private reports = 0;
  private reportedUs = -Infinity;
  /** Capture time less presentation time, at the last report. */
  private reportedOriginUs = 0;

  constructor(
    private readonly socket: Socket,
    private readonly options: RtpSessionOptions,
    private readonly clock: Clock,
  ) {
    this.packets = new RtpPackets(options.rtpChannel, payloadTypeOf(options.codec));
  }

  /**
   * Sends a picture in one go, with a report before it where one is due; returns the bytes written. Copying the payloads
   * together costs two thirds of handing them to the socket one by one, which is a call for each packet.
   */
  send(picture: PacketizedPicture): number {
    const { payloads, lengthBytes } = picture;
    const head = this.headOf(picture);
    const bytes = sendBuffer.take(head.length + lengthBytes + payloads.length * PREFIX_BYTES);
    const time = this.rtpTime(picture);
    let at = head.copy(bytes);
    let missing = payloads.length;
    for (const payload of payloads) {
      missing -= 1;
      at = this.packets.put(bytes, at, payload, time, missing === 0);
    }
    this.socket.write(bytes);
    sendBuffer.release(this.socket.writableLength > 0);
    return bytes.length;
  }

  /** Says that nothing more comes. */
  sayGoodbye(): void {
    this.socket.write(this.framed(goodbye(this.packets.ssrc, this.cname)));
  }

  /** What goes before the packets of a picture; mostly nothing. */
  private headOf(picture: PacketizedPicture): Buffer {
    const delimiter = DELIMITERS[this.options.codec];
    if (this.packets.count > 0 || !delimiter) return this.reportDue(picture);
    // MediaMTX, told to keep capture times, skips packets before the report: this one needs no picture to be lost.
    const packet = Buffer.alloc(PREFIX_BYTES + delimiter.length);
    this.packets.put(packet, 0, delimiter, this.rtpTime(picture), false);
    return Buffer.concat([packet, this.reportDue(picture)]);
  }

  private rtpTime({ ptsTicks }: PacketizedPicture): number {
    // The low 32 bits of what may be more.
    return ((Math.round(ptsTicks) + this.timeOffset) % 2 ** 32) >>> 0;
  }

  private reportDue(picture: PacketizedPicture): Buffer {
    const { captureTimeUs, ptsTicks } = picture;
    const nowUs = this.clock.nowUs();
    const originUs = captureTimeUs - (ptsTicks * 1e6) / TICKS_PER_SECOND;
    const isOff = Math.abs(originUs - this.reportedOriginUs) > TOLERANCE_US;
    const dueUs = this.reportedUs + (isOff ? NEXT_REPORT_US : REPORT_EVERY_US);
    if (nowUs < dueUs && this.reports >= FIRST_REPORTS) return NOTHING;
    this.reports += 1;
    this.reportedUs = nowUs;
    this.reportedOriginUs = originUs;
    const { ssrc, count, payloadBytes } = this.packets;
    const report = { ssrc, captureTimeUs, rtpTime: this.rtpTime(picture), packets: count, payloadBytes };
    return this.framed(senderReport(report, this.cname));
  }

  private framed(rtcp: Buffer): Buffer {
    return Buffer.concat([Buffer.of(DOLLAR, this.options.rtcpChannel, rtcp.length >>> 8, rtcp.length), rtcp]);
  }
}

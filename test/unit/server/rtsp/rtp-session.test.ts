import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { VideoCodec } from '../../../../server/rtsp/coded-video.js';
import { RtpSession } from '../../../../server/rtsp/rtp-session.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { pictureOfTest } from '../../../helpers/publisher-of-test.js';
import { readSenderReport } from '../../../helpers/sender-report.js';

describe('RtpSession', () => {
  it('sends each payload behind a header of its own, the last one marked', () => {
    const { session, socket, clock } = sessionOf('mjpeg');
    const picture = { ...pictureOfTest(3), payloads: [Buffer.from('first'), Buffer.from('second')], lengthBytes: 11 };
    session.send(picture);
    clock.advance(1000);
    session.send(picture);
    session.send({ ...picture, ptsTicks: picture.ptsTicks + 3000 });
    const [first, second, , , third] = socket.rtp;
    expect(socket.rtp.map((packet) => packet.toString('latin1', 12))).toEqual([
      'first',
      'second',
      'first',
      'second',
      'first',
      'second',
    ]);
    expect(socket.rtp.map((packet) => packet[1])).toEqual([26, 154, 26, 154, 26, 154]);
    const numbers = socket.rtp.map((packet) => packet.readUInt16BE(2));
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0]! + index) % 65_536));
    expect(first!.readUInt32BE(4)).toBe(second!.readUInt32BE(4));
    expect((third!.readUInt32BE(4) - first!.readUInt32BE(4)) >>> 0).toBe(3000);
    expect(new Set(socket.rtp.map((packet) => packet.toString('hex', 8, 12))).size).toBe(1);
  });

  it('begins with a delimiter, so that servers know the sender before its first report', () => {
    const { session, socket } = sessionOf('h264');
    session.send(pictureOfTest(0));
    expect(socket.packets.map(({ channel }) => channel)).toEqual([0, 1, 0]);
    expect(socket.rtp[0]!.toString('hex', 12)).toBe('09f0');
    expect(socket.rtp[0]![1]).toBe(96);
    expect(socket.rtp[0]!.readUInt32BE(4)).toBe(socket.rtp[1]!.readUInt32BE(4));
  });

  it('wraps numbers and times', () => {
    const { session, socket } = sessionOf('mjpeg');
    const atWrap = 2 ** 32 * 3 - 1;
    for (let index = 0; index < 70_000; index += 1) session.send({ ...pictureOfTest(0), ptsTicks: atWrap + index });
    const packets = socket.rtp;
    const times = packets.map((packet) => packet.readUInt32BE(4));
    expect(times.every((time, index) => index === 0 || (time - times[index - 1]!) >>> 0 === 1)).toBe(true);
    expect(packets[65_536]!.readUInt16BE(2)).toBe(packets[0]!.readUInt16BE(2));
  });

  it('reports the capture time with the first two pictures, and then every five seconds', () => {
    const { session, socket, clock } = sessionOf('mjpeg');
    const sent = Array.from({ length: 13 }, (_, index) => pictureOfTest(index));
    for (const picture of sent) {
      session.send(picture);
      clock.advance(1_000_000);
    }
    const reports = socket.rtcp.map(readSenderReport);
    expect(reports.map(({ packets }) => packets)).toEqual([0, 1, 6, 11]);
    expect(reports.map(({ payloadBytes }) => payloadBytes)).toEqual([0, 100, 600, 1100]);
    for (const report of reports) {
      sent.forEach(({ captureTimeUs }, index) => {
        const time = socket.rtp[index]!.readUInt32BE(4);
        expect(Math.abs(report.captureTimeUs(time) - captureTimeUs)).toBeLessThan(12);
      });
    }
  });

  it('reports sooner when the capture times have moved, but not with every picture', () => {
    const { session, socket, clock } = sessionOf('mjpeg');
    for (let index = 0; index < 40; index += 1) {
      const picture = pictureOfTest(index);
      session.send({ ...picture, captureTimeUs: picture.captureTimeUs + (index % 2) * 5000 });
      clock.advance(100_000);
    }
    expect(socket.rtcp.length).toBeGreaterThan(6);
    expect(socket.rtcp.length).toBeLessThan(10);
  });

  it('says goodbye', () => {
    const { session, socket } = sessionOf('h264');
    session.send(pictureOfTest(0));
    session.sayGoodbye();
    const goodbye = socket.rtcp.at(-1)!;
    expect(goodbye.subarray(-8).readUInt8(1)).toBe(203);
    expect(goodbye.readUInt32BE(goodbye.length - 4)).toBe(socket.rtp[0]!.readUInt32BE(8));
  });

  it('uses its memory again only when the socket has sent what is in it', () => {
    const { session, socket } = sessionOf('mjpeg');
    socket.isFull = true;
    session.send({ ...pictureOfTest(0), payloads: [Buffer.from('one')], lengthBytes: 3 });
    session.send({ ...pictureOfTest(0), payloads: [Buffer.from('two')], lengthBytes: 3 });
    socket.isFull = false;
    expect(socket.rtp.map((packet) => packet.toString('latin1', 12))).toEqual(['one', 'two']);
  });
});

/** A socket whose kernel takes all at once, or holds on to what it was given. */
class FakeSocket {
  isFull = false;
  writableLength = 0;
  private readonly written: Buffer[] = [];

  write(bytes: Buffer): void {
    this.written.push(this.isFull ? bytes : Buffer.from(bytes));
    if (this.isFull) this.writableLength += bytes.length;
  }

  get packets(): { channel: number; data: Buffer }[] {
    const bytes = Buffer.concat(this.written);
    const packets = [];
    for (let at = 0; at < bytes.length;) {
      if (bytes[at] !== 0x24) throw new Error('no packet');
      const end = at + 4 + bytes.readUInt16BE(at + 2);
      packets.push({ channel: bytes[at + 1]!, data: bytes.subarray(at + 4, end) });
      at = end;
    }
    return packets;
  }

  get rtp(): Buffer[] {
    return this.packets.filter(({ channel }) => channel === 0).map(({ data }) => data);
  }

  get rtcp(): Buffer[] {
    return this.packets.filter(({ channel }) => channel === 1).map(({ data }) => data);
  }
}

function sessionOf(codec: VideoCodec) {
  const socket = new FakeSocket();
  const clock = new FakeClock();
  const session = new RtpSession(socket as unknown as Socket, { codec, rtpChannel: 0, rtcpChannel: 1 }, clock);
  return { session, socket, clock };
}

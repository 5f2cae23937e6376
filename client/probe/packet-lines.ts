import type { ByteSink } from '../../shared/ffmpeg/byte-sink.js';

/** `stream, dts, pts, duration, bytes, checksum`. */
const PACKET = /^\d+, *-?\w+, *-?\w+, *-?\d+, *(\d+),/;
const TARGET_BYTES = 8192;
/** A line that is longer is none of a packet: what a source says about itself stands in some. */
const MAX_LINE_CHARS = 1024;

/** Reads what FFmpeg's `framecrc` format says of each packet: how long it is. */
export class PacketLines implements ByteSink {
  private readonly memory = Buffer.alloc(TARGET_BYTES);
  private unfinished = '';

  /** @param onPacket takes the length of a packet in bytes */
  constructor(private readonly onPacket: (lengthBytes: number) => void) {}

  target(): Buffer {
    return this.memory;
  }

  filled(lengthBytes: number): boolean {
    const lines = (this.unfinished + this.memory.toString('latin1', 0, lengthBytes)).split('\n');
    this.unfinished = (lines.pop() ?? '').slice(0, MAX_LINE_CHARS);
    for (const line of lines) {
      const packetBytes = Number(PACKET.exec(line)?.[1] ?? 0);
      if (packetBytes > 0 && Number.isSafeInteger(packetBytes)) this.onPacket(packetBytes);
    }
    return true;
  }

  end(): void {
    this.unfinished = '';
  }
}

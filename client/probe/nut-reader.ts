import { NotEnoughBytes, NutBytes } from './nut-bytes.js';
import { FrameFlag, readMainHeader, readStreamHeader } from './nut-headers.js';
import type { MainHeader, StreamHeader } from './nut-headers.js';

/** What a file begins with. */
const FILE_ID = Buffer.from('nut/multimedia container\0', 'latin1');
/** The second letters of the packets that matter; the other six bytes of a start code are always the same. */
const MAIN_HEADER = 0x4d;
const STREAM_HEADER = 0x53;
const SYNC_POINT = 0x4b;
const PACKET_BYTE = 0x4e;
const START_CODE_BYTES = 8;
/** A packet whose length is more than this has a checksum before its body. */
const LONG_PACKET_BYTES = 4096;
/** What a stream says about itself ends up in headers. */
const MAX_HEADER_BYTES = 1024 * 1024;
/** A grey picture of the greatest size that is asked for, with room. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const SECOND_US = 1_000_000;

/** The head of a frame, and how many bytes of data follow it. */
interface FrameHead {
  readonly ptsUs: number;
  readonly lengthBytes: number;
}

/**
 * Reads the one stream of a NUT file as FFmpeg writes it to a pipe (version 3 of the NUT specification): the simplest of
 * its containers that gives each raw picture its own time stamp, and does so at once. Checksums are not looked at, since
 * a pipe breaks nothing.
 */
export class NutReader {
  /** What came and could not be read yet: a beginning of headers. */
  private pending: Buffer = Buffer.alloc(0);
  private hasFileId = false;
  private main: MainHeader | null = null;
  private stream: StreamHeader | null = null;
  private lastPts = 0;
  private head: FrameHead | null = null;
  private frame = Buffer.alloc(0);
  private frameBytes = 0;

  /** @param onFrame takes the data of a frame with its time stamp in microseconds; valid during the call only */
  constructor(private readonly onFrame: (data: Buffer, ptsUs: number) => void) {}

  /**
   * Takes the next bytes.
   *
   * @throws {RangeError} when they are no NUT; nothing may be pushed after that
   */
  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.head ? this.fill(this.head, rest) : this.readHeads(rest);
  }

  /** Copies into the frame that is under way; returns what belongs to the next. */
  private fill(head: FrameHead, chunk: Buffer): Buffer {
    const taken = chunk.copy(this.frame, this.frameBytes, 0, head.lengthBytes - this.frameBytes);
    this.frameBytes += taken;
    if (this.frameBytes === head.lengthBytes) {
      this.head = null;
      this.onFrame(this.frame.subarray(0, head.lengthBytes), head.ptsUs);
    }
    return chunk.subarray(taken);
  }

  /** Reads headers up to the next frame; returns what follows its head. */
  private readHeads(chunk: Buffer): Buffer {
    const bytes = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    let position = 0;
    try {
      while (position < bytes.length && !this.head) position = this.readHead(bytes, position);
    } catch (thrown) {
      if (!(thrown instanceof NotEnoughBytes)) throw thrown;
      if (bytes.length - position > MAX_HEADER_BYTES) throw new RangeError('a header is too long', { cause: thrown });
      this.pending = Buffer.from(bytes.subarray(position));
      return Buffer.alloc(0);
    }
    this.pending = Buffer.alloc(0);
    return bytes.subarray(position);
  }

  /** Returns where what follows begins. */
  private readHead(bytes: Buffer, position: number): number {
    if (!this.hasFileId) return this.readFileId(bytes, position);
    if (bytes[position] === PACKET_BYTE) return this.readPacket(bytes, position);
    return this.readFrameHead(bytes, position);
  }

  private readFileId(bytes: Buffer, position: number): number {
    if (bytes.length - position < FILE_ID.length) throw new NotEnoughBytes();
    if (!bytes.subarray(position, position + FILE_ID.length).equals(FILE_ID)) throw new RangeError('it is no NUT');
    this.hasFileId = true;
    return position + FILE_ID.length;
  }

  private readPacket(bytes: Buffer, position: number): number {
    const reader = new NutBytes(bytes, position);
    reader.skip(START_CODE_BYTES);
    const lengthBytes = reader.unsigned();
    if (lengthBytes > MAX_HEADER_BYTES) throw new RangeError('a header is too long');
    if (lengthBytes > LONG_PACKET_BYTES) reader.skip(4);
    const start = reader.position;
    reader.skip(lengthBytes);
    // Its own checksum ends each.
    const body = new NutBytes(bytes.subarray(0, start + lengthBytes), start);
    this.onPacket(bytes[position + 1] ?? 0, body);
    return start + lengthBytes;
  }

  private onPacket(letter: number, body: NutBytes): void {
    try {
      if (letter === MAIN_HEADER) this.main = readMainHeader(body);
      else if (letter === STREAM_HEADER) this.stream = readStreamHeader(body);
      else if (letter === SYNC_POINT) this.onSyncPoint(body);
    } catch (thrown) {
      if (thrown instanceof NotEnoughBytes) throw new RangeError('a header is cut short', { cause: thrown });
      throw thrown;
    }
  }

  /** The time stamps behind it count from its own, which is in any of the time bases. */
  private onSyncPoint(body: NutBytes): void {
    const { timeBases, stream } = this.headers();
    const coded = body.unsigned();
    const from = timeBases[coded % timeBases.length];
    const to = timeBases[stream.timeBaseId];
    if (!from || !to) throw new RangeError('a time base is missing');
    const pts = Math.floor(coded / timeBases.length);
    const isSame = from.numerator === to.numerator && from.denominator === to.denominator;
    this.lastPts = isSame
      ? pts
      : Math.floor((pts * from.numerator * to.denominator) / (from.denominator * to.numerator));
  }

  private readFrameHead(bytes: Buffer, position: number): number {
    const { codes, leftOutBytes, timeBases, stream } = this.headers();
    const reader = new NutBytes(bytes, position);
    const code = codes[reader.byte()];
    if (!code || code.flags & FrameFlag.INVALID) throw new RangeError('a frame has a code that is not known');
    const flags = code.flags & FrameFlag.CODED ? code.flags ^ reader.unsigned() : code.flags;
    const streamId = flags & FrameFlag.STREAM_ID ? reader.unsigned() : code.streamId;
    if (streamId !== stream.id) throw new RangeError('there is more than one stream');
    const pts = flags & FrameFlag.CODED_PTS ? this.ptsOf(reader.unsigned(), stream) : this.lastPts + code.ptsDelta;
    const high = flags & FrameFlag.SIZE_HIGH ? reader.unsigned() : 0;
    if (flags & FrameFlag.MATCH_TIME) reader.signed();
    const leftOut = leftOutBytes[flags & FrameFlag.LEFT_OUT ? reader.unsigned() : 0] ?? 0;
    const reserved = flags & FrameFlag.RESERVED ? reader.unsigned() : code.reserved;
    for (let index = 0; index < reserved; index += 1) reader.unsigned();
    if (flags & FrameFlag.CHECKSUM) reader.skip(4);
    // Our pictures have neither: they would have to be put together.
    if (leftOut > 0 || flags & FrameFlag.SIDE_DATA) throw new RangeError('a frame has parts that are not known');
    const lengthBytes = code.sizeLow + high * code.sizeFactor;
    const timeBase = timeBases[stream.timeBaseId];
    if (!timeBase) throw new RangeError('a time base is missing');
    this.begin({ ptsUs: toUs(pts, timeBase), lengthBytes });
    this.lastPts = pts;
    return reader.position;
  }

  /** Numbers below 2^bits are the low bits of a time stamp that is near the last one. */
  private ptsOf(coded: number, { lowPtsBits }: StreamHeader): number {
    const range = 2 ** lowPtsBits;
    if (coded >= range) return coded - range;
    const least = this.lastPts - Math.floor((range - 1) / 2);
    return least + ((((coded - least) % range) + range) % range);
  }

  private begin(head: FrameHead): void {
    if (head.lengthBytes < 1 || head.lengthBytes > MAX_FRAME_BYTES) throw new RangeError('a frame has a wrong length');
    if (this.frame.length < head.lengthBytes) this.frame = Buffer.allocUnsafe(head.lengthBytes);
    this.frameBytes = 0;
    this.head = head;
  }

  private headers(): MainHeader & { stream: StreamHeader } {
    if (!this.main || !this.stream) throw new RangeError('its headers are missing');
    return { ...this.main, stream: this.stream };
  }
}

function toUs(pts: number, { numerator, denominator }: MainHeader['timeBases'][number]): number {
  const ticks = pts * numerator;
  const seconds = Math.floor(ticks / denominator);
  return seconds * SECOND_US + Math.round(((ticks - seconds * denominator) * SECOND_US) / denominator);
}

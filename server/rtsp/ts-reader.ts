import { StreamerError } from '../../shared/errors.js';
import { AccessUnits } from './access-units.js';
import type { CodedPicture, VideoCodec } from './coded-video.js';
import { PesAssembler } from './pes-assembler.js';
import type { PesPacket } from './pes-assembler.js';
import { TickLine } from './tick-line.js';
import { readTsHeader } from './ts-header.js';
import type { TsHeader } from './ts-header.js';
import { TsPackets } from './ts-packets.js';
import { readElementaryStreams, readProgramMapPid, SectionReader } from './ts-sections.js';

/** What a reader tells, and what it asks. */
export interface TsReaderEvents {
  /** A picture is complete. Its memory belongs to nobody else. */
  onPicture(picture: CodedPicture): void;
  /** The stream cannot be used: it is no MPEG-TS, or has no H.264 or H.265. Told once; nothing comes after it. */
  onError(error: StreamerError): void;
  /** When the picture shown at `ptsTicks` was captured, in microseconds since the epoch; called once a picture, in order. */
  captureTimeUsOf(ptsTicks: number): number;
}

/** Options of a reader. */
export interface TsReaderOptions {
  /** The codec of private data streams, as FFmpeg writes JPEG; they are left alone where it is not given. */
  readonly privateCodec?: VideoCodec;
}

/** `stream_type` of the codecs (ISO/IEC 13818-1, table 2-34). */
const STREAM_TYPES: Readonly<Record<number, VideoCodec>> = { 0x1b: 'h264', 0x24: 'h265' };
const PRIVATE_DATA = 0x06;
const PAT_PID = 0;
/** The longest picture, also of a hostile stream; an intra picture of 8K has about a tenth of it. */
const MAX_PICTURE_BYTES = 16 * 1024 * 1024;
/** So many bytes without a packet are no transport stream. */
const MAX_SKIPPED_BYTES = 1024 * 1024;
const END_OF_JPEG = Buffer.of(0xff, 0xd9);

/**
 * Reads the first video stream, H.264 or H.265, of an MPEG transport stream (ISO/IEC 13818-1), however it is chunked. It
 * begins with a key picture, and where something was lost goes on with the next one.
 */
export class TsReader {
  private readonly packets = new TsPackets((packet) => this.onPacket(readTsHeader(packet)));
  private readonly associations = new SectionReader((section) => this.onAssociations(section));
  private map: { readonly pid: number; readonly sections: SectionReader } | null = null;
  private video: VideoStream | null = null;
  private lost = 0;
  private isOver = false;

  constructor(
    private readonly events: TsReaderEvents,
    private readonly options: TsReaderOptions = {},
  ) {}

  /** Pictures that were left out because something of them, or before them, was lost. */
  get picturesLost(): number {
    return this.lost + (this.video?.picturesLost ?? 0);
  }

  /** Takes the next bytes; they may be written to again once it has returned. */
  push(chunk: Buffer): void {
    if (this.isOver) return;
    this.packets.push(chunk);
    if (this.packets.skippedBytes > MAX_SKIPPED_BYTES) this.fail('it is no MPEG transport stream');
  }

  /** Nothing more comes: a picture whose end was not known is complete. */
  end(): void {
    if (!this.isOver) this.video?.end();
    this.isOver = true;
  }

  private onPacket(header: TsHeader): void {
    if (this.isOver) return;
    if (header.pid === this.video?.pid) this.video.push(header);
    else if (header.isUnusable) return;
    else if (header.pid === PAT_PID) this.associations.push(header);
    else if (header.pid === this.map?.pid) this.map.sections.push(header);
  }

  private onAssociations(section: Buffer): void {
    const pid = readProgramMapPid(section);
    if (pid === null || pid === this.map?.pid) return;
    this.map = { pid, sections: new SectionReader((map) => this.onMap(map)) };
  }

  private onMap(section: Buffer): void {
    const streams = readElementaryStreams(section);
    if (!streams) return;
    const found = streams.find(({ type }) => this.codecOf(type) !== undefined);
    const codec = found && this.codecOf(found.type);
    if (!found || !codec) return this.fail('it has no stream of H.264 or H.265');
    if (this.video?.pid === found.pid && this.video.codec === codec) return;
    this.lost += this.video?.picturesLost ?? 0;
    this.video = new VideoStream(found.pid, codec, this.events);
  }

  private codecOf(type: number): VideoCodec | undefined {
    return type === PRIVATE_DATA ? this.options.privateCodec : STREAM_TYPES[type];
  }

  private fail(problem: string): void {
    this.isOver = true;
    const text = `The coded video of the source cannot be used: ${problem}. Let it be encoded instead of copied.`;
    this.events.onError(new StreamerError('SOURCE_NOT_VIDEO', text));
  }
}

/** The pictures of one PID. */
class VideoStream {
  picturesLost = 0;
  private readonly accessUnits: AccessUnits;
  private readonly assembler: PesAssembler;
  private readonly times = new TickLine();
  private lastCounter: number | null = null;
  private isRepeated = false;
  private hasPictures = false;
  private needsKey = true;

  constructor(
    readonly pid: number,
    readonly codec: VideoCodec,
    private readonly events: TsReaderEvents,
  ) {
    this.accessUnits = new AccessUnits(codec);
    this.assembler = new PesAssembler({
      maxBytes: MAX_PICTURE_BYTES,
      isWhole: (packet) => codec === 'mjpeg' && endsJpeg(packet),
      onPacket: (packet) => this.onPes(packet),
      onLost: () => this.onLost(),
    });
  }

  push(header: TsHeader): void {
    if (header.isUnusable) return this.onGap();
    if (header.payload.length === 0) return;
    if (header.continuityCounter === this.lastCounter && !header.isDiscontinuity) {
      // A packet may be sent twice; more often than that is a gap of sixteen.
      if (this.isRepeated) this.onGap();
      this.isRepeated = true;
      return;
    }
    this.isRepeated = false;
    const isNext = this.lastCounter === null || header.continuityCounter === ((this.lastCounter + 1) & 0x0f);
    this.lastCounter = header.continuityCounter;
    if (!isNext && !header.isDiscontinuity) this.onGap();
    this.assembler.push(header);
  }

  end(): void {
    this.assembler.end();
  }

  private onGap(): void {
    this.assembler.drop();
    this.onLost();
  }

  private onLost(): void {
    this.needsKey = true;
    if (this.hasPictures) this.picturesLost += 1;
  }

  private onPes({ ptsTicks, dtsTicks, data }: PesPacket): void {
    const unit = this.accessUnits.next(data);
    if (!unit || ptsTicks === null || dtsTicks === null) return this.onLost();
    const times = this.times.next(ptsTicks, dtsTicks);
    if (this.needsKey && !unit.isKey) return this.onLost();
    this.needsKey = false;
    this.hasPictures = true;
    this.events.onPicture({
      codec: this.codec,
      ...unit,
      ...times,
      captureTimeUs: this.events.captureTimeUsOf(times.ptsTicks),
    });
  }
}

/** Coded data never holds the end marker. */
function endsJpeg(packet: Buffer): boolean {
  return packet.subarray(-END_OF_JPEG.length).equals(END_OF_JPEG);
}

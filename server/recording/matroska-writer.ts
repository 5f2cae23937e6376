import { CuePoints } from './cue-points.js';
import { date, empty, float, idBytes, master, text, UNKNOWN_LENGTH, unsigned, variableInt } from './ebml.js';

/** What a file says of itself. */
export interface MatroskaOptions {
  /** Microseconds since the Unix epoch at time 0 of the file. */
  readonly startTimeUs: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** Frames per second that an encoder may expect; null where each frame tells its time and that is all. */
  readonly nominalFps: number | null;
}

/** What completes a file: bytes to put at its end, and bytes to put in place of others. */
export interface MatroskaEnd {
  readonly tail: Buffer;
  readonly patches: readonly { readonly position: number; readonly bytes: Buffer }[];
}

/**
 * Makes a Matroska file (RFC 9559) of JPEGs as they are, piece by piece; it knows bytes, not files. Every frame is a
 * cluster of its own whose length is known, so whatever is cut off behind one leaves it whole, and its time need not fit
 * the 16 bits that a block has. The unit of time is the microsecond. Until it is completed the segment has no known
 * length, as in a live stream.
 */
export class MatroskaWriter {
  /** The first bytes of the file, to be written once, before the first cluster. */
  readonly header: Buffer;
  private readonly segmentData: number;
  private readonly info: Buffer;
  private readonly cues = new CuePoints();
  private lengthBytes: number;
  private lastTimeUs = 0;
  private lastIntervalUs = 0;

  constructor(options: MatroskaOptions) {
    this.info = infoOf(options, empty(DURATION_BYTES));
    const segment = Buffer.concat([EBML_HEADER, idBytes(Id.SEGMENT), UNKNOWN_LENGTH]);
    this.segmentData = segment.length;
    this.header = Buffer.concat([segment, empty(SEEK_HEAD_BYTES), this.info, tracksOf(options)]);
    this.lengthBytes = this.header.length;
  }

  /** What has to stand before the JPEG of a frame at `timeUs`, which must not be before the frame before. */
  cluster(timeUs: number, jpegBytes: number): Buffer {
    const time = unsigned(Id.TIMESTAMP, timeUs);
    const block = Buffer.concat([idBytes(Id.SIMPLE_BLOCK), variableInt(BLOCK_HEADER.length + jpegBytes), BLOCK_HEADER]);
    const head = [idBytes(Id.CLUSTER), variableInt(time.length + block.length + jpegBytes), time, block];
    const bytes = Buffer.concat(head);
    this.cues.offer(timeUs, this.lengthBytes - this.segmentData);
    this.lengthBytes += bytes.length + jpegBytes;
    this.lastIntervalUs = timeUs - this.lastTimeUs;
    this.lastTimeUs = timeUs;
    return bytes;
  }

  /** Completes the file, so that players know how long it is and can jump. Nothing may be added behind. */
  finish(): MatroskaEnd {
    const cues = master(Id.CUES, ...this.cues.list().map(({ timeUs, position }) => cuePoint(timeUs, position)));
    const seekHead = this.seekHead(this.lengthBytes - this.segmentData);
    // How long the last frame is shown nobody knows; as long as the one before is the best guess.
    const shownUs = Math.min(this.lastIntervalUs, MAX_LAST_FRAME_US);
    const duration = float(Id.DURATION, this.lastTimeUs + shownUs);
    const segmentBytes = this.lengthBytes + cues.length - this.segmentData;
    const infoPosition = this.segmentData + SEEK_HEAD_BYTES;
    return {
      tail: cues,
      patches: [
        { position: this.segmentData, bytes: Buffer.concat([seekHead, empty(SEEK_HEAD_BYTES - seekHead.length)]) },
        { position: infoPosition + this.info.length - DURATION_BYTES, bytes: duration },
        { position: this.segmentData - UNKNOWN_LENGTH.length, bytes: segmentLength(segmentBytes) },
      ],
    };
  }

  private seekHead(cuesPosition: number): Buffer {
    const tracksPosition = SEEK_HEAD_BYTES + this.info.length;
    return master(
      Id.SEEK_HEAD,
      seek(Id.INFO, SEEK_HEAD_BYTES),
      seek(Id.TRACKS, tracksPosition),
      seek(Id.CUES, cuesPosition),
    );
  }
}

/** Ids of the elements, as RFC 9559 (section 5) and RFC 8794 (section 11.2) give them. */
const Id = {
  EBML: 0x1a45dfa3,
  EBML_VERSION: 0x4286,
  EBML_READ_VERSION: 0x42f7,
  EBML_MAX_ID_LENGTH: 0x42f2,
  EBML_MAX_SIZE_LENGTH: 0x42f3,
  DOC_TYPE: 0x4282,
  DOC_TYPE_VERSION: 0x4287,
  DOC_TYPE_READ_VERSION: 0x4285,
  SEGMENT: 0x18538067,
  SEEK_HEAD: 0x114d9b74,
  SEEK: 0x4dbb,
  SEEK_ID: 0x53ab,
  SEEK_POSITION: 0x53ac,
  INFO: 0x1549a966,
  TIMESTAMP_SCALE: 0x2ad7b1,
  DURATION: 0x4489,
  DATE_UTC: 0x4461,
  TITLE: 0x7ba9,
  MUXING_APP: 0x4d80,
  WRITING_APP: 0x5741,
  TRACKS: 0x1654ae6b,
  TRACK_ENTRY: 0xae,
  TRACK_NUMBER: 0xd7,
  TRACK_UID: 0x73c5,
  TRACK_TYPE: 0x83,
  FLAG_LACING: 0x9c,
  LANGUAGE: 0x22b59c,
  CODEC_ID: 0x86,
  DEFAULT_DURATION: 0x23e383,
  VIDEO: 0xe0,
  FLAG_INTERLACED: 0x9a,
  PIXEL_WIDTH: 0xb0,
  PIXEL_HEIGHT: 0xba,
  CLUSTER: 0x1f43b675,
  TIMESTAMP: 0xe7,
  SIMPLE_BLOCK: 0xa3,
  CUES: 0x1c53bb6b,
  CUE_POINT: 0xbb,
  CUE_TIME: 0xb3,
  CUE_TRACK_POSITIONS: 0xb7,
  CUE_TRACK: 0xf7,
  CUE_CLUSTER_POSITION: 0xf1,
} as const;

const APPLICATION = 'frame-streamer';
const TRACK = 1;
const VIDEO_TRACK = 1;
const PROGRESSIVE = 2;
const NANOSECONDS_PER_MICROSECOND = 1000;
/** Track 1, at the time of its cluster, a key frame (RFC 9559, section 10.2). */
const BLOCK_HEADER = Buffer.from([0x80 | TRACK, 0, 0, 0x80]);
/** Room for the places of three elements. */
const SEEK_HEAD_BYTES = 96;
const DURATION_BYTES = 11;
const MAX_LAST_FRAME_US = 1_000_000;

const EBML_HEADER = master(
  Id.EBML,
  unsigned(Id.EBML_VERSION, 1),
  unsigned(Id.EBML_READ_VERSION, 1),
  unsigned(Id.EBML_MAX_ID_LENGTH, 4),
  unsigned(Id.EBML_MAX_SIZE_LENGTH, 8),
  text(Id.DOC_TYPE, 'matroska'),
  // SimpleBlock came with version 2.
  unsigned(Id.DOC_TYPE_VERSION, 4),
  unsigned(Id.DOC_TYPE_READ_VERSION, 2),
);

/** `duration` comes last, where its place is easy to tell. */
function infoOf({ startTimeUs, title }: MatroskaOptions, duration: Buffer): Buffer {
  return master(
    Id.INFO,
    unsigned(Id.TIMESTAMP_SCALE, NANOSECONDS_PER_MICROSECOND),
    date(Id.DATE_UTC, startTimeUs),
    text(Id.TITLE, title),
    text(Id.MUXING_APP, APPLICATION),
    text(Id.WRITING_APP, APPLICATION),
    duration,
  );
}

function tracksOf({ width, height, nominalFps }: MatroskaOptions): Buffer {
  const video = master(
    Id.VIDEO,
    unsigned(Id.FLAG_INTERLACED, PROGRESSIVE),
    unsigned(Id.PIXEL_WIDTH, width),
    unsigned(Id.PIXEL_HEIGHT, height),
  );
  const entry = master(
    Id.TRACK_ENTRY,
    unsigned(Id.TRACK_NUMBER, TRACK),
    unsigned(Id.TRACK_UID, TRACK),
    unsigned(Id.TRACK_TYPE, VIDEO_TRACK),
    unsigned(Id.FLAG_LACING, 0),
    text(Id.LANGUAGE, 'und'),
    text(Id.CODEC_ID, 'V_MJPEG'),
    ...(nominalFps === null ? [] : [unsigned(Id.DEFAULT_DURATION, Math.round(1_000_000_000 / nominalFps))]),
    video,
  );
  return master(Id.TRACKS, entry);
}

function seek(id: number, position: number): Buffer {
  return master(Id.SEEK, master(Id.SEEK_ID, idBytes(id)), unsigned(Id.SEEK_POSITION, position));
}

function cuePoint(timeUs: number, position: number): Buffer {
  const place = [unsigned(Id.CUE_TRACK, TRACK), unsigned(Id.CUE_CLUSTER_POSITION, position)];
  return master(Id.CUE_POINT, unsigned(Id.CUE_TIME, timeUs), master(Id.CUE_TRACK_POSITIONS, ...place));
}

/** In eight bytes, as the unknown length that it replaces. */
function segmentLength(lengthBytes: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(2n ** 56n + BigInt(lengthBytes));
  return bytes;
}

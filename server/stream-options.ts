import { bitRate, frameRate, oneOf, positiveNumber, trueOrFalse, wholeNumber } from '../shared/option-schema.js';
import type { OptionTable, OptionValues } from '../shared/option-table.js';
import {
  ageOrSize,
  deliveryPolicy,
  hardwareAcceleration,
  orNever,
  processorList,
  recordingFolder,
  rtspAddress,
  timeOrSize,
} from './config-schema.js';
import { RTSP_CODECS } from './stream-settings.js';

const PICTURE = 'Picture';
const DELIVERY = 'Delivery';
const RECORDING = 'Recording';
/** Heading of what concerns RTSP. */
export const RTSP = 'RTSP';

/**
 * Options that each source can have of its own in the configuration file; as flags, variables and keys of the file they
 * hold for every source that does not.
 */
export const STREAM_OPTIONS = {
  fps: {
    flags: '--fps <number>',
    env: ['STREAMER_FPS'],
    inFile: true,
    group: PICTURE,
    help: "frames per second; the source's own rate by default",
    schema: frameRate(240),
    default: null,
  },
  width: {
    flags: '--width <pixels>',
    env: ['STREAMER_WIDTH'],
    inFile: true,
    group: PICTURE,
    help: 'scale to this width; alone, it keeps the aspect',
    schema: wholeNumber(2, 8192),
    default: null,
  },
  height: {
    flags: '--height <pixels>',
    env: ['STREAMER_HEIGHT'],
    inFile: true,
    group: PICTURE,
    help: 'scale to this height; alone, it keeps the aspect',
    schema: wholeNumber(2, 8192),
    default: null,
  },
  quality: {
    flags: '--quality <number>',
    env: ['STREAMER_QUALITY'],
    inFile: true,
    group: PICTURE,
    help: 'JPEG quality, 1 to 100; 80 where frames are encoded, and sources that are JPEG already go out as they are',
    schema: wholeNumber(1, 100),
    default: null,
  },
  loop: {
    flags: '--no-loop',
    env: ['STREAMER_LOOP'],
    inFile: true,
    group: PICTURE,
    help: 'play each file once and exit when all have ended',
    schema: trueOrFalse(),
    default: true,
  },
  hwaccel: {
    flags: '--hwaccel <method>',
    env: ['STREAMER_HWACCEL'],
    inFile: true,
    group: PICTURE,
    help: 'decode in hardware: none, auto, or a method that `ffmpeg -hwaccels` lists',
    schema: hardwareAcceleration(),
    default: 'none',
  },
  processor: {
    flags: '--processor <module>',
    repeatable: true,
    env: ['STREAMER_PROCESSOR'],
    inFile: true,
    group: PICTURE,
    help: 'FILE.mjs[?key=value&...], watermark or timecode: changes every frame; repeatable, in order',
    schema: processorList(),
    default: [] as string[],
  },
  frameBuffer: {
    flags: '--frame-buffer <frames>',
    env: ['STREAMER_FRAME_BUFFER'],
    inFile: true,
    group: DELIVERY,
    help: 'frames kept for clients that join late, 1 to 100',
    schema: wholeNumber(1, 100),
    default: 1,
  },
  policy: {
    flags: '--policy <policy>',
    env: ['STREAMER_POLICY'],
    inFile: true,
    group: DELIVERY,
    help: 'for clients that ask for none: latest (newest wins), queue:N (keep N), every (or be disconnected)',
    schema: deliveryPolicy(),
    default: 'latest',
  },
  onDemand: {
    flags: '--no-on-demand',
    env: ['STREAMER_ON_DEMAND'],
    inFile: true,
    group: DELIVERY,
    help: 'run every source always, also while nobody watches',
    schema: trueOrFalse(),
    default: true,
  },
  idleTimeout: {
    flags: '--idle-timeout <seconds>',
    env: ['STREAMER_IDLE_TIMEOUT'],
    inFile: true,
    group: DELIVERY,
    help: 'how long a source goes on after its last client left',
    schema: orNever(positiveNumber(86_400, 'seconds')),
    default: 10,
  },
  record: {
    flags: '--record <folder>',
    env: ['STREAMER_RECORD'],
    inFile: true,
    group: RECORDING,
    help: 'record every stream into files in this folder; off by default',
    schema: recordingFolder(),
    default: null,
  },
  recordFormat: {
    flags: '--record-format <format>',
    env: ['STREAMER_RECORD_FORMAT'],
    inFile: true,
    group: RECORDING,
    help: 'mkv holds the JPEGs as they are, mp4 is encoded as H.264',
    schema: oneOf(['mkv', 'mp4']),
    default: 'mkv',
  },
  recordSegment: {
    flags: '--record-segment <limit>',
    env: ['STREAMER_RECORD_SEGMENT'],
    inFile: true,
    group: RECORDING,
    help: 'begin a new file after this time (90s, 10m) or size (500MB); 10m by default',
    schema: timeOrSize(),
    default: { seconds: 600, bytes: null },
  },
  recordKeep: {
    flags: '--record-keep <limit>',
    env: ['STREAMER_RECORD_KEEP'],
    inFile: true,
    group: RECORDING,
    help: 'delete the oldest files beyond this age (7d) or total size (20GB); all are kept by default',
    schema: ageOrSize(),
    default: null,
  },
  rtspPublish: {
    flags: '--rtsp-publish <url>',
    env: ['STREAMER_RTSP_PUBLISH'],
    inFile: true,
    secret: true,
    group: RTSP,
    help: 'publish every stream, under its name, to this RTSP server: rtsp://host:8554[/prefix]; off by default',
    schema: rtspAddress(),
    default: null,
  },
  rtspCodec: {
    flags: '--rtsp-codec <codec>',
    env: ['STREAMER_RTSP_CODEC'],
    inFile: true,
    group: RTSP,
    help: `${RTSP_CODECS.join(', ')}; auto copies H.264 and H.265 that nothing changes and encodes H.264 of the rest`,
    schema: oneOf(RTSP_CODECS),
    default: 'auto',
  },
  rtspBitrate: {
    flags: '--rtsp-bitrate <rate>',
    env: ['STREAMER_RTSP_BITRATE'],
    inFile: true,
    group: RTSP,
    help: 'bits a second where H.264 or H.265 is encoded, such as 800k or 2.5M; 2M by default',
    schema: bitRate(50_000, 200_000_000),
    default: 2_000_000,
  },
} as const satisfies OptionTable;

export type StreamOptionValues = OptionValues<typeof STREAM_OPTIONS>;

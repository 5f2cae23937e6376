import { StreamerError, toStreamerError } from '../../shared/errors.js';
import type { ByteSink } from '../../shared/ffmpeg/byte-sink.js';
import { startFfmpeg } from '../../shared/ffmpeg/ffmpeg.js';
import type { FfmpegRun } from '../../shared/ffmpeg/ffmpeg.js';
import { FfmpegLog } from '../../shared/ffmpeg/ffmpeg-log.js';
import { liveError } from '../../shared/ffmpeg/live-error.js';
import { INPUT_TIMEOUT_US, ffmpegInput } from './ffmpeg-input.js';
import type { ProbeInput } from './ffmpeg-input.js';
import { NutReader } from './nut-reader.js';
import type { ProbeFfmpeg, ReaderParts } from './reader-parts.js';
import { OpeningBurst } from './opening-burst.js';
import { PacketLines } from './packet-lines.js';
import { readPgm } from './pgm-picture.js';
import type { GreyPicture } from './pgm-picture.js';
import { Playout } from './playout.js';
import type { ArrivalTiming, ProbeReader, ProbeRun, ProbeSink } from './probe-events.js';
import type { ProbeTarget } from './probe-target.js';
import { statesDuration } from './stated-duration.js';

/** Wide enough for the squares of a time code, and a quarter of the bytes of 720p. */
const MAX_WIDTH = 640;
/** Of a picture that is very wide the rows stay, so that those of a time code do. */
const MIN_HEIGHT = 270;
const SCALE = `scale=w='min(${MAX_WIDTH},iw)':h='min(ih,max(${MIN_HEIGHT},round(ih*min(${MAX_WIDTH},iw)/iw)))':flags=area`;
/** More than FFmpeg's log usually has between a failure and its end. */
const KEPT_LINES = 30;
/** FFmpeg only sends its goodbye and waits for no answer. */
const GOODBYE_MS = 500;
/** The part of the picture that could not be decoded is made up. */
const CORRUPT = /corrupt decoded frame/;
const TARGET_BYTES = 64 * 1024;
/** The log names what cannot be decoded; each thread more than one holds a picture back. */
const DECODING = ['-loglevel', 'repeat+verbose', '-threads', '1', '-flags', 'low_delay'];
/** A line for each packet of the video, without decoding it. */
const PACKET_OPTIONS = ['-map', '0:v:0', '-c', 'copy', '-copyinkf', '-flush_packets', '1', '-f', 'framecrc'];

/** Reads whatever FFmpeg can open: one child that decodes, and says how long the packets are. */
export class FfmpegReader implements ProbeReader {
  constructor(
    private readonly target: ProbeTarget,
    private readonly parts: ReaderParts,
  ) {}

  start(sink: ProbeSink): ProbeRun {
    return new FfmpegProbe(this.target, this.parts, sink);
  }
}

class FfmpegProbe implements ProbeRun {
  private run: FfmpegRun | null = null;
  private readonly begun: Promise<void>;
  private readonly startTimeUs: number;
  private readonly playout: Playout<{ readonly luma: GreyPicture; readonly ptsUs: number }>;
  private readonly log = new FfmpegLog();
  private readonly opening = new OpeningBurst();
  private readonly lines: string[] = [];
  private input: ProbeInput | null = null;
  /** Of the pictures before they are scaled. */
  private size: { readonly width: number; readonly height: number } | null = null;
  /** What was read before the log that says what it is. */
  private readonly early: (() => void)[] = [];
  private isOpen = false;
  private hasDuration = false;
  private isOver = false;
  private hasOutputEnded = false;
  private exit: { readonly error: StreamerError | null } | null = null;

  constructor(
    private readonly target: ProbeTarget,
    private readonly parts: ReaderParts,
    private readonly sink: ProbeSink,
  ) {
    this.startTimeUs = parts.clock.nowUs();
    this.playout = new Playout(
      parts.clock,
      ({ luma, ptsUs }) => {
        this.onPicture(luma, ptsUs, parts.clock.nowUs());
        this.tellWhenGone();
      },
      () => this.run?.resume(),
    );
    this.begun = this.begin();
  }

  async stop(): Promise<void> {
    this.isOver = true;
    this.playout.stop();
    await this.begun;
    await this.run?.stop();
  }

  private async begin(): Promise<void> {
    try {
      const ffmpeg = await this.parts.ffmpeg();
      this.input = await ffmpegInput(this.target, ffmpeg);
      if (!this.isOver) this.run = this.startChild(ffmpeg, this.input);
    } catch (thrown) {
      this.fail(toStreamerError(thrown));
    }
  }

  private startChild(ffmpeg: ProbeFfmpeg, { input, inputOptions }: ProbeInput): FfmpegRun {
    return startFfmpeg({
      ffmpegPath: ffmpeg.path,
      input,
      inputOptions: [...DECODING, ...inputOptions],
      outputOptions: pictureOptions(ffmpeg),
      output: this.pictureSink(),
      secondOutput: { options: PACKET_OPTIONS, sink: this.packetSink() },
      shownInput: this.target.shownUrl,
      goodbyeMs: GOODBYE_MS,
      onLogLine: (line) => this.onLine(line),
      onExit: (error) => {
        this.exit = { error };
        this.tellWhenGone();
      },
    });
  }

  private packetSink(): ByteSink {
    return new PacketLines((lengthBytes) => {
      if (!this.isOver) this.sink.onBytes(lengthBytes);
    });
  }

  /** Where it plays FFmpeg waits, too: what is not read yet it has not decoded. */
  private pictureSink(): ByteSink {
    const memory = Buffer.allocUnsafe(TARGET_BYTES);
    let arrivalTimeUs = 0;
    const reader = new NutReader((file, ptsUs) => {
      const luma = readPgm(file);
      if (this.input?.isPaced) this.playout.push({ luma: copyOf(luma), ptsUs }, ptsUs);
      else this.onPicture(luma, ptsUs, arrivalTimeUs);
    });
    return {
      target: () => memory,
      filled: (lengthBytes) => {
        arrivalTimeUs = this.parts.clock.nowUs();
        if (!this.isOver) this.push(reader, memory.subarray(0, lengthBytes));
        return !this.playout.isFull;
      },
      end: () => {
        this.hasOutputEnded = true;
        this.tellWhenGone();
      },
    };
  }

  private push(reader: NutReader, bytes: Buffer): void {
    try {
      reader.push(bytes);
    } catch (cause) {
      const sentence = `FFmpeg gives something else than pictures of ${this.target.shownUrl}; install a current one.`;
      this.fail(new StreamerError('FFMPEG_FAILED', sentence, { cause }));
    }
  }

  private onPicture(luma: GreyPicture, mediaTimeUs: number, arrivalTimeUs: number): void {
    if (this.isOver) return;
    if (this.size) return this.deliver(luma, mediaTimeUs, arrivalTimeUs);
    // The log is on another pipe, which may be read a moment later; one that is not understood holds nothing up.
    const kept = copyOf(luma);
    if (this.early.length === 0) setImmediate(() => this.deliverEarly(kept));
    this.early.push(() => this.deliver(kept, mediaTimeUs, arrivalTimeUs));
  }

  private deliverEarly({ width, height }: GreyPicture): void {
    this.size ??= { width, height };
    for (const deliver of this.early.splice(0)) deliver();
  }

  private deliver(luma: GreyPicture, mediaTimeUs: number, arrivalTimeUs: number): void {
    if (this.isOver) return;
    const { width, height } = this.size ?? luma;
    const timing = this.timingOf(arrivalTimeUs, mediaTimeUs);
    this.sink.onPicture({ arrivalTimeUs, mediaTimeUs, lengthBytes: null, width, height, luma, stated: null, timing });
  }

  /** FFmpeg's parsers give the last picture away only at the end, which may be a time-out. */
  private timingOf(arrivalTimeUs: number, mediaTimeUs: number): ArrivalTiming {
    if (this.input?.isPaced) return 'paced';
    return this.opening.includes(arrivalTimeUs, mediaTimeUs) ? 'waited' : 'if followed';
  }

  private onLine(line: string): void {
    if (this.isOver) return;
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    if (CORRUPT.test(line)) this.sink.onCorrupt();
    if (statesDuration(line)) this.hasDuration = true;
    const event = this.log.push(line);
    if (event?.kind === 'size') this.size = event;
    // Both outputs take the same, and each says so.
    if (event?.kind !== 'chosen' || this.isOpen) return;
    this.isOpen = true;
    // What was said on the way there does not explain its end.
    this.lines.length = 0;
    const { codec, fps } = event.video;
    this.sink.onFacts({ codec, nominalFps: fps > 0 ? fps : null, delays: this.input?.delays ?? [] });
  }

  /** Not before the pictures that FFmpeg left behind. */
  private tellWhenGone(): void {
    if (this.isOver || !this.hasOutputEnded || !this.exit || !this.playout.isEmpty) return;
    const { error } = this.exit;
    const wasOpen = this.size !== null;
    if (this.early.length > 0) return void setImmediate(() => this.tellWhenGone());
    if (!error && wasOpen && this.hasEnd) return this.end(() => this.sink.onEnd());
    const isLate = !wasOpen && this.parts.clock.nowUs() - this.startTimeUs >= INPUT_TIMEOUT_US;
    // HTTP without a length ends in what reads like a time-out.
    const lines = wasOpen && !error && this.input?.isPaced ? [] : this.lines;
    this.end(() => this.sink.onError(liveError(lines, this.target.shownUrl, error, isLate)));
  }

  private get hasEnd(): boolean {
    const end = this.input?.end ?? 'none';
    return end === 'regular' || (end === 'if it has a duration' && this.hasDuration);
  }

  private fail(error: StreamerError): void {
    this.end(() => {
      void this.run?.stop();
      this.sink.onError(error);
    });
  }

  private end(tell: () => void): void {
    if (this.isOver) return;
    this.isOver = true;
    this.playout.stop();
    tell();
  }
}

function copyOf(luma: GreyPicture): GreyPicture {
  return { ...luma, data: Uint8Array.from(luma.data) };
}

/** Raw grey pictures, each as it was decoded, with its own time stamp to the microsecond. */
function pictureOptions({ passEveryFrame }: ProbeFfmpeg): readonly string[] {
  const picture = ['-map', '0:v:0', '-vf', `${SCALE},format=gray`, ...passEveryFrame, '-enc_time_base', '1:1000000'];
  const format = ['-map_metadata', '-1', '-write_index', '0', '-flush_packets', '1', '-f', 'nut'];
  // NUT wants a code for every codec, and there is none for PGM.
  return [...picture, '-c:v', 'pgm', '-tag:v', 'PGM0', ...format];
}

import type { Clock } from '../../shared/clock.js';
import type { StreamEncoding } from '../../shared/protocol/messages.js';
import { decoderOptions, scaleFilter } from './decode-options.js';
import type { DecodeOptions } from './decode-options.js';
import { chooseEncoding } from './encoding-choice.js';
import type { WantedPicture } from './encoding-choice.js';
import { decodeFrames } from './frame-decoder.js';
import type { FeedListener, FrameFeed, OpenFeed } from './frame-feed.js';
import { copyJpegs } from './jpeg-copier.js';
import { LoopingFeed } from './looping-feed.js';
import type { Size } from './output-size.js';
import { outputSize } from './output-size.js';
import { PacedSource } from './paced-source.js';
import { Timeline } from './timeline.js';
import type { VideoProbe } from './video-probe.js';

/** Options of a file source; `fps`, `width` and `height` are null where the file's own are kept. */
export interface FileSourceOptions extends DecodeOptions {
  readonly path: string;
  readonly probe: VideoProbe;
  readonly fps: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly wanted: WantedPicture;
  readonly loop: boolean;
  readonly startTimeUs: number;
}

/** Where one decoder follows another, it starts this long before the other runs out. */
const OVERLAP_SECONDS = 2;
/**
 * Seeking to a little beside a frame makes the rounding of time stamps harmless; less than half a frame, since in files
 * that count time in frames FFmpeg rounds the place itself to the nearest one.
 */
const SEEK_MARGIN_FRAMES = 0.3;

/** A video file as a paced source: played at its own rate, or at `fps`, from the place the timeline has reached. */
export function createFileSource(options: FileSourceOptions, clock: Clock): PacedSource {
  const { probe } = options;
  const fps = options.fps ?? probe.fps;
  const size = outputSize(probe, options);
  const lengthFrames = countFrames(probe, fps);
  const encoding = encodingOf(options, fps);
  const decoders = new FileDecoders(options, size, fps, encoding.mode === 'pass-through', clock);
  return new PacedSource(
    {
      ...size,
      codec: probe.codec,
      encoding,
      timeline: new Timeline(options.startTimeUs, fps),
      lengthFrames: options.loop ? null : lengthFrames,
      openFeed: options.loop
        ? loopFrom(decoders, lengthFrames, fps, probe.rewinds)
        : (position, listener) => decoders.from(position, listener),
    },
    clock,
  );
}

/** JPEGs can only be passed on one by one, so whatever FFmpeg would have to do between two of them asks for pixels. */
function encodingOf({ probe, wanted }: FileSourceOptions, fps: number): StreamEncoding {
  const encoding = chooseEncoding(wanted, probe);
  if (encoding.mode !== 'pass-through') return encoding;
  if (probe.variableRate) return { mode: 'encoded', reason: 'the variable rate is evened out' };
  if (fps !== probe.fps) return { mode: 'encoded', reason: `${Number(fps.toFixed(3))} fps were asked for` };
  if (!probe.isPlain) return { mode: 'encoded', reason: 'the pictures are turned, stretched or interlaced' };
  return encoding;
}

function loopFrom(decoders: FileDecoders, lengthFrames: number | null, fps: number, rewinds: boolean): OpenFeed {
  return (position, listener) => {
    const place = lengthFrames === null ? 0 : position % lengthFrames;
    const feeds = {
      tail: (inner: FeedListener) => decoders.from(place, inner),
      loop: (inner: FeedListener) => (rewinds ? decoders.endless(inner) : decoders.from(0, inner)),
    };
    const options = {
      tailFrames: place === 0 || lengthFrames === null ? 0 : lengthFrames - place,
      roundFrames: rewinds || lengthFrames === null ? Infinity : lengthFrames,
      overlapFrames: Math.ceil(OVERLAP_SECONDS * fps),
    };
    return new LoopingFeed(feeds, options, listener);
  };
}

/**
 * Frames one round of the file gives at `fps`, not whole where the rate is converted by an FFmpeg that rewinds, since it
 * then keeps the time from one round to the next; null when the file does not tell its length.
 */
function countFrames(probe: VideoProbe, fps: number): number | null {
  const isRateKept = !probe.variableRate && fps === probe.fps;
  if (isRateKept && probe.frames !== null) return probe.frames;
  if (probe.durationSeconds === null) return null;
  const frames = probe.durationSeconds * fps;
  return Math.max(1, isRateKept || !probe.rewinds ? Math.round(frames) : frames);
}

/** The FFmpeg children of one file. */
class FileDecoders {
  constructor(
    private readonly options: FileSourceOptions,
    private readonly size: Size,
    private readonly fps: number,
    private readonly passesThrough: boolean,
    private readonly clock: Clock,
  ) {}

  /** Plays once, from frame `place` on. */
  from(place: number, listener: FeedListener): FrameFeed {
    // Decoding goes on from the place to the first frame behind it, copying begins with the frame at or before it.
    const margin = this.passesThrough ? SEEK_MARGIN_FRAMES : -SEEK_MARGIN_FRAMES;
    const seconds = place === 0 ? 0 : Math.max(0, (place + margin) / this.fps);
    return this.open(seconds === 0 ? [] : ['-ss', seconds.toFixed(6)], listener);
  }

  /** Plays from the start, again and again. */
  endless(listener: FeedListener): FrameFeed {
    return this.open(['-stream_loop', '-1'], listener);
  }

  private open(placeOptions: readonly string[], listener: FeedListener): FrameFeed {
    const { ffmpegPath, path, probe, maxBuffers, passEveryFrame } = this.options;
    // The prefix keeps a name with a colon or a leading dash a plain file.
    const input = `file:${path}`;
    const protocols = ['-protocol_whitelist', 'file,crypto,data'];
    if (this.passesThrough) {
      return copyJpegs({ ffmpegPath, input, inputOptions: [...protocols, ...placeOptions] }, this.clock, listener);
    }
    const decoding = decoderOptions(this.options, probe, probe.fps);
    const evenRate = probe.variableRate || this.fps !== probe.fps ? [`fps=fps=${this.fps}`] : [];
    const request = {
      ffmpegPath,
      input,
      inputOptions: [...protocols, ...decoding, ...placeOptions],
      filters: [...evenRate, scaleFilter(this.size)],
      outputOptions: passEveryFrame,
    };
    return decodeFrames({ request, ...this.size, maxBuffers }, this.clock, listener);
  }
}

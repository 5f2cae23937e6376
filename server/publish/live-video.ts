import type { Clock } from '../../shared/clock.js';
import { Backoff } from '../../shared/backoff.js';
import type { StreamerError } from '../../shared/errors.js';
import type { EncoderChoice } from '../../shared/ffmpeg/video-encoder.js';
import { writeTimecode } from '../../shared/timecode/timecode-writer.js';
import type { CodedPicture, VideoFormat } from '../rtsp/coded-video.js';
import { EncoderChild } from '../rtsp/encoder-child.js';
import type { EncoderChildEvents, EncoderChildOptions } from '../rtsp/encoder-child.js';
import { packetize } from '../rtsp/packetizer.js';
import { formatOf } from '../rtsp/nal-units.js';
import type { Source, SourceFrame, SourceRun } from '../sources/source.js';
import { LivePlayer } from './live-player.js';
import type { PictureSink, PlayableVideo, VideoFacts, VideoPlayer } from './playable-video.js';

/** What encodes; an `EncoderChild` but in tests. */
type Encoder = Pick<EncoderChild, 'encode' | 'stop'>;

/** What a live video is made with. */
export interface LiveVideoParts {
  readonly ffmpegPath: string;
  readonly clock: Clock;
  readonly encoder: EncoderChoice;
  /** A source of raw pictures of one size, whose timeline begins now. */
  readonly openSource: () => Source;
  readonly onWarning: (error: StreamerError) => void;
  readonly createEncoder?: (options: EncoderChildOptions, events: EncoderChildEvents) => Encoder;
}

const COUNTER_SIZE = 0x1_0000;

/**
 * A video whose pictures get the time they are due drawn into them, and are encoded, once for all streams that play it, and
 * only while one does. All of them are at the same place.
 */
export class LiveVideo implements PlayableVideo {
  private readonly players = new Set<LivePlayer>();
  private readonly backoff = new Backoff();
  private format: VideoFormat | null = null;
  private run: SourceRun | null = null;
  private encoder: Encoder | null = null;
  private cancelRetry: () => void = () => undefined;

  constructor(
    private readonly name: string,
    readonly facts: VideoFacts,
    private readonly parts: LiveVideoParts,
  ) {}

  player(sink: PictureSink): VideoPlayer {
    const player = new LivePlayer(sink, () => this.leave(player));
    this.players.add(player);
    if (this.format) player.onFormat(this.format);
    if (this.players.size === 1) this.start();
    return player;
  }

  private leave(player: LivePlayer): void {
    this.players.delete(player);
    if (this.players.size === 0) this.stop();
  }

  private start(): void {
    this.startEncoder();
    const run = this.parts.openSource().start(
      {
        onInfo: () => undefined,
        onFrame: (frame) => this.onFrame(frame),
        onDrop: (first, last) => this.players.forEach((player) => player.onSkip(last - first + 1)),
        onWarning: this.parts.onWarning,
        onEnd: () => this.end(null),
        onError: (error) => this.end(error),
      },
      0,
    );
    this.run = run;
  }

  private stop(): void {
    this.cancelRetry();
    void this.run?.stop();
    void this.encoder?.stop();
    this.run = null;
    this.encoder = null;
  }

  private end(error: StreamerError | null): void {
    this.stop();
    for (const player of [...this.players]) player.onEnd(error);
  }

  private startEncoder(): void {
    const {
      ffmpegPath,
      clock,
      encoder,
      createEncoder = (...args) => new EncoderChild(...args, { clock }),
    } = this.parts;
    const { width, height, fps } = this.facts;
    const input = { kind: 'rgb24', width, height } as const;
    this.encoder = createEncoder(
      { ffmpegPath, encoder, input, fps, name: this.name },
      { onPicture: (picture) => this.onPicture(picture), onExit: (error) => this.onEncoderExit(error) },
    );
  }

  private onEncoderExit(error: StreamerError): void {
    this.encoder = null;
    if (!this.run) return;
    this.parts.onWarning(error);
    this.cancelRetry = this.parts.clock.schedule(this.backoff.nextDelayMs() * 1000, () => this.startEncoder());
  }

  private onFrame(frame: SourceFrame): void {
    const { data, width, height, captureTimeUs, sequence } = frame;
    if (frame.kind !== 'raw') return;
    writeTimecode(data, width, height, { kind: 'capture', timeUs: captureTimeUs, counter: sequence % COUNTER_SIZE });
    const isTaken = this.encoder?.encode({ data, captureTimeUs }) ?? false;
    if (!isTaken) this.players.forEach((player) => player.onSkip(1));
    // The encoder reads the picture for some time yet, so the source gets other memory in its place.
    frame.release(isTaken ? Buffer.allocUnsafeSlow(data.length) : undefined);
  }

  private onPicture(picture: CodedPicture): void {
    this.backoff.reset();
    const packets = packetize(picture);
    if (!packets) return;
    const format = picture.isKey ? formatOf(picture) : null;
    if (format) this.setFormat(format);
    for (const player of this.players) player.onPicture(packets);
  }

  private setFormat(format: VideoFormat): void {
    this.format = format;
    for (const player of this.players) player.onFormat(format);
  }
}

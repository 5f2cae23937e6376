import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import { failure } from '../../shared/http/http-errors.js';
import { KEPT_PACKET_BYTES } from '../../shared/rtsp/rtsp-messages.js';
import { parseRtspTarget } from '../../shared/rtsp/rtsp-target.js';
import type { LoadConnection, LoadSink, LoadSource, SourceFacts, SourceParts } from './load-source.js';
import { PlaySession } from './play-session.js';
import type { PlayTarget } from './play-session.js';
import { readRtcp } from './rtcp-reader.js';
import { RtpClock } from './rtp-clock.js';
import { RtpPictures } from './rtp-pictures.js';
import type { RtpPicture } from './rtp-pictures.js';
import type { SdpVideo } from './sdp-video.js';
import { SilenceWatch } from './silence-watch.js';
import { statedClockErrorUs } from './stated-clock.js';

/** A stream is given up when no packet comes for so long, or a bit longer. */
const SILENCE_TIMEOUT_US = 10_000_000;

/**
 * Plays the first video track of an RTSP stream over its RTSP connection and counts packets and pictures, without looking
 * at what the pictures show: our own light reader.
 */
export class RtspSource implements LoadSource {
  private readonly played: PlayTarget;
  private readonly clockErrorUs: number | null;

  /** @throws {StreamerError} BAD_USAGE for an address that is none of RTSP, or a fragment that says nothing of the clock */
  constructor(
    url: string,
    private readonly parts: Pick<SourceParts, 'clock'>,
  ) {
    const target = parseRtspTarget(url, 'play');
    this.played = { target, url: new URL(url) };
    this.clockErrorUs = statedClockErrorUs(this.played.url);
  }

  open(_name: string, sink: LoadSink): LoadConnection {
    return new RtspLoad(this.played, this.clockErrorUs, this.parts.clock, sink);
  }

  async close(): Promise<void> {
    // Its connections share nothing.
  }
}

class RtspLoad implements LoadConnection {
  private readonly session: PlaySession;
  private pictures: RtpPictures | null = null;
  private rtpClock: RtpClock | null = null;
  private silence: SilenceWatch | null = null;
  private facts: SourceFacts = { nominalFps: null, latencySource: 'none', canTellLost: true };
  private isTold = false;
  private isOver = false;
  private ending: Promise<void> | null = null;

  constructor(
    private readonly played: PlayTarget,
    private readonly clockErrorUs: number | null,
    private readonly clock: Clock,
    private readonly sink: LoadSink,
  ) {
    this.session = new PlaySession(played, clock, {
      onVideo: (video, serverName) => this.onVideo(video, serverName),
      onRtp: (bytes, start, lengthBytes) => this.onRtp(bytes, start, lengthBytes),
      onRtcp: (bytes, start, lengthBytes) => this.onRtcp(bytes, start, lengthBytes),
      onPlaying: () => this.onPlaying(),
      onEnd: (error) => this.settle(error),
    });
  }

  close(): Promise<void> {
    this.ending ??= this.session.end();
    this.settle(null);
    return this.ending;
  }

  private onVideo(video: SdpVideo, serverName: string): void {
    this.facts = { ...this.facts, nominalFps: video.fps };
    const { clockErrorUs, clock } = this;
    if (clockErrorUs !== null) {
      this.rtpClock = new RtpClock({ clockRate: video.clockRate, clockErrorUs, serverName }, clock);
    }
    this.pictures = new RtpPictures(video, {
      onPicture: (picture) => this.onPicture(picture),
      onLost: (pictures) => this.sink.onLost(pictures),
    });
  }

  private onPlaying(): void {
    this.tellFacts();
    this.silence = new SilenceWatch(this.clock, SILENCE_TIMEOUT_US, () =>
      this.session.fail(failure('SOURCE_TIMEOUT', this.played.url, 'no packet of the video came for 10 s.')),
    );
  }

  private onRtp(bytes: Buffer, start: number, lengthBytes: number): void {
    this.silence?.hear();
    // Some servers send packets before they answer PLAY.
    this.tellFacts();
    this.pictures?.push(bytes, start, lengthBytes, this.clock.nowUs());
  }

  private onPicture({ arrivalTimeUs, rtpTime, lengthBytes, isDamaged }: RtpPicture): void {
    const capture = this.rtpClock?.captureOf(rtpTime, this.pictures?.sender ?? null) ?? null;
    this.sink.onFrame({ arrivalTimeUs, lengthBytes, capture, stagesUs: null });
    if (isDamaged) this.sink.onCorrupt();
  }

  private onRtcp(bytes: Buffer, start: number, lengthBytes: number): void {
    const { report, gone } = readRtcp(bytes, start, start + Math.min(lengthBytes, KEPT_PACKET_BYTES));
    if (report && this.rtpClock) {
      this.rtpClock.onReport(report);
      if (this.facts.latencySource === 'none') this.learnSource();
    }
    const sender = this.pictures?.sender ?? null;
    if (sender !== null && gone.includes(sender)) void this.close();
  }

  private learnSource(): void {
    this.facts = { ...this.facts, latencySource: 'RTCP' };
    if (this.isTold) this.sink.onFacts(this.facts);
  }

  private tellFacts(): void {
    if (this.isTold) return;
    this.isTold = true;
    this.sink.onFacts(this.facts);
  }

  private settle(error: StreamerError | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.silence?.stop();
    this.sink.onClosed(error);
  }
}

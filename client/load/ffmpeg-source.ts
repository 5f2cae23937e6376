import type { StreamerError } from '../../shared/errors.js';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import { FfmpegReader } from '../probe/ffmpeg-reader.js';
import type { ProbedPicture, ProbeFacts, ProbeRun } from '../probe/probe-events.js';
import type { ProbeFfmpeg } from '../probe/reader-parts.js';
import type { LoadTarget } from './crowd.js';
import { MAX_ANNOUNCED_FPS } from './sdp-video.js';
import type { LoadConnection, LoadSink, LoadSource, SourceParts } from './load-source.js';

/**
 * Has an FFmpeg child play and decode an RTSP stream, as OpenCV and many recorders do: each session is a process, and what
 * it costs is in the figures. It cannot tell what was lost.
 */
export class FfmpegSource implements LoadSource {
  private found: Promise<ProbeFfmpeg> | null = null;

  constructor(
    private readonly target: Pick<LoadTarget, 'name' | 'url' | 'shownUrl'>,
    private readonly parts: Pick<SourceParts, 'clock' | 'ffmpegPath'>,
  ) {}

  open(_name: string, sink: LoadSink): LoadConnection {
    const { clock } = this.parts;
    const parts = { clock, ffmpeg: () => (this.found ??= this.find()), token: null, clockAt: () => null };
    const reader = new FfmpegReader({ ...this.target, kind: 'rtsp' }, parts);
    return new FfmpegLoad(reader, sink);
  }

  async close(): Promise<void> {
    // Its children end with their connections.
  }

  private async find(): Promise<ProbeFfmpeg> {
    const path = this.parts.ffmpegPath ?? 'ffmpeg';
    return { path, ...(await readFfmpegVersion(path)) };
  }
}

class FfmpegLoad implements LoadConnection {
  private readonly run: ProbeRun;
  /** Of packets whose picture has not come yet. */
  private waitingBytes = 0;
  private isOver = false;

  constructor(
    reader: FfmpegReader,
    private readonly sink: LoadSink,
  ) {
    this.run = reader.start({
      onFacts: (facts) => this.onFacts(facts),
      onPicture: (picture) => this.onPicture(picture),
      onBytes: (lengthBytes) => (this.waitingBytes += lengthBytes),
      onLost: (frames) => this.sink.onLost(frames),
      onCorrupt: () => this.sink.onCorrupt(),
      onEnd: () => this.settle(null),
      onError: (error) => this.settle(error),
    });
  }

  async close(): Promise<void> {
    this.settle(null);
    await this.run.stop();
  }

  private onFacts({ nominalFps }: ProbeFacts): void {
    const isPossible = nominalFps !== null && nominalFps <= MAX_ANNOUNCED_FPS;
    this.sink.onFacts({ nominalFps: isPossible ? nominalFps : null, latencySource: 'none', canTellLost: false });
  }

  private onPicture({ arrivalTimeUs }: ProbedPicture): void {
    this.sink.onFrame({ arrivalTimeUs, lengthBytes: this.waitingBytes, capture: null, stagesUs: null });
    this.waitingBytes = 0;
  }

  private settle(error: StreamerError | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.sink.onClosed(error);
  }
}

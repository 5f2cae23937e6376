import { Backoff } from '../shared/backoff.js';
import type { Clock } from '../shared/clock.js';
import type { Logger } from '../shared/logger.js';
import type { Notice, StreamState } from '../shared/protocol/messages.js';
import { RepeatLimiter } from '../shared/repeat-limiter.js';
import type { Hub } from './hub/hub.js';
import type { HubStream } from './hub/stream.js';
import { EncodePipeline } from './pipeline/encode-pipeline.js';
import type { JpegEncoder } from './pipeline/encoder.js';
import type { Source } from './sources/source.js';
import { SourceSupervisor } from './sources/supervisor.js';

/** What a stream is made of besides its source. */
export interface StreamParts {
  readonly hub: Hub;
  readonly encoder: JpegEncoder;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One stream from end to end: its source, kept running while somebody looks, the pipeline, and its place in the hub. */
export class StreamRuntime {
  readonly stream: HubStream;
  /** Resolves when the stream has come to its end. */
  readonly ended: Promise<void>;
  private readonly supervisor: SourceSupervisor;
  private readonly pipeline: EncodePipeline;
  private readonly limiter: RepeatLimiter;
  private readonly logger: Logger;
  private resolveEnded!: () => void;

  constructor(name: string, source: Source, { hub, encoder, clock, logger }: StreamParts) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    this.logger = logger.child({ stream: name });
    this.limiter = new RepeatLimiter(clock);
    const stream = hub.add({ name, ...source.info });
    const sink = {
      publish: stream.publish.bind(stream),
      drop: (first: number, last: number) => this.onDrop(first, last),
    };
    this.stream = stream;
    this.pipeline = new EncodePipeline(encoder, sink, clock, (error) =>
      this.limiter.run('encode', (suppressed) => this.logger.warn({ err: error, suppressed }, 'frame not encoded')),
    );
    const supervised = {
      onFrame: this.pipeline.accept.bind(this.pipeline),
      onDrop: this.pipeline.skip.bind(this.pipeline),
      onState: (state: StreamState, reason?: Notice) => this.onState(state, reason),
    };
    this.supervisor = new SourceSupervisor(source, supervised, clock, new Backoff());
    stream.observe({ onDemand: (wanted) => this.supervisor.setWanted(wanted) });
  }

  /** Stops the source; resolves when its children are gone. */
  close(): Promise<void> {
    return this.supervisor.close();
  }

  private onDrop(first: number, last: number): void {
    this.stream.drop(first, last);
    this.limiter.run('drop', (suppressed) =>
      this.logger.warn({ suppressed, droppedTotal: this.stream.counters.dropped }, 'too slow: late frames dropped'),
    );
  }

  private onState(state: StreamState, reason?: Notice): void {
    if (state === 'ended') return void this.finish(reason);
    this.setState(state, reason);
  }

  /** The end is announced after the last frame, which may still be with an encoder. */
  private async finish(reason?: Notice): Promise<void> {
    await this.pipeline.whenIdle();
    this.setState('ended', reason);
    this.resolveEnded();
  }

  private setState(state: StreamState, reason?: Notice): void {
    this.stream.setState(state, reason);
    if (state === 'offline') this.logger.warn({ code: reason?.code }, `stream offline: ${reason?.message ?? ''}`);
    else this.logger.info(`stream ${state}`);
  }
}

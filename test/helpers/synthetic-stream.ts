import type { Hub } from '../../server/hub/hub.js';
import type { HubStream } from '../../server/hub/stream.js';
import type { Subscriber } from '../../server/hub/subscriber.js';
import type { Clock } from '../../shared/clock.js';
import { FRAME_HEADER_BYTES, PREFIX_BYTES } from '../../shared/protocol/messages.js';
import { syntheticJpeg } from './synthetic-jpeg.js';

/** What the frames of a stream are like. */
export interface SyntheticStreamOptions {
  /** 30 by default. */
  readonly fps?: number;
  /** Length of each JPEG; 1000 by default. */
  readonly jpegBytes?: number;
}

/** A stream whose frames the test publishes. Frame n is due n / fps after the start, whenever it is published. */
export class SyntheticStream {
  readonly hubStream: HubStream;
  /** Everybody who ever subscribed, in that order. */
  readonly subscribers: Subscriber[] = [];
  /** Time from frame to frame, as whole microseconds. */
  readonly intervalUs: number;
  /** Length of the FRAME message of each frame. */
  readonly messageBytes: number;
  private nextSequence = 0;
  private readonly jpegBytes: number;

  constructor(
    hub: Hub,
    name: string,
    private readonly clock: Clock,
    { fps = 30, jpegBytes = 1000 }: SyntheticStreamOptions,
  ) {
    const startTimeUs = clock.nowUs();
    const encoding = { mode: 'encoded', reason: 'the frames are synthetic' } as const;
    this.hubStream = hub.add(
      name,
      { frameBuffer: 1, policy: 'latest' },
      { width: 640, height: 360, fps, timeSource: 'schedule', startTimeUs, encoding },
    );
    this.intervalUs = Math.round(1_000_000 / fps);
    this.jpegBytes = jpegBytes;
    this.messageBytes = PREFIX_BYTES + FRAME_HEADER_BYTES + jpegBytes;
    const subscribe = this.hubStream.subscribe.bind(this.hubStream);
    this.hubStream.subscribe = (subscriber, keptFrames) => {
      this.subscribers.push(subscriber);
      subscribe(subscriber, keptFrames);
    };
  }

  /** Publishes the next frame and returns its sequence number. */
  publish(): number {
    const sequence = this.takeSequences(1);
    const timeUs = this.dueTimeUs(sequence);
    const jpeg = syntheticJpeg(this.hubStream.id, sequence, this.jpegBytes);
    const stages = { decodedTimeUs: timeUs, processedTimeUs: timeUs, encodeStartTimeUs: timeUs, encodedTimeUs: timeUs };
    const times = { captureTimeUs: timeUs, timeSource: 'schedule', clockErrorUs: 0, ...stages } as const;
    this.hubStream.publish({ sequence, ...times, width: 640, height: 360, jpeg });
    return sequence;
  }

  /** Passes over the frames that were due by now, as a stream that nobody watches: the next one is the newest of them. */
  passOver(): void {
    const sinceStartUs = this.clock.nowUs() - this.hubStream.description.startTimeUs;
    this.nextSequence = Math.floor((sinceStartUs * this.hubStream.description.fps) / 1_000_000);
  }

  /** Leaves out the next `count` frames as a pipeline does that is too slow. */
  drop(count: number): void {
    const first = this.takeSequences(count);
    this.hubStream.drop(first, first + count - 1);
  }

  private takeSequences(count: number): number {
    const first = this.nextSequence;
    this.nextSequence += count;
    return first;
  }

  private dueTimeUs(sequence: number): number {
    const { startTimeUs, fps } = this.hubStream.description;
    return Math.round(startTimeUs + (sequence * 1_000_000) / fps);
  }
}

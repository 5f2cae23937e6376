import type { SERVER_STAGES } from '../../shared/api/stats-schema.js';
import type { FrameHeader } from '../../shared/protocol/messages.js';
import { BucketCounts } from './bucket-counts.js';
import { RecentValues } from './recent-values.js';

/** A stage that a frame passes in the server. */
export type ServerStage = (typeof SERVER_STAGES)[number];

/** How long recent frames were in one stage. */
export interface StageFigures {
  readonly stage: ServerStage;
  readonly p50Us: number;
  readonly p99Us: number;
}

const WINDOW_US = 10_000_000;
/** From a picture that is only passed on, to an encoder that stands still. */
const BOUNDS_US = [100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 10_000_000];

/** How long the frames of a stream are in each stage: of the last ten seconds, and counted since the beginning. */
export class StageTimes {
  readonly counts: Readonly<Record<ServerStage, BucketCounts>> = {
    decode: new BucketCounts(BOUNDS_US),
    process: new BucketCounts(BOUNDS_US),
    queue: new BucketCounts(BOUNDS_US),
    encode: new BucketCounts(BOUNDS_US),
    publish: new BucketCounts(BOUNDS_US),
  };
  private readonly recent = new RecentValues(5, WINDOW_US);
  /** Used for every frame, so that a frame needs no memory. */
  private readonly row = new Float64Array(5);

  onFrame(header: FrameHeader, nowUs: number): void {
    const { row, counts } = this;
    const { decodedOffsetUs, processedOffsetUs, encodeStartOffsetUs, encodedOffsetUs, publishedOffsetUs } = header;
    row[0] = decodedOffsetUs;
    row[1] = processedOffsetUs - decodedOffsetUs;
    row[2] = encodeStartOffsetUs - processedOffsetUs;
    row[3] = encodedOffsetUs - encodeStartOffsetUs;
    row[4] = publishedOffsetUs - encodedOffsetUs;
    counts.decode.add(row[0]);
    counts.process.add(row[1]);
    counts.queue.add(row[2]);
    counts.encode.add(row[3]);
    counts.publish.add(row[4]);
    this.recent.add(nowUs, row);
  }

  /** The stages in their order; none while there was no frame within the last ten seconds. */
  figures(nowUs: number): StageFigures[] {
    const stages = Object.keys(this.counts) as ServerStage[];
    return stages.flatMap((stage, column) => {
      const quantiles = this.recent.quantiles(column, QUANTILES, nowUs);
      return quantiles ? [{ stage, p50Us: Math.round(quantiles[0]!), p99Us: Math.round(quantiles[1]!) }] : [];
    });
  }

  /** Forgets the recent frames. */
  resetRecent(): void {
    this.recent.reset();
  }
}

const QUANTILES = [0.5, 0.99];

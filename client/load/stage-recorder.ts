import { LatencyHistogram } from '../../shared/histogram.js';
import type { HistogramState } from '../../shared/histogram.js';
import type { Stage } from '../metrics/snapshot.js';
import { SERVER_STAGES } from './load-messages.js';
import type { ServerStage } from './load-messages.js';

type StageTimes = Readonly<Partial<Record<Stage, number>>>;

/** Stages that are over before a frame is sent to anybody, and so take as long for everybody. */
const BEFORE_SENDING = ['decode', 'process', 'queue', 'encode', 'publish'] as const;

/**
 * How long the frames of many sessions to one target were in each stage. A crowd gets the same frame hundreds of times,
 * and what they have in common is recorded once, with their number.
 */
export class StageRecorder {
  private readonly stages: Record<ServerStage, LatencyHistogram> = {
    decode: new LatencyHistogram(),
    process: new LatencyHistogram(),
    queue: new LatencyHistogram(),
    encode: new LatencyHistogram(),
    publish: new LatencyHistogram(),
    network: new LatencyHistogram(),
  };
  private common: Record<(typeof BEFORE_SENDING)[number], number> = noTimes();
  private count = 0;

  onFrame(times: StageTimes): void {
    if (!this.isCommon(times)) {
      this.flush();
      for (const stage of BEFORE_SENDING) this.common[stage] = times[stage] ?? NaN;
    }
    this.count += 1;
    if (times.network !== undefined) this.stages.network.record(times.network);
  }

  reset(): void {
    this.count = 0;
    for (const stage of SERVER_STAGES) this.stages[stage].reset();
  }

  states(): Record<ServerStage, HistogramState> {
    this.flush();
    const states = SERVER_STAGES.map((stage) => [stage, this.stages[stage].state()]);
    return Object.fromEntries(states) as Record<ServerStage, HistogramState>;
  }

  /** A stage that is not told of is no number, and so never the same. */
  private isCommon({ decode, process, queue, encode, publish }: StageTimes): boolean {
    const { common } = this;
    const isEncodedAlike = encode === common.encode && queue === common.queue && publish === common.publish;
    return isEncodedAlike && decode === common.decode && process === common.process;
  }

  private flush(): void {
    if (this.count === 0) return;
    for (const stage of BEFORE_SENDING) {
      if (!Number.isNaN(this.common[stage])) this.stages[stage].record(this.common[stage], this.count);
    }
    this.count = 0;
  }
}

function noTimes() {
  return { decode: NaN, process: NaN, queue: NaN, encode: NaN, publish: NaN };
}

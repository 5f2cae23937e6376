import { LatencyHistogram } from '../../shared/histogram.js';
import type { FrameHeader } from '../../shared/protocol/messages.js';
import { quantilesOf } from './figures.js';
import type { Quantiles, Stage } from './snapshot.js';

/** How long frames spent in each stage. What happens inside the server needs no clock of ours and is always known. */
export class StageHistograms {
  private readonly stages: Readonly<Record<Stage, LatencyHistogram>> = {
    decode: new LatencyHistogram(),
    process: new LatencyHistogram(),
    queue: new LatencyHistogram(),
    encode: new LatencyHistogram(),
    publish: new LatencyHistogram(),
    network: new LatencyHistogram(),
    clientDecode: new LatencyHistogram(),
  };

  /** Records the stages that the frame passed on the server. */
  onHeader(header: FrameHeader): void {
    const { decodedOffsetUs, processedOffsetUs, encodeStartOffsetUs, encodedOffsetUs, publishedOffsetUs } = header;
    this.stages.decode.record(decodedOffsetUs);
    this.stages.process.record(processedOffsetUs - decodedOffsetUs);
    this.stages.queue.record(encodeStartOffsetUs - processedOffsetUs);
    this.stages.encode.record(encodedOffsetUs - encodeStartOffsetUs);
    this.stages.publish.record(publishedOffsetUs - encodedOffsetUs);
  }

  /** Records the way from one machine to the other, which is only as right as the clock estimate. */
  onNetwork(durationUs: number): void {
    this.stages.network.record(durationUs);
  }

  onClientDecode(durationUs: number): void {
    this.stages.clientDecode.record(durationUs);
  }

  reset(): void {
    for (const stage of Object.values(this.stages)) stage.reset();
  }

  quantiles(): Record<Stage, Quantiles> {
    const { decode, process, queue, encode, publish, network, clientDecode } = this.stages;
    return {
      decode: quantilesOf(decode),
      process: quantilesOf(process),
      queue: quantilesOf(queue),
      encode: quantilesOf(encode),
      publish: quantilesOf(publish),
      network: quantilesOf(network),
      clientDecode: quantilesOf(clientDecode),
    };
  }
}

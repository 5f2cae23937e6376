import { describe, expect, it } from 'vitest';

import { StageHistograms } from '../../../../client/metrics/stage-histograms.js';
import { observedFrame } from '../../../helpers/observed-frame.js';

describe('StageHistograms', () => {
  it('splits the way of a frame through the server', () => {
    const stages = new StageHistograms();
    stages.onHeader(observedFrame().header);
    expect(stages.quantiles()).toMatchObject({
      decode: { p50: 1_000 },
      process: { p50: 200 },
      queue: { p50: 300 },
      encode: { p50: 3_000 },
      publish: { p50: 200 },
      network: { p50: null },
    });
  });

  it('has nothing to wait for in stages that were over before the frame was due', () => {
    const stages = new StageHistograms();
    const before = { decodedOffsetUs: 0, processedOffsetUs: 0, encodeStartOffsetUs: 0, encodedOffsetUs: 0 };
    stages.onHeader(observedFrame({ header: { ...before, publishedOffsetUs: 20 } }).header);
    expect(stages.quantiles()).toMatchObject({
      decode: { p50: 0 },
      process: { p50: 0 },
      queue: { p50: 0 },
      encode: { p50: 0 },
      publish: { p50: 20 },
    });
  });

  it('keeps network times below zero, which come from a clock that is off', () => {
    const stages = new StageHistograms();
    stages.onNetwork(-40);
    expect(stages.quantiles().network).toEqual({ p50: -40, p99: -40 });
  });

  it('forgets all of it', () => {
    const stages = new StageHistograms();
    stages.onHeader(observedFrame().header);
    stages.onNetwork(1);
    stages.onClientDecode(2);
    stages.reset();
    expect(stages.quantiles()).toEqual(new StageHistograms().quantiles());
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVER_STAGES } from '../../../../client/load/load-messages.js';
import { StageRecorder } from '../../../../client/load/stage-recorder.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';

const someUs = fc.constantFrom(0, 0, 100, 2500, 90_000);
const anyTimes = fc.record({
  ...{ decode: someUs, process: someUs, queue: someUs, encode: someUs, publish: someUs },
  network: fc.option(fc.integer({ min: -500, max: 90_000 }), { nil: undefined }),
});

describe('StageRecorder', () => {
  it('has the same distributions as recording each frame on its own', () => {
    // A crowd gets the same frame many times, one after the other.
    const crowd = fc.array(fc.tuple(anyTimes, fc.integer({ min: 1, max: 5 })), { maxLength: 40 });
    fc.assert(
      fc.property(crowd, (frames) => {
        const recorder = new StageRecorder();
        const each = SERVER_STAGES.map((stage) => [stage, new LatencyHistogram()] as const);
        for (const [{ network, ...before }, sessions] of frames) {
          for (let session = 0; session < sessions; session += 1) {
            const times = network === undefined ? before : { ...before, network: network + session };
            recorder.onFrame(times);
            for (const [stage, histogram] of each) {
              const us = (times as Partial<Record<typeof stage, number>>)[stage];
              if (us !== undefined) histogram.record(us);
            }
          }
        }
        const states = recorder.states();
        for (const [stage, histogram] of each) {
          const { count, min, max } = LatencyHistogram.ofState(states[stage]);
          expect([stage, count, min, max]).toEqual([stage, histogram.count, histogram.min, histogram.max]);
          expect(states[stage].counts).toEqual(histogram.state().counts);
        }
      }),
    );
  });

  it('passes over what is not told, and forgets what was before a window', () => {
    const recorder = new StageRecorder();
    recorder.onFrame({ decode: 5 });
    recorder.onFrame({ decode: 5 });
    expect(LatencyHistogram.ofState(recorder.states().decode).count).toBe(2);
    expect(LatencyHistogram.ofState(recorder.states().encode).count).toBe(0);
    recorder.onFrame({ decode: 5 });
    recorder.reset();
    expect(LatencyHistogram.ofState(recorder.states().decode).count).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { BenchMeasurement } from '../../../../shared/bench/bench-measurement.js';
import type { ResultFacts } from '../../../../shared/bench/bench-measurement.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import { resultOf } from '../../../helpers/bench-room-of-test.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const SECOND_US = 1_000_000;
const CLOCK = { offsetUs: 0, errorUs: 1, driftPpm: 0, rttMinUs: 2, rttP50Us: 2, samples: 1 };

/** A measurement that is connected to a server with our clock, with a window of ten seconds that begins in one. */
function measurementOfTest() {
  const clock = new FakeClock();
  const told: ResultFacts[] = [];
  const measurement = new BenchMeasurement(
    {
      clock,
      about: 'a test',
      makeCounts: () => new LatencyHistogram(),
      resultOf: (_counts, facts) => {
        told.push(facts);
        return Promise.resolve(resultOf([1]));
      },
      serverClock: () => CLOCK,
    },
    { onProgress: () => undefined, onResult: () => undefined, onPhase: () => undefined },
  );
  const startTimeUs = clock.nowUs() + SECOND_US;
  measurement.onConnect();
  measurement.onRun({ benchId: 1, startTimeUs, stopTimeUs: startTimeUs + 10 * SECOND_US });
  /** Lets the window end, and says what the measurement tells of it. */
  const facts = () => {
    clock.advance(20 * SECOND_US);
    return told[0];
  };
  return { clock, measurement, facts };
}

describe('BenchMeasurement', () => {
  it('counts connections that were lost, and no attempts to make them again', () => {
    const { clock, measurement, facts } = measurementOfTest();
    clock.advance(2 * SECOND_US);
    // It breaks, two attempts are closed before WELCOME, and the third one succeeds.
    for (let broken = 0; broken < 3; broken += 1) {
      measurement.onDisconnect();
      clock.advance(SECOND_US);
    }
    measurement.onConnect();
    expect(measurement.figures?.reconnects).toBe(1);
    clock.advance(SECOND_US);
    measurement.onDisconnect();
    measurement.onConnect();
    expect(facts()).toMatchObject({ reconnects: 2, outageUs: 3 * SECOND_US });
  });

  it('has lost no connection in a window that began without one, which is an outage all the same', () => {
    const { clock, measurement, facts } = measurementOfTest();
    measurement.onDisconnect();
    clock.advance(3 * SECOND_US);
    measurement.onDisconnect();
    measurement.onConnect();
    expect(facts()).toMatchObject({ reconnects: 0, outageUs: 2 * SECOND_US });
  });
});

import { describe, expect, it } from 'vitest';
import { benchReport } from '../../../../client/bench/bench-report.js';
import type { BenchOutcome } from '../../../../client/bench/coordinator.js';
import { startProvenance } from '../../../../client/report/provenance.js';
import type { DeviceResult } from '../../../../shared/protocol/bench-messages.js';
import { resultOf } from '../../../helpers/bench-room-of-test.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { streamInfo } from '../../../helpers/observed-frame.js';

const START_US = 1_000_000_000;
const STOP_US = START_US + 4_000_000;

/** The report of one device in a window of four seconds that was to last twenty. */
function reportOf(result: Partial<DeviceResult> | null, interrupted: boolean) {
  const outcome: BenchOutcome = {
    stream: streamInfo({ name: 'cam' }),
    window: { startTimeUs: START_US, stopTimeUs: STOP_US },
    devices: [
      {
        device: { id: 1, name: 'x', platform: 'node', joinedTimeUs: START_US - 1, leftTimeUs: null },
        progress: null,
        result: result && resultOf([9000], { fromTimeUs: START_US, toTimeUs: STOP_US, ...result }),
        wasAway: false,
      },
    ],
    interrupted,
    trouble: null,
  };
  const provenance = startProvenance({ clock: new FakeClock(), commandLine: ['bench'] }).finish(interrupted);
  return benchReport(outcome, { devicesAsked: 1, maxClockErrorUs: 1e9, durationMs: 20_000, server: null, provenance });
}

describe('benchReport', () => {
  it('does not blame anybody where the user ended it before the first frame', () => {
    const verdict = { level: 'done', sentence: 'Ended after 4s, before the first frame came.' };
    expect(reportOf(null, true).verdict).toEqual(verdict);
    const none = resultOf([]);
    expect(reportOf({ received: 0, latency: none.latency }, true).verdict).toEqual(verdict);
    expect(reportOf(null, false).verdict.level).toBe('invalid');
  });

  it('says that no device counts where the user ended it later, which is no failure', () => {
    const { level, sentence } = reportOf({ fromTimeUs: START_US + 2_000_000 }, true).verdict;
    expect(level).toBe('done');
    expect(sentence).toMatch(/^Ended after 4s of 20s: No device counts: /);
  });

  it('warns of an outage that began before the window, too', () => {
    const sentences = (result: Partial<DeviceResult>) =>
      reportOf(result, false).findings.map(({ sentence }) => sentence);
    expect(sentences({ reconnects: 1, outageMs: 900 })[0]).toMatch(/^x lost its connection in the window; /);
    expect(sentences({ reconnects: 0, outageMs: 900 })[0]).toMatch(/^x had no connection when the window began; /);
    expect(sentences({}).join()).not.toContain('connection');
  });
});

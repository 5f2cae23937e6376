import { describe, expect, it } from 'vitest';
import { CrowdSeconds } from '../../../../client/load/crowd-seconds.js';
import type { SecondReport, TargetSecond, TargetStates } from '../../../../client/load/load-messages.js';
import { bucketLayout } from '../../../../client/load/window-order.js';

const NAMES = ['a', 'b'].map((name) => {
  return { name, kind: 'streamer' as const, url: `streamer://host/${name}`, shownUrl: `streamer://host/${name}` };
});

describe('CrowdSeconds', () => {
  it('goes on with the threads that are left', () => {
    const gone = new Set<number>();
    const seconds = secondsOf([[], []], gone);
    seconds.add(0, report(0, 10));
    seconds.add(1, report(0, 20));
    expect(seconds.progress().framesPerSecond).toBe(30);
    seconds.add(0, report(1, 10));
    seconds.add(0, report(2, 11));
    expect(seconds.progress().framesPerSecond).toBe(30);
    gone.add(1);
    seconds.onGone();
    expect(seconds.progress().framesPerSecond).toBe(11);
    seconds.add(0, report(3, 12));
    expect(seconds.progress().framesPerSecond).toBe(12);
  });

  it('has what a thread said before it went, and waits for the others', () => {
    const gone = new Set<number>();
    const seconds = secondsOf([[], [], []], gone);
    seconds.add(1, report(0, 20));
    gone.add(1);
    seconds.onGone();
    seconds.add(0, report(0, 10));
    expect(seconds.progress().framesPerSecond).toBe(0);
    seconds.add(2, report(0, 5));
    expect(seconds.progress().framesPerSecond).toBe(35);
    // What comes too late for its second is nothing to wait for.
    seconds.add(2, report(0, 5));
    seconds.finish();
    expect(seconds.progress().framesPerSecond).toBe(35);
  });

  it('shows one error of each code, whatever the texts are', () => {
    const told = (target: number, message: string): TargetStates => {
      const lastError = { code: 'CONNECT_FAILED' as const, message };
      return { target, connected: 0, ended: 0, failed: 1, reconnecting: 0, lastError };
    };
    const { errors, targets } = secondsOf([[told(0, 'Nobody at a.'), told(1, 'Nobody at b.')]], new Set()).progress();
    expect(errors.map(({ message }) => message)).toEqual(['Nobody at b.']);
    expect(targets.map(({ lastError }) => lastError?.message)).toEqual(['Nobody at a.', 'Nobody at b.']);
  });
});

function secondsOf(states: readonly (readonly TargetStates[])[], gone: Set<number>): CrowdSeconds {
  const layouts = { total: bucketLayout(0, 60_000, 1), target: bucketLayout(0, 60_000, 2) };
  return new CrowdSeconds(layouts, NAMES, states, gone);
}

function report(second: number, frames: number): SecondReport {
  const target: TargetSecond = {
    ...{ target: 0, connected: 1, ended: 0, failed: 0, reconnecting: 0, lastError: null },
    ...{ frames, bytes: 100 * frames, latenciesUs: new Int32Array(0), lost: 0, skipped: 0, reconnects: 0 },
    errorUs: null,
  };
  return { startUs: 0, second, isWhole: true, loopDelayP99Us: 0, targets: [target] };
}

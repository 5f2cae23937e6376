import { describe, expect, it } from 'vitest';
import { untilCalm } from '../../../../client/capacity/settling.js';
import type { CrowdProgress } from '../../../../client/load/crowd.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const CALM = { asked: 10, connected: 10, framesPerSecond: 300, latencyP99Us: 5000 };

/** How long it waits, where `at` says what progress there is after so many microseconds. */
async function waitOf(at: (us: number) => Partial<CrowdProgress>, mostUs = 5e6): Promise<number> {
  const clock = new FakeClock(0);
  const progress = () => ({ ...CALM, ...at(clock.nowUs()) }) as CrowdProgress;
  let isDone = false;
  void untilCalm(progress, clock, mostUs, new AbortController().signal).then(() => (isDone = true));
  while (!isDone) {
    clock.advance(10_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return clock.nowUs();
}

describe('untilCalm', () => {
  it('needs little more than a second where figures are calm', async () => {
    expect(await waitOf(() => ({}))).toBeLessThan(1.5e6);
  });

  it('does not mind how idle latencies jump', async () => {
    const jumping = await waitOf((us) => ({ latencyP99Us: us % 500_000 < 250_000 ? 500 : 15_000 }));
    expect(jumping).toBeLessThan(1.5e6);
  });

  it('waits while a server recovers', async () => {
    const recovering = await waitOf((us) => ({ latencyP99Us: Math.max(5000, 2_000_000 - us) }));
    expect(recovering).toBeGreaterThan(1.5e6);
    expect(recovering).toBeLessThan(5e6);
  });

  it('waits for sessions that connect, for the rate to be reached, and for anything to come', async () => {
    expect(await waitOf((us) => ({ connected: us < 2e6 ? 9 : 10 }))).toBeGreaterThan(3e6 - 1);
    expect(await waitOf((us) => ({ framesPerSecond: Math.min(300, us / 1e4) }))).toBeGreaterThan(2e6);
    expect(await waitOf((us) => ({ framesPerSecond: us < 2e6 ? 0 : 300 }))).toBeGreaterThan(2e6);
  });

  it('waits no longer than it may', async () => {
    expect(await waitOf(() => ({ connected: 3 }), 2e6)).toBe(2e6);
    expect(await waitOf(() => ({}), 0.1e6)).toBe(0.1e6);
  });
});

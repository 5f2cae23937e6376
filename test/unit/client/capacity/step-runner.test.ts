import { describe, expect, it } from 'vitest';
import type { LoadUnderTest } from '../../../../client/capacity/load-under-test.js';
import { parseObjective } from '../../../../client/capacity/objective.js';
import type { Step } from '../../../../client/capacity/search-plan.js';
import { StepRunner } from '../../../../client/capacity/step-runner.js';
import type { StepRecord } from '../../../../client/capacity/step-runner.js';
import type { CrowdFigures, CrowdProgress } from '../../../../client/load/crowd.js';
import type { Validity } from '../../../../client/report/run-trust-schema.js';
import { StreamerError } from '../../../../shared/errors.js';
import { crowdFiguresOf } from '../../../helpers/capacity-samples.js';
import type { StepSample } from '../../../helpers/capacity-samples.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { latencyOf } from '../../../helpers/trust-samples.js';

const STEP: Step = { size: 10, phase: 'ramp', round: 1, isLong: false, attempt: 1 };
const VALID: Validity = { valid: true, reasons: [], checks: [], trust: '' };
const INVALID: Validity = { ...VALID, valid: false, reasons: ['too late'] };

/** A runner on made-up load whose clock moves by itself; `figures` are those of each window in turn. */
function runnerOf(
  figures: readonly CrowdFigures[],
  { validity = VALID, failed = 0, stopAtUs = Infinity, hangs = false, threadError = null as StreamerError | null } = {},
) {
  const clock = new FakeClock(0);
  const stop = new AbortController();
  const calls: string[] = [];
  const records: StepRecord[] = [];
  let window = 0;
  const load: LoadUnderTest = {
    resize: async (size) => {
      calls.push(`resize ${size}`);
      if (hangs) await new Promise(() => undefined);
    },
    begin: async () => void calls.push('begin'),
    end: async () => {
      calls.push('end');
      return figures[Math.min(window++, figures.length - 1)]!;
    },
    progress: () => ({ asked: 10, connected: 10, failed, framesPerSecond: 0, threadError }) as CrowdProgress,
    close: async () => {},
  };
  const runner = new StepRunner(
    parseObjective('p99<100ms,lost=0'),
    { stepUs: 5e6, soakUs: 30e6, settleUs: 1e6 },
    {
      ...{ clock, load, server: null, signal: stop.signal },
      judge: () => validity,
      onDoing: () => {},
      onRecord: (record) => records.push(record),
    },
  );
  async function measure(step: Partial<Step> = {}) {
    const startUs = clock.nowUs();
    let isDone = false;
    const state = runner.measure({ ...STEP, ...step }).finally(() => (isDone = true));
    // Whoever asks for it below is told, too.
    state.catch(() => undefined);
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(50_000);
      if (clock.nowUs() >= stopAtUs) stop.abort();
    }
    return { state: await state, tookUs: clock.nowUs() - startUs };
  }
  return { calls, records, measure };
}

const figuresOf = (sample: StepSample = {}) => crowdFiguresOf(sample);
const late = figuresOf({ total: { latencyUs: latencyOf({ p99: 200_000 }) } });

describe('StepRunner', () => {
  it('brings the load to the size, settles, and measures as long as the step is', async () => {
    const { calls, measure } = runnerOf([figuresOf()]);
    const { state, tookUs } = await measure();
    expect(state).toBe('holds');
    expect(tookUs).toBeGreaterThanOrEqual(6e6);
    expect(tookUs).toBeLessThan(7e6);
    expect(calls).toEqual(['begin', 'resize 10', 'end', 'begin', 'end']);
    expect((await measure({ isLong: true })).tookUs).toBeGreaterThanOrEqual(31e6);
  });

  it('begins from nothing after a step that broke, and after sessions that failed', async () => {
    const { calls, measure } = runnerOf([late]);
    expect((await measure()).state).toBe('broken');
    calls.length = 0;
    await measure({ size: 5 });
    expect(calls.slice(0, 3)).toEqual(['resize 0', 'begin', 'resize 5']);
    const other = runnerOf([figuresOf()], { failed: 1 });
    await other.measure();
    expect(other.calls[0]).toBe('resize 0');
  });

  it('keeps the errors of the time before the window, which say why sessions are missing', async () => {
    const error = { code: 'SERVER_FULL', message: 'Full.', count: 2 };
    const refused = figuresOf({ total: { errors: [error], sessions: { asked: 10, connected: 8, failed: 2 } } });
    const { records, measure } = runnerOf([refused, { ...refused, total: { ...refused.total, errors: [] } }]);
    expect((await measure()).state).toBe('broken');
    expect(records[0]?.measured.figures.total.errors).toEqual([error]);
    expect(records[0]?.outcomes[0]?.words).toBe('2, SERVER_FULL: Full');
  });

  it('says nothing of the server when the generator was late and the objective broke', async () => {
    expect((await runnerOf([late], { validity: INVALID }).measure()).state).toBe('generator');
  });

  it('says that it broke when the server refused sessions, however late the generator was', async () => {
    const errors = [{ code: 'SERVER_FULL', message: 'Full.', count: 2 }];
    const refused = figuresOf({ total: { errors, sessions: { asked: 10, connected: 8, failed: 2 } } });
    expect((await runnerOf([refused], { validity: INVALID }).measure()).state).toBe('broken');
  });

  it('says that it holds in spite of a late generator, as long as the sessions took what was sent', async () => {
    expect((await runnerOf([figuresOf()], { validity: INVALID }).measure()).state).toBe('holds');
    const half = figuresOf({ total: { fps: { mean: 150, min: 10, max: 20 } } });
    expect((await runnerOf([half], { validity: INVALID }).measure()).state).toBe('generator');
    const skipping = figuresOf({ total: { frames: { received: 60_000, lost: 0, skipped: 9000, corrupt: 0 } } });
    expect((await runnerOf([skipping], { validity: INVALID }).measure()).state).toBe('generator');
  });

  it('does not wait for load that does not come when it is stopped', async () => {
    const { records, measure } = runnerOf([figuresOf()], { stopAtUs: 1e6, hangs: true });
    expect((await measure()).state).toBe('stopped');
    expect(records).toEqual([]);
  });

  it('ends the search at once when a thread is gone', async () => {
    const threadError = new StreamerError('INTERNAL', 'It broke.');
    const lost = { ...figuresOf(), lostThreads: [threadError] };
    const { records, measure } = runnerOf([lost], { threadError });
    await expect(measure({ isLong: true })).rejects.toMatchObject({ why: 'generator' });
    expect(records.map(({ state }) => state)).toEqual(['generator']);
  });

  it('does not count a window that was cut short', async () => {
    const { records, measure } = runnerOf([figuresOf()], { stopAtUs: 3e6 });
    const { state, tookUs } = await measure();
    expect(state).toBe('stopped');
    expect(tookUs).toBeLessThan(4e6);
    expect(records).toEqual([]);
    expect((await measure()).state).toBe('stopped');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamerError } from '../../../../shared/errors.js';
import { START_US } from '../../../helpers/fake-frames.js';
import { rawFrame, settle, supervise, type FakeRun } from '../../../helpers/supervised-source.js';

const SECOND_US = 1_000_000;
const BROKEN = new StreamerError('FFMPEG_FAILED', 'It broke.');
const STEPS = ['want', 'leave', 'frame', 'drop', 'fail', 'end', 'late', 'gone', 'wait', 'waitLong'] as const;

/** Everything that can happen to a supervisor, in any order. */
const course = fc.record({
  steps: fc.array(fc.constantFrom(...STEPS), { maxLength: 80 }),
  isLive: fc.boolean(),
  ends: fc.boolean(),
  stopsAtOnce: fc.boolean(),
  onDemand: fc.boolean(),
});

describe('any course of events', () => {
  it('has one run at most, passes on that one only, and ends as it should', async () => {
    await fc.assert(
      fc.asyncProperty(course, async ({ steps, ends, onDemand, ...kind }) => {
        const endTimeUs = ends ? START_US + 40 * SECOND_US : null;
        const { supervisor, source, clock, take } = supervise({ ...kind, onDemand, endTimeUs });
        const runs = () => source.runs;
        const released: { releases: number }[] = [];
        let lastState = take().at(-1) ?? 'idle';
        let sequence = 0;
        for (const step of steps) {
          const run = runs().at(-1);
          const isHeard = run !== undefined && run.stops === 0;
          if (step === 'want' || step === 'leave') supervisor.setWanted(step === 'want');
          if (step === 'fail') run?.sink.onError(BROKEN);
          if (step === 'end') run?.sink.onEnd();
          if (step === 'drop') run?.sink.onDrop(sequence, sequence++);
          if (step === 'frame' && run) {
            const frame = rawFrame(sequence++);
            run.sink.onFrame(frame);
            expect(frame.releases).toBe(isHeard ? 0 : 1);
          }
          if (step === 'late') {
            for (const old of runs().filter(({ stops }) => stops > 0)) released.push(sayAll(old));
          }
          if (step === 'gone') for (const old of runs()) if (old.stops > 0) old.finishStop();
          if (step === 'wait') clock.advance(100_000);
          if (step === 'waitLong') clock.advance(11 * SECOND_US);
          await settle();

          expect(runs().filter(({ isGone }) => !isGone).length).toBeLessThanOrEqual(1);
          expect(released.every(({ releases }) => releases === 1)).toBe(true);
          expect(clock.pending).toBeLessThanOrEqual(3);
          const log = take();
          if (step === 'late') expect(log).toEqual([]);
          lastState = log.map(stateOf).findLast((state) => state !== null) ?? lastState;
          const hasRun = runs().some(({ stops }) => stops === 0);
          if (['idle', 'offline', 'ended'].includes(lastState)) expect(hasRun).toBe(false);
          else if (lastState !== 'connecting') expect(hasRun).toBe(true);
        }
        const closing = supervisor.close();
        for (const run of runs()) if (run.stops > 0) run.finishStop();
        await closing;
        expect(runs().every(({ isGone }) => isGone)).toBe(true);
        expect([clock.pending, take()]).toEqual([0, []]);
      }),
      { numRuns: 300 },
    );
  });

  it('runs in the end while somebody looks, and not when nobody does', async () => {
    await fc.assert(
      fc.asyncProperty(course, fc.boolean(), async ({ steps, ...kind }, isWanted) => {
        const { supervisor, clock, runs } = supervise({ ...kind, stopsAtOnce: true });
        const isLeft = kind.onDemand && !isWanted;
        for (const step of steps) {
          if (step === 'want' || step === 'leave') supervisor.setWanted(step === 'want');
          if (step === 'fail') runs.at(-1)?.sink.onError(BROKEN);
          if (step === 'frame') runs.at(-1)?.sink.onFrame(rawFrame(0));
          if (step === 'wait') clock.advance(700_000);
          if (step === 'gone') await settle();
        }
        supervisor.setWanted(isWanted);
        await settle();
        for (let i = 0; i < 10; i += 1) {
          clock.advance(SECOND_US);
          runs.at(-1)?.sink.onFrame(rawFrame(0));
          await settle();
        }
        expect(runs.filter(({ stops }) => stops === 0)).toHaveLength(isLeft ? 0 : 1);
        if (isLeft) expect(clock.pending).toBe(0);
      }),
    );
  });
});

/** Everything an old run may still say; the frame it brings is returned. */
function sayAll({ sink }: FakeRun): { releases: number } {
  const frame = rawFrame(1);
  sink.onFrame(frame);
  sink.onDrop(2, 3);
  sink.onWarning(BROKEN);
  sink.onEnd();
  sink.onError(BROKEN);
  return frame;
}

function stateOf(line: string): string | null {
  const word = line.split(/[ :]/)[0] ?? '';
  return ['info', 'frame', 'jpeg', 'drop', 'warning'].includes(word) ? null : word;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeRawFrame, START_US } from '../../../helpers/fake-frames.js';
import { supervise } from '../../../helpers/supervised-source.js';

const SECOND_US = 1_000_000;
const BROKEN = new StreamerError('FFMPEG_FAILED', 'It broke.');

describe('any course of events', () => {
  it('has at most one run that is not stopped, and none without a viewer', () => {
    const step = fc.constantFrom('want', 'leave', 'frame', 'fail', 'end', 'wait', 'waitLong', 'late');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, ends) => {
        const { supervisor, clock, runs } = supervise({ endTimeUs: ends ? START_US + 20 * SECOND_US : null });
        let wanted = false;
        const released: FakeRawFrame[] = [];
        for (const each of steps) {
          const run = runs.at(each === 'late' ? 0 : -1);
          if (each === 'want' || each === 'leave') supervisor.setWanted((wanted = each === 'want'));
          if (each === 'fail') run?.sink.onError(BROKEN);
          if (each === 'end') run?.sink.onEnd();
          if (each === 'late') run?.sink.onError(BROKEN);
          if (each === 'frame' && run) {
            const frame = new FakeRawFrame(0);
            if (run.stops > 0) released.push(frame);
            run.sink.onFrame(frame);
          }
          if (each === 'wait') clock.advance(100_000);
          if (each === 'waitLong') clock.advance(10 * SECOND_US);
          const active = runs.filter(({ stops }) => stops === 0);
          expect(active.length).toBeLessThanOrEqual(wanted ? 1 : 0);
          expect(runs.every(({ stops }) => stops <= 1)).toBe(true);
          expect(released.every(({ releases }) => releases === 1)).toBe(true);
          expect(clock.pending).toBeLessThanOrEqual(2);
        }
      }),
    );
  });
});

import { expect, it } from 'vitest';
import { MachineClock } from '../../../../client/probe/time-code-clock.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

it('has the tolerance between two processes in its error, and what the machine was set by since our start', () => {
  const clock = new FakeClock();
  const machine = new MachineClock(clock);
  expect(machine.readingAt()).toEqual({ offsetUs: 0, errorUs: 2000 });
  // The wall clock is told in whole milliseconds.
  clock.stepWall(-1000);
  expect(machine.readingAt().errorUs).toBe(2000);
  clock.stepWall(-700_000);
  expect(machine.readingAt().errorUs).toBe(702_000);
  clock.stepWall(701_000 + 5000);
  expect(machine.figuresAt()).toMatchObject({ offsetUs: 0, errorUs: 7000, rttUs: { min: null } });
});

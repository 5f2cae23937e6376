import { describe, expect, it } from 'vitest';
import { judgeObjective } from '../../../../client/capacity/judgement.js';
import { missingSessions } from '../../../../client/capacity/missing-sessions.js';
import { parseObjective } from '../../../../client/capacity/objective.js';
import { brokenOutcome, shownOutcome } from '../../../../client/capacity/outcome-words.js';
import { measuredStepOf } from '../../../helpers/capacity-samples.js';

const FULL = { code: 'SERVER_FULL', message: 'The server is full.', count: 1 };

function stepOf(size: number, failed: number, errors: (typeof FULL)[]) {
  return measuredStepOf({ size, total: { sessions: { asked: size, connected: size - failed, failed }, errors } });
}

describe('missingSessions', () => {
  it.each([
    [14, 1, [FULL], 'the 14th session was refused (SERVER_FULL)'],
    [22, 1, [FULL], 'the 22nd session was refused (SERVER_FULL)'],
    [16, 3, [FULL], '3 of 16 sessions were refused (SERVER_FULL)'],
    [
      16,
      3,
      [FULL, { code: 'CONNECTION_LOST', message: 'It broke.', count: 2 }],
      '3 of 16 sessions failed (CONNECTION_LOST: It broke)',
    ],
    [1, 1, [], '1 of 1 session got no frame in time'],
  ])('says of %i sessions without %i what became of them', (size, failed, errors, text) => {
    expect(missingSessions(stepOf(size, failed, errors))).toBe(text);
  });
});

it('names a term that was written, and no other', () => {
  const step = stepOf(14, 1, [FULL]);
  const [unnamed] = judgeObjective(parseObjective('lost=0'), step);
  expect([shownOutcome(unnamed!), brokenOutcome(unnamed!)]).toEqual(
    new Array(2).fill('the 14th session was refused (SERVER_FULL)'),
  );
  const [named] = judgeObjective(parseObjective('failed=0'), step);
  expect(brokenOutcome(named!)).toBe('failed=0 (1, SERVER_FULL: The server is full) broke');
});

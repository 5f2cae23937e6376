import { describe, expect, it } from 'vitest';
import { capacityVerdict } from '../../../../client/capacity/capacity-verdict.js';
import type { VerdictParts } from '../../../../client/capacity/capacity-verdict.js';
import type { SearchResult } from '../../../../client/capacity/search.js';

const FOUND: SearchResult = {
  end: 'agreed',
  rounds: [
    { holds: 412, breaks: 421 },
    { holds: 415, breaks: 420 },
  ],
  interval: { from: 412, to: 420 },
};

function verdictOf(result: Partial<SearchResult>, parts: Partial<VerdictParts> = {}) {
  return capacityVerdict({
    ...{ unit: 'sessions', objective: 'p99<100ms', max: 1000, atLeast: null },
    ...{
      whatBroke: 'p99<100ms (131 ms ± 0.3 ms) broke',
      bottleneck: 'The server was busy 98 % of a core.',
      whyUnusable: '',
    },
    ...parts,
    result: { ...FOUND, ...result },
  });
}

describe('capacityVerdict', () => {
  it('says how many hold, what broke then, and where the bottleneck was', () => {
    expect(verdictOf({})).toEqual({
      level: 'done',
      sentence:
        '412 to 420 sessions hold p99<100ms; then p99<100ms (131 ms ± 0.3 ms) broke. The server was busy 98 % of a core.',
    });
    expect(verdictOf({ interval: { from: 1, to: 1 } }).sentence).toMatch(/^1 session holds p99<100ms; then/);
    expect(verdictOf({ interval: { from: 0, to: 0 } }).sentence).toMatch(
      /^Not one of the sessions holds p99<100ms; then/,
    );
  });

  it.each([
    [{}, 412, 'pass'],
    [{}, 413, 'fail'],
    [{ end: 'no limit', interval: { from: 1000, to: null } }, 500, 'pass'],
    [{ end: 'unstable' }, 400, 'pass'],
    [{ end: 'generator' }, 400, 'pass'],
    [{ end: 'generator', rounds: [], interval: { from: 412, to: null } }, 400, 'invalid'],
    [{ end: 'unknown', rounds: [], interval: { from: 0, to: null } }, 1, 'invalid'],
    [{ end: 'stopped', rounds: [], interval: { from: 412, to: null } }, 400, 'invalid'],
    [{ end: 'stopped', rounds: [], interval: { from: 2, to: null } }, 10, 'invalid'],
    [{ end: 'stopped', rounds: [], interval: { from: 0, to: null } }, 10, 'invalid'],
    [{ end: 'stopped' }, 412, 'pass'],
    [{ end: 'stopped' }, 415, 'invalid'],
    [{ end: 'stopped' }, 500, 'fail'],
  ] as const)('decides %j against at least %i: %s', (result, atLeast, level) => {
    expect(verdictOf(result, { atLeast }).level).toBe(level);
  });

  it('is invalid, and says at least, when the generator was the bottleneck', () => {
    const result = { end: 'generator', rounds: [], interval: { from: 412, to: null } } as const;
    expect(verdictOf(result, { whyUnusable: 'CPU of the busiest thread: 97 %.' })).toEqual({
      level: 'invalid',
      sentence:
        'At least 412 sessions hold p99<100ms; more could not be measured, because this machine was the bottleneck: CPU of the busiest thread: 97 %.',
    });
  });

  it('says what is known when it was stopped, found no limit, or did not agree', () => {
    const stopped = { end: 'stopped', rounds: [], interval: { from: 64, to: null } } as const;
    expect(verdictOf(stopped).sentence).toBe(
      'Stopped early: at least 64 sessions hold p99<100ms, and no limit was confirmed.',
    );
    expect(verdictOf({ ...stopped, interval: { from: 0, to: null } }).sentence).toBe(
      'Stopped before anything was known.',
    );
    const known = { ...stopped, interval: { from: 1, to: null } };
    expect(verdictOf(known, { atLeast: 10 }).sentence).toBe(
      'Stopped before it was known whether 10 sessions hold: at least 1 session holds p99<100ms.',
    );
    const nothing = { ...stopped, interval: { from: 0, to: null } };
    expect(verdictOf(nothing, { atLeast: 10 }).sentence).toBe(
      'Stopped before it was known whether 10 sessions hold: no step was measured to its end.',
    );
    expect(verdictOf({ end: 'no limit', interval: { from: 1, to: null } }, { max: 1 }).sentence).toBe(
      'No limit was found up to 1 session: it holds p99<100ms.',
    );
    expect(verdictOf({ end: 'no limit', interval: { from: 1000, to: null } }).sentence).toBe(
      'No limit was found up to 1000 sessions: they hold p99<100ms.',
    );
    expect(verdictOf({ end: 'unstable' }).sentence).toMatch(
      /^412 to 420 sessions hold p99<100ms, but 2 rounds did not agree \(412 hold, 421 do not; 415 hold, 420 do not\); then/,
    );
  });
});

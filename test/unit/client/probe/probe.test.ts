import { describe, expect, it } from 'vitest';
import type { StreamSnapshot } from '../../../../client/metrics/snapshot.js';
import { failureExitCode, failureOf } from '../../../../client/probe/probe.js';
import { StreamerError } from '../../../../shared/errors.js';
import type { ErrorCode } from '../../../../shared/errors.js';
import { samplePath, sampleSnapshot } from '../../../helpers/sample-snapshot.js';

const errorOf = (code: ErrorCode) => new StreamerError(code, `It is ${code}.`);

function outcome(streams: readonly StreamSnapshot[], errors: Readonly<Record<string, StreamerError | null>> = {}) {
  return { snapshot: () => sampleSnapshot({ streams: [...streams] }), ended: new Map(Object.entries(errors)) };
}

const measured = (name: string) => samplePath({ name });
const silent = (name: string) => samplePath({ name, frames: { ...samplePath().frames, received: 0 } });

describe('the end of a probe', () => {
  it('is none to speak of when each path gave pictures', () => {
    expect(failureOf(outcome([measured('a')], { a: errorOf('SOURCE_FAILED') }), false)).toBeNull();
  });

  it('tells the error of the only path that gave nothing, and names several', () => {
    const errors = { b: errorOf('SOURCE_DENIED'), c: errorOf('SOURCE_FAILED') };
    expect(failureOf(outcome([measured('a'), silent('b')], errors), false)).toBe(errors.b);
    expect(failureOf(outcome([silent('b'), silent('c')], errors), false)).toMatchObject({
      ...{ code: 'SOURCE_DENIED', message: 'Not one picture came from b, c; do they send?' },
    });
  });

  it('blames no path that was not waited for', () => {
    expect(failureOf(outcome([measured('a'), silent('b')]), true)?.message).toBe('b had sent nothing yet.');
    expect(failureOf(outcome([measured('a'), silent('b')]), false)?.message).toContain('do they send?');
  });

  it('is one of wrong usage only where nothing was measured', () => {
    const missing = errorOf('SOURCE_NOT_FOUND');
    expect(failureExitCode(outcome([silent('a'), silent('b')], { a: missing, b: missing }))).toBe(2);
    expect(failureExitCode(outcome([measured('a'), silent('b')], { b: missing }))).toBe(1);
    expect(failureExitCode(outcome([silent('a'), silent('b')], { b: missing }))).toBe(1);
    expect(failureExitCode(outcome([silent('a')], { a: errorOf('SOURCE_UNREACHABLE') }))).toBe(1);
  });
});

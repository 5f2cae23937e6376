import { describe, expect, it } from 'vitest';
import { chaosReport } from '../../../../client/chaos/chaos-report.js';
import type { MeasuredAttack } from '../../../../client/chaos/chaos-report.js';
import type { CrowdFigures } from '../../../../client/load/crowd.js';
import { pageOf } from '../../../../client/report/page-of.js';
import { runReportSchema } from '../../../../client/report/run-report-schema.js';
import type { Subject } from '../../../../client/report/run-report-schema.js';
import { emptyRunReport } from '../../../helpers/empty-run-report.js';
import { generatorOf, latencyOf, subjectOf, threadOf } from '../../../helpers/trust-samples.js';

const figures = (total: Subject = subjectOf(), generator = generatorOf()): CrowdFigures => ({
  ...{ windowMs: 200_000, total, targets: [total], sessions: [], clocks: [], generator, lostThreads: [] },
});
const slow = subjectOf({ latencyUs: latencyOf({ p99: 90_000, max: 95_000 }) });
const late = generatorOf({ threads: [threadOf({ timerLatenessUs: { p50: 0, p99: 80_000, max: 80_000 } })] });

const GARBAGE = {
  ...{ kind: 'garbage', asked: 2, opened: 9, notConnected: 0, closedByServer: 9, stillOpen: 0 },
  ...{ bytesSent: 5, bytesRead: 6, codes: [{ code: 'BAD_MESSAGE', count: 9 }] },
};

function report(parts: Partial<MeasuredAttack> = {}) {
  const made = chaosReport({
    config: { phaseMs: 200_000, maxHarm: 2 },
    phases: { before: figures(), during: figures(), after: figures() },
    attacks: [GARBAGE],
    memory: { beforeBytes: 1e8, mostBytes: 2e8, afterBytes: 1.1e8, cameBack: true },
    ...{ server: null, isSameMachine: true, provenance: emptyRunReport().provenance },
    ...parts,
  });
  expect(runReportSchema.parse(made)).toEqual(made);
  return made;
}

const severities = ({ findings }: ReturnType<typeof report>) => findings.map(({ severity }) => severity);

describe('chaosReport', () => {
  it('passes where nobody was harmed', () => {
    const made = report();
    expect(made.verdict).toEqual({
      level: 'pass',
      sentence: 'The good clients were not harmed: nothing was lost; their p99 was 1.00 times that of before.',
    });
    expect(severities(made)).toEqual(['good', 'good']);
    expect(made.subjects.map(({ name, kind }) => [name, kind])).toEqual([
      ['before', 'step'],
      ['during', 'step'],
      ['after', 'step'],
    ]);
  });

  it('fails where somebody was', () => {
    const made = report({ phases: { before: figures(), during: figures(slow), after: figures() } });
    expect(made.verdict.level).toBe('fail');
    expect(made.verdict.sentence).toContain('p99 went from 20.0 ms to 90.0 ms, 4.5 times as long');
    expect(severities(made)).toContain('problem');
  });

  it('is invalid where this machine did not keep up, in the attack or before it', () => {
    for (const phases of [
      { before: figures(), during: figures(slow, late), after: figures() },
      { before: figures(slow, late), during: figures(), after: figures() },
    ]) {
      const made = report({ phases });
      expect(made.verdict.level).toBe('invalid');
      expect(severities(made)[0]).toBe('warning');
    }
  });

  it('has no verdict where it was ended before its time', () => {
    const provenance = { ...emptyRunReport().provenance, interrupted: true };
    expect(report({ provenance, phases: { before: figures() } }).verdict.level).toBe('done');
    expect(report({ provenance, phases: { before: figures(), during: figures(slow) } }).verdict.level).toBe('done');
  });

  it('states nothing that was not measured where the attack was cut short', () => {
    const provenance = { ...emptyRunReport().provenance, interrupted: true };
    const cut = { ...figures(subjectOf({ durationMs: 9000 })), windowMs: 9000 };
    const memory = { beforeBytes: 1e8, mostBytes: 5e8, afterBytes: null, cameBack: null };
    const made = report({ provenance, memory, phases: { before: figures(), during: cut } });
    expect(made.verdict.sentence).toBe('Ended after 209 of 600 s: there is no verdict.');
    expect(made.details).toMatchObject({ harm: { p99Ratio: null, p99RatioRange: null } });
    expect(severities(made)).toEqual(['note', 'note']);
    const { headlines } = pageOf(made);
    const notes = Object.fromEntries(headlines.map(({ label, note }) => [label, note]));
    expect(notes).toMatchObject({
      'p99 before, during, after': 'before 200.0 s, during 9.0 s of 3m 20s each',
      lost: 'by good clients, during',
      'good clients cut off': 'during',
    });
    expect(JSON.stringify(made.findings)).not.toContain('after');
  });

  it('does not say that memory stayed where it was not watched to the end', () => {
    const provenance = { ...emptyRunReport().provenance, interrupted: true };
    const memory = { beforeBytes: 1e8, mostBytes: 5e8, afterBytes: 5e8, cameBack: false };
    const phases = { before: figures(), during: figures(), after: { ...figures(), windowMs: 1000 } };
    const made = report({ provenance, memory, phases });
    expect(made.details).toMatchObject({ harm: { p99Ratio: 1, serverCameBack: null } });
    expect(JSON.stringify(made.findings)).toContain('was not measured');
  });

  it('warns where memory stays, and where no attacker got in', () => {
    const memory = { beforeBytes: 1e8, mostBytes: 5e8, afterBytes: 5e8, cameBack: false };
    const attacks = [{ ...GARBAGE, notConnected: 9, codes: [{ code: 'ECONNREFUSED', count: 9 }] }];
    expect(severities(report({ memory, attacks }))).toEqual(['good', 'warning', 'warning']);
  });

  it('has a page with all that attacked', () => {
    const page = pageOf(report());
    expect(page.headlines[0]).toMatchObject({ value: '1.00 x' });
    expect(page.sections.map(({ id }) => id)).toContain('attackers');
    expect(JSON.stringify(page)).toContain('BAD_MESSAGE 9');
  });
});

import { describe, expect, it } from 'vitest';
import { chaosReport } from '../../../../client/chaos/chaos-report.js';
import type { MeasuredAttack } from '../../../../client/chaos/chaos-report.js';
import type { CrowdFigures } from '../../../../client/load/crowd.js';
import { tableText } from '../../../../client/report/table-text.js';
import { pageOf } from '../../../../client/report/page-of.js';
import { runReportSchema } from '../../../../client/report/run-report-schema.js';
import type { Subject } from '../../../../client/report/run-report-schema.js';
import { emptyRunReport } from '../../../helpers/empty-run-report.js';
import { generatorOf, latencyOf, subjectOf, threadOf } from '../../../helpers/trust-samples.js';

const SESSION: Partial<Subject> = {
  ...{ name: 'good-1', kind: 'session', state: 'connected', sessions: { asked: 1, connected: 1, failed: 0 } },
  ...{ frames: { received: 6000, lost: 0, skipped: 0, corrupt: 0 }, bytes: 6000 * 30_000 },
};
const figures = (total = subjectOf(), generator = generatorOf(), session: Partial<Subject> = {}): CrowdFigures => ({
  ...{
    windowMs: 200_000,
    total,
    targets: [total],
    sessions: [subjectOf({ ...SESSION, ...session })],
    clocks: [],
    generator,
    lostThreads: [],
  },
});
const slow = subjectOf({ latencyUs: latencyOf({ p99: 90_000, max: 95_000 }) });
const late = generatorOf({ threads: [threadOf({ timerLatenessUs: { p50: 0, p99: 80_000, max: 80_000 } })] });

const GARBAGE = {
  ...{ kind: 'garbage', asked: 2, opened: 9, notConnected: 0, closedByServer: 9, stillOpen: 0 },
  ...{ bytesSent: 5, bytesRead: 6, unread: null, codes: [{ code: 'BAD_MESSAGE', count: 9 }] },
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
    expect(made.verdict.sentence).toContain('p99 went from 20.0 ms to 90.0 ms, 4.50 times as long');
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
    const codes = page.sections.find(({ id }) => id === 'attack-codes');
    expect(codes).toMatchObject({ rows: [[{ text: 'garbage' }, { text: 'BAD_MESSAGE' }, { text: '9' }]] });
  });

  it('has a table of attackers whose counts fit on a terminal', () => {
    const table = pageOf(report({ attacks: [{ ...GARBAGE, kind: 'reconnect-storm' }] })).sections.find(
      ({ id }) => id === 'attackers',
    );
    if (table?.kind !== 'table') throw new Error('no table');
    const [heading] = tableText(table.columns, table.rows, 80);
    expect(heading).toContain('Not connected');
  });

  it('fails where a good client never came back, and its server died after the attack', () => {
    const away = subjectOf({ fps: { mean: 20, min: 0, max: 30 }, outageMs: 20_000 });
    const made = report({
      phases: { before: figures(), during: figures(), after: figures(away, generatorOf(), { state: 'reconnecting' }) },
    });
    expect(made.verdict).toEqual({
      level: 'fail',
      sentence:
        'The good clients were harmed: 1 connection of good clients broke, 20s without one all together; ' +
        '0 of 1 good client had a connection at the end; 20.0 frames a second came after it instead of 300.0.',
    });
    const cutOff = pageOf(made).headlines.find(({ label }) => label === 'good clients cut off');
    expect(cutOff).toMatchObject({
      value: '1',
      note: '0 of 1 connected at the end, 20s without a connection, all together',
    });
  });

  it('says why a ratio beyond what is allowed is no harm', () => {
    const p99 = (us: number) => figures(subjectOf({ latencyUs: latencyOf({ p99: us }) }));
    const made = report({ phases: { before: p99(4000), during: p99(12_400), after: p99(4000) } });
    expect(made.verdict).toEqual({
      level: 'pass',
      sentence:
        'The good clients were not harmed: nothing was lost; their p99 was 3.10 times that of before, ' +
        'but only 8.4 ms longer, where 10.0 ms are no harm.',
    });
    expect(pageOf(made).headlines[0]?.note).toContain('at most 2, where it is 10.0 ms longer, too: it was 8.4 ms');
    const within = report({ phases: { before: p99(12_000), during: p99(12_400), after: p99(4000) } });
    expect(pageOf(within).headlines[0]?.note).toMatch(/at most 2$/);
  });

  it('says that clients that read nothing were no burden where all that was sent lay in buffers', () => {
    const stalled = (bytesLate: number) => ({
      ...GARBAGE,
      ...{ kind: 'stalled', asked: 2, opened: 2, closedByServer: 0, stillOpen: 2, codes: [] },
      // A good client has 900 bytes a millisecond.
      unread: { openMs: 10_000, bytesRead: 100_000, bytesLate },
    });
    const warnings = (bytesLate: number) =>
      report({ attacks: [stalled(bytesLate)] }).findings.filter(({ severity }) => severity === 'warning');
    expect(warnings(8_500_000)).toMatchObject([
      {
        sentence: expect.stringContaining('The stalled clients hardly held the server up') as unknown,
        figures: [
          'stalled: 2 open, read 100 kB, then 8.5 MB when the attack was over',
          'as many good clients got 9.0 MB in that time',
        ],
      },
    ]);
    expect(warnings(5_000_000)).toEqual([]);
  });

  it('warns that a full server let some attackers not in, and names the option', () => {
    const codes = [{ code: 'SERVER_FULL', count: 160 }];
    const stalled = { ...GARBAGE, ...{ kind: 'stalled', asked: 100, opened: 240, closedByServer: 160, stillOpen: 80 } };
    const storm = { ...GARBAGE, kind: 'reconnect-storm', asked: 900, codes: [{ code: 'CLOSE 1013', count: 40 }] };
    const made = report({ attacks: [{ ...stalled, codes }, storm] });
    expect(made.findings).toContainEqual({
      severity: 'warning',
      sentence: expect.stringMatching(
        /refused 200 connections .*\(SERVER_FULL, CLOSE 1013\); 20 of 100 were not in at the end\. .*--max-clients/,
      ) as unknown,
      figures: ['stalled: open 80 of 100', 'reconnect-storm: open 0 of 900'],
    });
  });

  it('has its phases in the order in which they came', () => {
    const p99 = (us: number) => {
      const timeline = { bucketMs: 1000, frames: [1, 1], bytes: [1, 1] };
      const series = { latencyP50Us: [us, us], latencyP99Us: [us, us], ageMaxUs: [us, us] };
      return figures(subjectOf({ latencyUs: latencyOf({ p99: us }), timeline: { ...timeline, ...series } }));
    };
    const { sections } = pageOf(report({ phases: { before: p99(9000), during: p99(30_000), after: p99(20_000) } }));
    const names = ['before', 'during', 'after'];
    expect(sections.find(({ id }) => id === 'heat-map')).toMatchObject({
      title: 'Latency in each phase',
      rows: names.map((name) => ({ name })),
    });
    expect(sections.find(({ id }) => id === 'subjects')).toMatchObject({
      title: 'Phases',
      rows: names.map((name) => expect.arrayContaining([{ text: name }]) as unknown),
    });
  });
});

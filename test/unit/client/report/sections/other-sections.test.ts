import { describe, expect, it } from 'vitest';
import { curvesSection } from '../../../../../client/report/sections/curves-section.js';
import { environmentSection } from '../../../../../client/report/sections/environment-sections.js';
import { findingsSection } from '../../../../../client/report/sections/findings-section.js';
import { headlinesOf } from '../../../../../client/report/sections/headlines.js';
import { outagesSection } from '../../../../../client/report/sections/outages-section.js';
import { trustSections } from '../../../../../client/report/sections/trust-sections.js';
import { waterfallSection } from '../../../../../client/report/sections/waterfall-section.js';
import { emptyRunReport } from '../../../../helpers/empty-run-report.js';
import { invalidReport, loadReport } from '../../../../helpers/sample-reports.js';
import { failedSubject, sampleSubject } from '../../../../helpers/sample-subject.js';

describe('headlinesOf', () => {
  it('leads with the latency and its error, and never leaves out what was lost', () => {
    const headlines = headlinesOf(sampleSubject({ name: 'a' }));
    expect(headlines.map(({ label }) => label)).toEqual([
      ...['latency p99', 'latency p50', 'frame age p99', 'lost', 'frames a second', 'throughput', 'measured for'],
    ]);
    expect(headlines[0]?.value).toContain('±');
    expect(headlines[3]).toEqual({ label: 'lost', value: '20', note: '1,780 delivered, 20 lost' });
  });

  it('says of how many sessions a latency is, and whose clock has its error', () => {
    const timed = sampleSubject({ name: 'a' });
    const worse = sampleSubject({ name: 'b' }, { latencyUs: { ...timed.latencyUs, errorUs: 3000 } });
    const untimed = sampleSubject({ name: 'c' }, { latencyUs: failedSubject('c').latencyUs, stagesUs: null });
    const sessions = [timed, worse, untimed];
    const [p99] = headlinesOf(timed, sessions, [timed, worse]);
    expect(p99?.note).toMatch(/^of 2 of 3 sessions; .*largest: b, 3\.0 ms$/);
    expect(headlinesOf(timed, [timed, worse])[0]?.note).not.toContain(' of 2');
    expect(waterfallSection(timed, { sessions })?.title).toBe('Where the time goes (of 2 of 3 sessions)');
    const untold = sessions.map((session, n) => ({ ...session, stagesUs: null, target: `streamer://host/${n}` }));
    const parts = untold.map((session, n) => ({ ...session, stagesUs: n === 0 ? timed.stagesUs : null }));
    expect(waterfallSection(timed, { sessions: untold, parts })?.title).toContain('of 1 of 3 sessions');
    const total = { ...timed, name: 'total', kind: 'total' as const };
    const names = curvesSection([total, timed], { sessions })?.curves.map(({ name }) => name);
    expect(names).toEqual(['total (of 2 of 3 sessions)', 'total, age', 'a', 'a, age']);
  });

  it('has what is known of frames that are lost, of rates and of sessions where not all have it', () => {
    const some = { canTellLost: false, sessions: { asked: 3, connected: 1, failed: 0 } };
    const each = [
      sampleSubject({ name: 'a' }),
      sampleSubject({ name: 'b' }, { nominalFps: null, state: 'ended' }),
      sampleSubject({ name: 'c' }, { nominalFps: null, state: 'ended' }),
    ];
    const headlines = headlinesOf(sampleSubject({ name: 'total' }, some), each);
    expect(headlines).toContainEqual({
      label: 'lost',
      value: 'at least 20',
      note: '1,780 delivered, at least 20 lost',
    });
    expect(headlines).toContainEqual({
      ...{ label: 'frames a second', value: '29.7' },
      note: 'announced 30.0 fps a session; of 1 of 3 sessions',
    });
    expect(headlines).toContainEqual({
      ...{ label: 'sessions', value: '3 of 3' },
      note: '1 connected at the end, 2 came to the end of the stream',
    });
  });

  it('has no latency where none is known', () => {
    const [first] = headlinesOf(failedSubject('a'));
    expect(first).toEqual({ label: 'lost', value: '-', note: '0 delivered, lost not known' });
  });
});

describe('waterfallSection', () => {
  it('leaves out stages that were not passed', () => {
    const section = waterfallSection(sampleSubject({ name: 'a' }));
    expect(section?.stages.map(({ name }) => name)).toEqual(['decode', 'queue', 'encode', 'publish', 'network']);
    expect(section?.stages[0]).toEqual({ name: 'decode', p50Us: 2_100, p99Us: 4_800 });
    expect(waterfallSection(failedSubject('a'))).toBeNull();
    expect(waterfallSection(null)).toBeNull();
  });
});

describe('outagesSection', () => {
  it('has a row for each subject that was disconnected, the longest first', () => {
    const short = sampleSubject({ name: 'short' }, { outageMs: 500, outages: [{ fromMs: 0, toMs: 500, code: 'X' }] });
    const section = outagesSection([sampleSubject({ name: 'fine' }), short, failedSubject('down')]);
    expect(section).toMatchObject({
      windowMs: 60_000,
      rows: [
        { name: 'down', outages: [{ fromMs: 0, toMs: 10_000, label: 'CONNECT_FAILED, 10s, to the end' }] },
        { name: 'short', outages: [{ fromMs: 0, toMs: 500, label: 'X, 0s' }] },
      ],
    });
    expect(outagesSection([sampleSubject({ name: 'fine' })])).toBeNull();
  });
});

describe('findingsSection', () => {
  it('puts problems first', () => {
    const findings = (['good', 'note', 'problem', 'warning'] as const).map((severity) => ({
      ...{ severity, sentence: 'a', figures: [] },
    }));
    const section = findingsSection(findings);
    expect(section?.findings.map(({ severity }) => severity)).toEqual(['problem', 'warning', 'note', 'good']);
    expect(findingsSection([])).toBeNull();
  });
});

describe('trustSections', () => {
  it('says why a run is invalid', () => {
    const [validity] = trustSections(invalidReport());
    expect(validity).toMatchObject({ id: 'validity', title: 'Why it is invalid', briefRows: 1 });
    expect(validity?.note).toMatch(/^The event loop of worker 1 was late .* No figure of this run can be trusted\.$/);
    expect(validity?.kind === 'table' && validity.rows[0]?.map(({ text }) => text)).toEqual([
      ...['event loop delay, p99', '180 ms', '4.0 ms', 'invalid'],
      'The event loop of worker 1 was late by 180 ms at p99, which is more than a fifth of the latency.',
    ]);
  });

  it('has the generator and the server where they were watched', () => {
    const ids = (report: ReturnType<typeof loadReport>) => trustSections(report).map(({ id }) => id);
    expect(ids(loadReport())).toEqual([
      ...['validity', 'cpu-over-time', 'loop-over-time', 'memory-over-time', 'generator', 'server'],
    ]);
    expect(ids(emptyRunReport())).toEqual(['validity']);
  });
});

describe('environmentSection', () => {
  it('gives the command as it can be typed again', () => {
    const { provenance } = emptyRunReport();
    const commandLine = ['load', 'streamer://h:1', '--slo', "p99<100ms,it's"];
    const { facts } = environmentSection({ ...provenance, commandLine, commit: 'abc+', interrupted: true });
    expect(facts.map(({ value }) => value)).toEqual([
      "load streamer://h:1 --slo 'p99<100ms,it'\\''s'",
      '2026-01-02T03:04:05.000Z',
      '1s, ended by the user before its time',
      '0.1.0, commit abc+',
      'here: a CPU, 2 cores, 1024 MiB',
      'linux, Node v20.0.0',
      '0.00',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { reportCsv } from '../../../../client/report/report-csv.js';
import { emptyRunReport } from '../../../helpers/empty-run-report.js';
import { failedSubject, sampleSubject } from '../../../helpers/sample-subject.js';

const HEADER =
  'kind,name,target,state,durationMs,sessionsAsked,sessionsConnected,sessionsFailed,framesReceived,framesLost,' +
  'framesSkipped,framesCorrupt,bytes,nominalFps,fpsMean,fpsMin,fpsMax,throughputMbps,' +
  ['latency', 'age', 'firstFrame']
    .flatMap((name) =>
      ['Count', 'MinUs', 'P50Us', 'P90Us', 'P99Us', 'P999Us', 'MaxUs', 'MeanUs', 'ErrorUs'].map(
        (figure) => name + figure,
      ),
    )
    .join(',') +
  ',clockErrorUs,latencySource,reconnects,outageMs,errors';

describe('reportCsv', () => {
  it('has a header, the total, and a row for each subject', () => {
    const total = sampleSubject({ name: 'all' }, { kind: 'total', target: null });
    const lines = reportCsv(emptyRunReport({ total, subjects: [sampleSubject({ name: 'one' })] })).split('\r\n');
    expect(lines[0]).toBe(HEADER);
    expect(lines[1]).toMatch(/^total,all,,connected,60000,1,1,0,1780,20,0,0,53400000,30,/);
    expect(lines[2]).toMatch(/^session,one,streamer:\/\/127\.0\.0\.1:8000\/sample,connected,/);
    expect(lines.slice(3)).toEqual(['']);
    for (const line of lines.slice(0, 3)) expect(line.split(',')).toHaveLength(HEADER.split(',').length);
  });

  it('leaves empty what nobody knows', () => {
    const [, row] = reportCsv(emptyRunReport({ subjects: [failedSubject('none', { target: null })] })).split('\r\n');
    const empty = ',,,,,,,,';
    const start = 'session,none,,failed,10000,1,0,1,0,,0,0,0,,0,0,0,0';
    expect(row).toBe(`${start},0${empty},0${empty},0${empty},,none,0,10000,CONNECT_FAILED 4`);
  });

  it.each([
    ['a comma', 'a,b', '"a,b"'],
    ['quotes', 'say "x"', '"say ""x"""'],
    ['line breaks', 'a\r\nb', 'a b'],
    ['control characters', 'a\u001b[2Jb\u009b\u0000', 'a\ufffd[2Jb\ufffd\ufffd'],
    ['what turns text around', 'a\u202eb', 'a\ufffdb'],
    ['a formula', '=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
    ['a formula behind spaces', '  +1', "' +1"],
    ['a minus', '-1+1', "'-1+1"],
    ['an at', '@SUM(A1)', "'@SUM(A1)"],
    ['a tab', '\t=1', "' =1"],
    ['a plain name', 'cam 3 (north)', 'cam 3 (north)'],
  ])('writes a name with %s as RFC 4180 says, and never as a formula', (_, name, field) => {
    const csv = reportCsv(emptyRunReport({ subjects: [sampleSubject({ name }, { target: null })] }));
    expect(csv.slice(csv.indexOf('\r\n') + 2)).toContain(`session,${field},,connected`);
  });

  it('writes a latency below zero as the number it is', () => {
    const subject = sampleSubject({ name: 'a' });
    const csv = reportCsv(
      emptyRunReport({ subjects: [{ ...subject, latencyUs: { ...subject.latencyUs, min: -42 } }] }),
    );
    expect(csv).toContain(',-42,');
  });
});

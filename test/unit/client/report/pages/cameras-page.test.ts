import { describe, expect, it } from 'vitest';
import { pageOf } from '../../../../../client/report/page-of.js';
import type { ReportPage, Section } from '../../../../../client/report/page.js';
import type { RunReport, Subject } from '../../../../../client/report/run-report-schema.js';
import { reportsOfEveryKind } from '../../../../helpers/sample-reports.js';
import { sampleSubject } from '../../../../helpers/sample-subject.js';

function report(parts: Partial<RunReport> = {}): RunReport {
  return { ...reportsOfEveryKind().find(({ kind }) => kind === 'cameras')!, ...parts };
}

function cameras(count: number): Subject[] {
  return Array.from({ length: count }, (_, i) => sampleSubject({ name: `cam-${i}` }, { kind: 'camera' }));
}

function section<K extends Section['kind']>(page: ReportPage, id: string, kind: K): Extract<Section, { kind: K }> {
  const found = page.sections.find((each) => each.id === id);
  if (found?.kind !== kind) throw new Error(`no ${kind} ${id}`);
  return found as Extract<Section, { kind: K }>;
}

describe('the page of cameras', () => {
  it('says first how many delivered, and what the machine had to do', () => {
    const { title, headlines } = pageOf(report());
    expect(title).toBe('Cameras: 5 of 9');
    expect(headlines[0]).toMatchObject({ label: 'cameras delivered', value: '4 of 5' });
    expect(headlines).toContainEqual({ label: 'CPU of this machine', value: '40 %', note: 'at most 70 %' });
    expect(headlines.map(({ label }) => label)).not.toContain('memory of this machine');
  });

  it('has the errors of every camera, the most frequent first', () => {
    const [first, second] = cameras(2);
    const errors = (code: string, count: number) => ({ errors: [{ code, count, message: `${code} it is` }] });
    const subjects = [
      { ...first!, ...errors('SOURCE_FAILED', 2) },
      { ...second!, ...errors('SOURCE_TIMEOUT', 7) },
    ];
    const { rows } = section(pageOf(report({ subjects })), 'errors', 'table');
    expect(rows.map((row) => row.map(({ text }) => text))).toEqual([
      ['cam-1', 'SOURCE_TIMEOUT', '7', 'SOURCE_TIMEOUT it is'],
      ['cam-0', 'SOURCE_FAILED', '2', 'SOURCE_FAILED it is'],
    ]);
  });

  it('says what the list was, and what could not be opened', () => {
    const page = pageOf(report());
    expect(section(page, 'list', 'facts').facts[0]).toEqual({ name: 'In the list', value: '9 cameras' });
    expect(section(page, 'left', 'table').rows).toEqual([[{ text: 'cam-7' }, { text: 'It has no address.' }]]);
  });

  it('draws lines of few cameras, and of many only the total', () => {
    const names = (count: number) =>
      section(pageOf(report({ subjects: cameras(count) })), 'frames-over-time', 'time series').lines.map(
        ({ name }) => name,
      );
    expect(names(3).slice(1)).toEqual(['cam-0', 'cam-1', 'cam-2']);
    expect(names(20)).toHaveLength(1);
    expect(section(pageOf(report({ subjects: cameras(20) })), 'subjects', 'table').rows).toHaveLength(20);
  });
});

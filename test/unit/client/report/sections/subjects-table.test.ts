import { describe, expect, it } from 'vitest';
import type { TableSection } from '../../../../../client/report/page.js';
import { subjectsTable, worstFirst } from '../../../../../client/report/sections/subjects-table.js';
import { failedSubject, sampleSubject } from '../../../../helpers/sample-subject.js';

describe('subjectsTable', () => {
  it('has what was delivered and lost beside the percentiles', () => {
    const table = subjectsTable([sampleSubject({ name: 'a' })]);
    expect(table?.columns.slice(0, 8).map(({ label }) => label)).toEqual([
      ...['Name', 'Delivered', 'Lost', 'Skipped', 'fps', 'p50', 'p99', 'Age p99'],
    ]);
    expect(cellOf(table, 0, 'Delivered')).toEqual({ text: '1,780', sortValue: 1780 });
    expect(cellOf(table, 0, 'Lost')).toEqual({ text: '20', sortValue: 20, tone: 'warning' });
    expect(cellOf(table, 0, 'Outage')).toEqual({ text: '0', sortValue: 0 });
  });

  it('says nothing where nothing is known, and leaves out columns of nothing', () => {
    const table = subjectsTable([failedSubject('none')]);
    expect(table?.columns.map(({ label }) => label)).not.toContain('p99');
    expect(table?.columns.map(({ label }) => label)).not.toContain('Lost');
    expect(cellOf(table, 0, 'State')).toEqual({ text: 'failed', tone: 'bad' });
    expect(subjectsTable([])).toBeNull();
  });

  it('has what is known to be lost where not all can tell, and blames nobody who came to the end of a file', () => {
    const sessions = { asked: 3, connected: 0, failed: 0 };
    const parts = { canTellLost: false, state: 'ended', sessions } as const;
    const table = subjectsTable([sampleSubject({ name: 'a' }, parts)]);
    expect(cellOf(table, 0, 'Lost')).toEqual({ text: 'at least 20', sortValue: 20, tone: 'warning' });
    expect(cellOf(table, 0, 'Sessions')).toEqual({ text: '0/3', sortValue: 0 });
  });

  it('counts sessions only where there are several', () => {
    const sessions = { asked: 10, connected: 9, failed: 1 };
    const table = subjectsTable([sampleSubject({ name: 'a' }, { sessions }), sampleSubject({ name: 'b' })]);
    expect(cellOf(table, 0, 'Sessions')).toEqual({ text: '9/10', sortValue: 9, tone: 'warning' });
    expect(subjectsTable([sampleSubject({ name: 'b' })])?.columns.map(({ label }) => label)).not.toContain('Sessions');
  });
});

describe('worstFirst', () => {
  it('puts those that failed first, then the oldest pictures', () => {
    const quick = sampleSubject({ name: 'quick', latencyUs: 10, seconds: 5 });
    const slow = sampleSubject({ name: 'slow', latencyUs: 9000, seconds: 5 });
    expect(worstFirst([quick, slow, failedSubject('failed')]).map(({ name }) => name)).toEqual([
      'failed',
      'slow',
      'quick',
    ]);
  });

  it('puts those that missed frames or had no connection before those with old pictures', () => {
    const frames = { received: 100, lost: 0, skipped: 0, corrupt: 0 };
    const old = sampleSubject({ name: 'old', latencyUs: 90_000 }, { frames });
    const lossy = sampleSubject({ name: 'lossy' }, { frames: { ...frames, lost: 1 } });
    const skipping = sampleSubject({ name: 'skipping' }, { frames: { ...frames, skipped: 9 } });
    const away = sampleSubject({ name: 'away' }, { frames, outageMs: 1000 });
    const names = worstFirst([old, skipping, away, lossy]).map(({ name }) => name);
    expect(names).toEqual(['lossy', 'away', 'skipping', 'old']);
  });
});

function cellOf(table: TableSection | null, row: number, label: string) {
  return table?.rows[row]?.[table.columns.findIndex((column) => column.label === label)];
}

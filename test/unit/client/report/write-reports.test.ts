import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRunReport } from '../../../../client/report/read-run-report.js';
import { checkReportFiles, writeReports } from '../../../../client/report/write-reports.js';
import { loadReport } from '../../../helpers/sample-reports.js';

describe('writeReports', () => {
  let folder: string;
  const report = loadReport({ sessions: 2, seconds: 5 });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reports-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it('writes each file in the format of its ending', async () => {
    const files = ['a.json', 'a.HTML', 'a.md', 'a.csv'].map((name) => join(folder, name));
    await writeReports(report, files);
    const [json = '', html = '', markdown = '', csv = ''] = await Promise.all(
      files.map((file) => readFile(file, 'utf8')),
    );
    expect(readRunReport(json, 'a.json')).toEqual(report);
    expect(html).toMatch(/^<!doctype html>/);
    expect(markdown).toMatch(/^## Load: 2 sessions/);
    expect(csv).toMatch(/^kind,name,/);
  });

  it('writes the others where one cannot be written', async () => {
    const file = join(folder, 'b.json');
    const written = writeReports(report, [join(folder, 'missing', 'b.html'), file]);
    await expect(written).rejects.toMatchObject({ code: 'FILE_WRITE_FAILED' });
    expect(readRunReport(await readFile(file, 'utf8'), 'b.json')).toEqual(report);
  });

  it('says before a run what could not be written after it, and creates nothing', async () => {
    const before = await readdir(folder);
    await expect(checkReportFiles([join(folder, 'new.json'), join(folder, 'a.json')])).resolves.toBeUndefined();
    for (const file of [join(folder, 'missing', 'c.html'), join(folder, 'a.json', 'c.html'), folder]) {
      await expect(checkReportFiles([join(folder, 'new.json'), file])).rejects.toMatchObject({ code: 'BAD_USAGE' });
    }
    expect(await readdir(folder)).toEqual(before);
  });
});

import { mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readRunReport } from '../../../../client/report/read-run-report.js';
import { checkReportFiles, writeReports } from '../../../../client/report/write-reports.js';
import { loadReport } from '../../../helpers/sample-reports.js';
import { TinyDisk } from '../../../helpers/tiny-disk.js';

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

  it('lets only the user read them, follows links, and leaves nothing else behind', async () => {
    const own = await mkdtemp(join(folder, 'own-'));
    await writeFile(join(own, 'a.json'), 'before', { mode: 0o644 });
    await symlink(join(own, 'a.json'), join(own, 'link.json'));
    await writeReports(report, [join(own, 'link.json')]);
    expect((await stat(join(own, 'a.json'))).mode & 0o777).toBe(0o600);
    expect(readRunReport(await readFile(join(own, 'a.json'), 'utf8'), 'a.json')).toEqual(report);
    expect(await readdir(own)).toEqual(['a.json', 'link.json']);
  });

  it('leaves what was there before on a disk that is full', async ({ skip }) => {
    const disk = await TinyDisk.mount('64k');
    if (!disk) return skip('only the superuser of a Linux machine may mount a file system');
    onTestFinished(() => disk.stop());
    const file = join(disk.path, 'a.json');
    await writeFile(file, 'before');
    const large = loadReport({ sessions: 50, seconds: 60 });
    await expect(writeReports(large, [file])).rejects.toMatchObject({ code: 'FILE_WRITE_FAILED' });
    expect(await readFile(file, 'utf8')).toBe('before');
    expect(await readdir(disk.path)).toEqual(['a.json']);
  });

  it('does not take a report that cannot be drawn for a disk that cannot be written', async () => {
    const broken = { ...report, subjects: null } as unknown as typeof report;
    await expect(writeReports(broken, [join(folder, 'c.html')])).rejects.toThrow(TypeError);
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

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLogFile, toAll } from '../../../../client/report/log-file.js';
import { errorOf } from '../../../helpers/error-of.js';

describe('a log in a file', () => {
  it('is appended to, beside other destinations', () => {
    const folder = mkdtempSync(join(tmpdir(), 'log-file-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'run.log');
    const lines: string[] = [];
    toAll([{ write: (line) => lines.push(line) }, openLogFile(path)]).write('one\n');
    openLogFile(path).write('two\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect([readFileSync(path, 'utf8'), lines]).toEqual(['one\ntwo\n', ['one\n']]);
  });

  it('is refused before anything is measured where it cannot be written', () => {
    expect(errorOf(() => openLogFile('/none/run.log'))).toMatchObject({ code: 'FILE_WRITE_FAILED' });
    expect(errorOf(() => openLogFile('/dev/null/run.log'))).toMatchObject({ code: 'FILE_WRITE_FAILED' });
    expect(errorOf(() => openLogFile(tmpdir()))).toMatchObject({ code: 'FILE_WRITE_FAILED' });
  });

  it('is no file before its first line, so that a run that is refused leaves none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'log-file-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'run.log');
    const log = openLogFile(path);
    expect(existsSync(path)).toBe(false);
    log.write('one\n');
    expect(existsSync(path)).toBe(true);
  });

  it('does not end a run on a disk that is full', () => {
    const log = openLogFile('/dev/full');
    expect(() => log.write('one\n')).not.toThrow();
    expect(() => log.write('two\n')).not.toThrow();
  });
});

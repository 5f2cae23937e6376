import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunParts } from '../../client/commands/run-command.js';
import { performRun } from '../../client/perform-run.js';
import { runReportSchema, type RunReport } from '../../client/report/run-report-schema.js';
import { StreamerError } from '../../shared/errors.js';
import { emptyRunReport } from '../helpers/empty-run-report.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { LogOfTest } from '../helpers/log-of-test.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'frame-streamer-perform-'));
});

afterEach(() => rm(folder, { recursive: true }));

interface Given {
  readonly files?: readonly string[];
  readonly json?: boolean;
  readonly stopRequest?: Promise<unknown>;
  run(parts: RunParts): Promise<RunReport | null>;
}

async function perform({ files = [], json = false, stopRequest = new Promise(() => undefined), run }: Given) {
  const printed: string[] = [];
  let closed = 0;
  let quit: () => void = () => undefined;
  const output = {
    reportFiles: files.map((file) => join(folder, file)),
    json,
    plain: true,
    logLevel: 'info' as const,
    logFile: null,
  };
  const outcome = await performRun(
    { kind: 'run', name: 'load', output, run: (parts) => run({ ...parts, view: { ...parts.view, close: quit } }) },
    {
      clock: new FakeClock(),
      logger: new LogOfTest().logger,
      env: {},
      commandLine: [],
      columns: 80,
      stopRequest,
      openView: async (onQuit) => {
        quit = onQuit;
        return { render: () => undefined, say: () => undefined, close: () => void (closed += 1) };
      },
      print: (text) => printed.push(text),
    },
  );
  return { ...outcome, printed: printed.join(''), closed };
}

describe('performRun', () => {
  it('prints the report as text, and gives back the terminal once', async () => {
    const { exitCode, error, printed, closed } = await perform({ run: async () => emptyRunReport() });
    expect([exitCode, error, closed]).toEqual([0, null, 1]);
    expect(printed).toContain('Nothing was measured.');
  });

  it('prints one line of JSON that the schema knows', async () => {
    const { printed } = await perform({ json: true, run: async () => emptyRunReport() });
    expect(printed.trimEnd().split('\n')).toHaveLength(1);
    expect(runReportSchema.parse(JSON.parse(printed))).toEqual(emptyRunReport());
  });

  it.each([
    ['pass', 0],
    ['done', 0],
    ['fail', 1],
    ['invalid', 3],
  ] as const)('ends with the exit code of the verdict %s', async (level, expected) => {
    const report = emptyRunReport({ verdict: { level, sentence: 'So it is.' } });
    expect((await perform({ run: async () => report })).exitCode).toBe(expected);
  });

  it('does not begin where a report has no folder', async () => {
    const { exitCode, error, printed, closed } = await perform({
      files: ['a.json', 'nowhere/b.html'],
      run: () => Promise.reject(new Error('It began.')),
    });
    expect([exitCode, error?.code, printed, closed]).toEqual([2, 'BAD_USAGE', '', 0]);
    expect(error?.message).toContain('nowhere');
  });

  it('writes every file in its format, also those beside one that cannot be written', async () => {
    const files = ['a.json', 'nowhere/b.html', 'c.md', 'd.csv', 'e.html'];
    await mkdir(join(folder, 'nowhere'));
    const run = async () => {
      await rm(join(folder, 'nowhere'), { recursive: true });
      return emptyRunReport();
    };
    const { exitCode, error, printed } = await perform({ files, run });
    expect([exitCode, error?.code]).toEqual([1, 'FILE_WRITE_FAILED']);
    expect(error?.message).toContain('b.html');
    expect(printed).toContain('Nothing was measured.');
    const read = (file: string) => readFile(join(folder, file), 'utf8');
    expect(JSON.parse(await read('a.json'))).toEqual(emptyRunReport());
    expect(await read('c.md')).toContain('Nothing was measured.');
    expect(await read('e.html')).toContain('<html');
    expect(await read('d.csv')).toMatch(/./);
  });

  it('passes on that the user wants it to end, by signal or by key', async () => {
    const whenAsked = async ({ stopRequest }: RunParts) => {
      await stopRequest;
      return emptyRunReport();
    };
    expect((await perform({ stopRequest: Promise.resolve(), run: whenAsked })).exitCode).toBe(0);
    const byKey = async (parts: RunParts) => {
      parts.view.close();
      return whenAsked(parts);
    };
    expect((await perform({ run: byKey })).exitCode).toBe(0);
  });

  it('says that there is no report where the user stopped it before anything was measured', async () => {
    const files = ['a.json'];
    const { exitCode, error, printed, closed } = await perform({ files, run: async () => null });
    expect([exitCode, error, closed]).toEqual([0, null, 1]);
    expect(printed).toBe('Stopped before anything was measured; there is no report.\n');
    await expect(readFile(join(folder, 'a.json'))).rejects.toThrow(/ENOENT/);
    const asJson = await perform({ json: true, run: async () => null });
    expect([asJson.exitCode, asJson.printed]).toEqual([0, '']);
  });

  it('tells why a run could not begin, and gives back the terminal', async () => {
    const refuse = async () => {
      throw new StreamerError('CONNECT_FAILED', 'Nobody listens there.');
    };
    const { exitCode, error, printed, closed } = await perform({ files: ['a.json'], run: refuse });
    expect([exitCode, error?.code, printed, closed]).toEqual([1, 'CONNECT_FAILED', '', 1]);
    await expect(readFile(join(folder, 'a.json'))).rejects.toThrow(/ENOENT/);
  });

  it('takes an error of ours for what it is', async () => {
    const { exitCode, error } = await perform({ run: () => Promise.reject(new TypeError('oops')) });
    expect([exitCode, error?.code]).toEqual([1, 'INTERNAL']);
  });
});

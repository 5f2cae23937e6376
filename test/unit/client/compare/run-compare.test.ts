import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resolveCompareConfig } from '../../../../client/compare/compare-config.js';
import { readRun } from '../../../../client/compare/read-runs.js';
import { runCompare } from '../../../../client/compare/run-compare.js';
import { pageOf } from '../../../../client/report/page-of.js';
import { pageText } from '../../../../client/report/page-text.js';
import type { RunReport, Subject } from '../../../../client/report/run-report-schema.js';
import { runReportSchema } from '../../../../client/report/run-report-schema.js';
import { summarize } from '../../../../client/report/summary.js';
import { SystemClock } from '../../../../shared/clock.js';
import { StreamerError } from '../../../../shared/errors.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import { drawnReport } from '../../../helpers/compared-runs.js';
import { errorOf } from '../../../helpers/error-of.js';
import { LogOfTest } from '../../../helpers/log-of-test.js';
import { reportsOfEveryKind } from '../../../helpers/sample-reports.js';
import { sampleSnapshot } from '../../../helpers/sample-snapshot.js';

const QUICK = { framesPerSecond: 100, seconds: 20 };

describe('runCompare', () => {
  it('writes a report of both sides that can be read, and shown', async () => {
    const files = await filesWith({
      'a.json': drawnReport({ seed: 1, ...QUICK }),
      'b.json': drawnReport({ seed: 2, ...QUICK }),
    });
    const report = await compare([...files, '--fail-if', 'p99>+50%']);
    expect(runReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report.verdict.level).toBe('pass');
    expect(report.subjects.map(({ name }) => name)).toEqual(['A: total', 'B: total']);
    expect(report.details).toMatchObject({
      runs: [
        { name: 'A', files: [files[0]] },
        { name: 'B', files: [files[1]] },
      ],
    });
    expect(report.findings).toMatchObject([{ severity: 'note', figures: ['A: 1 run', 'B: 1 run'] }]);
    const page = pageOf(report);
    expect(page.sections.map(({ kind }) => kind)).toEqual(['table', 'findings', 'curves', 'facts', 'facts']);
    expect(pageText(page, 100)).toContain('Passed: nothing shows that p99>+50% holds.');
    const lines = pageText(page, 80).split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^Figure +Verdict +A +B +Change +95 % of the change$/));
    const [p99 = '', throughput = ''] = [/^p99 .* to /, /^throughput /].map((start) =>
      lines.find((line) => start.test(line)),
    );
    expect(p99).toMatch(/^p99 +\w+ +[\d.]+ ms +[\d.]+ ms +[+-][\d.]+ % +[+-][\d.]+ % to [+-][\d.]+ %$/);
    expect(throughput).toMatch(/ +[\d.]+ Mbit\/s +[\d.]+ Mbit\/s +0.0 % /);
  });

  it('merges the distributions of repeated runs, and compares between them', async () => {
    const reports = Object.fromEntries(
      [1, 2, 3, 4, 5, 6].map((seed) => [`${seed}.json`, drawnReport({ seed, ...QUICK })]),
    );
    const [a1 = '', a2 = '', a3 = '', b1 = '', b2 = '', b3 = ''] = await filesWith(reports);
    const report = await compare(['--a', a1, '--a', a2, '--a', a3, '--b', b1, '--b', b2, '--b', b3]);
    expect(report.subjects.map(({ latencyUs }) => latencyUs.count)).toEqual([6000, 6000]);
    expect(report.validity.trust).toContain('between repeated runs');
    expect(report.findings).toEqual([]);
  });

  it('compares what has the same name, too', async () => {
    const [tcp, ws] = [drawnReport({ seed: 1, ...QUICK }), drawnReport({ seed: 2, ...QUICK })];
    const two = { ...tcp, subjects: [...tcp.subjects, { ...(ws.subjects[0] as Subject), name: 'ws' }] };
    const other = { ...two, subjects: [...two.subjects.slice(1), { ...(tcp.subjects[0] as Subject), name: 'new' }] };
    const files = await filesWith({ 'a.json': two, 'b.json': other });
    const report = await compare(files);
    const names = report.details.kind === 'compare' ? report.details.rows.map(({ subject }) => subject) : [];
    expect([...new Set(names)]).toEqual(['total', 'ws']);
  });

  it('compares summaries of watching, without time lines', async () => {
    const files = await filesWith({ 'a.json': summary(20_000), 'b.json': summary(30_000) });
    const report = await compare(files);
    const rows = report.details.kind === 'compare' ? report.details.rows : [];
    expect(rows.find(({ figure }) => figure === 'p99')).toMatchObject({
      subject: 'sample',
      interval: expect.anything(),
    });
    expect(rows.find(({ figure }) => figure === 'fps')?.interval).toBeNull();
  });

  it.each([
    ['another kind of run', { kind: 'chaos' as const }, 'one is of load and one of chaos'],
    ['another machine', { provenance: machine({ cores: 64 }) }, 'cores: 8 and 64'],
    ['more memory', { provenance: machine({ cores: 8, memoryMiB: 1e6 }) }, 'memory, MiB'],
    ['more sessions', { total: total({ sessions: { asked: 9, connected: 9, failed: 0 } }) }, 'sessions: 1 and 9'],
    ['a shorter window', { total: total({ durationMs: 15_000 }) }, 'measured for 20s and 15s'],
    ['other frames', { total: total({ bytes: 1e6 }) }, 'mean bytes of a frame: 30000 and 500'],
    ['another rate', { total: total({ nominalFps: 25 }) }, 'announced frames a second: 30 and 25'],
    ['another target', { total: total({ target: 'rtsp://host/x' }) }, 'kinds of targets: streamer and rtsp, streamer'],
    ['an invalid run', { validity: invalid() }, 'b.json is invalid: too busy'],
  ])('refuses %s, and names the difference', async (_name, parts, message) => {
    const base = drawnReport({ seed: 1, ...QUICK }, { provenance: machine({ cores: 8 }) });
    const files = await filesWith({ 'a.json': base, 'b.json': { ...base, ...parts } });
    await expect(compare(files)).rejects.toMatchObject({
      code: 'RUNS_UNLIKE',
      message: expect.stringContaining(message),
    });
    const report = await compare([...files, '--allow-unlike']);
    expect(report.details).toMatchObject({ unlike: [expect.stringContaining(message)] });
    expect(report.findings[0]).toMatchObject({ severity: 'warning' });
    expect(report.validity.valid).toBe(!message.includes('invalid'));
  });

  it('takes smaller frames of cameras as they are, with a warning, and calls them neither better nor worse', async () => {
    const camera = (parts: Partial<Subject>) => ({
      ...drawnReport({ seed: 1, ...QUICK }),
      total: total({ target: 'rtsp://host/x', ...parts }),
      subjects: [],
    });
    const files = await filesWith({ 'a.json': camera({}), 'b.json': camera({ bytes: 1e6, throughputMbps: 0.4 }) });
    const report = await compare(files);
    expect(report.findings[0]).toMatchObject({
      severity: 'warning',
      figures: ['mean bytes of a frame: 30000 and 500'],
    });
    const rows = report.details.kind === 'compare' ? report.details.rows : [];
    expect(rows.find(({ figure }) => figure === 'throughput')?.verdict).toBe('changed');
  });

  it('names the kinds of runs of two kinds, and no more', async () => {
    const search = reportsOfEveryKind().find(({ kind }) => kind === 'capacity');
    const files = await filesWith({ 'a.json': drawnReport({ seed: 1, ...QUICK }), 'b.json': search });
    await expect(compare(files)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^The runs differ in more than their figures: one is of load and one of capacity\. /,
      ),
    });
  });

  it('names every difference', async () => {
    const a = drawnReport({ seed: 1, ...QUICK }, { provenance: machine({ cores: 8 }) });
    const b = { ...a, total: total({ durationMs: 5000 }), provenance: machine({ cores: 2, cpu: 'other' }) };
    const files = await filesWith({ 'a.json': a, 'b.json': b });
    const error = await compare(files).then(
      () => null,
      (thrown: unknown) => thrown as StreamerError,
    );
    for (const part of ['measured for', 'CPU:', 'cores:', '--allow-unlike']) expect(error?.message).toContain(part);
  });

  it.each([
    [[], 'give two files'],
    [['a.json'], 'One file is no comparison'],
    [['a', 'b', 'c'], '3 files are no comparison'],
    [['a', '--a', 'b', '--b', 'c'], 'stands on no side'],
    [['--a', 'b'], '--b is missing'],
    [['--a', 'b', '--a', 'b', '--b', 'c'], 'is given twice'],
    [['a', 'b', '--fail-if', 'x'], '--fail-if cannot be understood'],
  ])('refuses %j', (args, message) => {
    expect(errorOf(() => configOf(args))).toMatchObject({
      code: 'BAD_USAGE',
      message: expect.stringContaining(message),
    });
  });
});

describe('readRun', () => {
  it.each([
    ['no JSON', 'x'],
    ['another JSON', '{"a":1}'],
    ['a cut report', JSON.stringify(drawnReport({ seed: 1, ...QUICK })).slice(0, 900)],
    ['a summary that is none', '{"schema":"frame-streamer/summary/1"}'],
    ['null', 'null'],
    ['nothing', ''],
  ])('refuses %s', async (_name, text) => {
    const [file = ''] = await filesWith({ 'x.json': text });
    await expect(readRun(file)).rejects.toMatchObject({ code: 'BAD_REPORT' });
  });

  it('refuses a comparison, a folder, a pipe, and what is not there', async () => {
    const [a = ''] = await filesWith({ 'x.json': drawnReport({ seed: 1, ...QUICK }) });
    const [comparison = ''] = await filesWith({ 'c.json': await compare([a, a]) });
    const pipe = `${a}.pipe`;
    execFileSync('mkfifo', [pipe]);
    for (const file of [comparison, tmpdir(), pipe, `${a}.no`]) {
      await expect(readRun(file)).rejects.toMatchObject({ code: 'BAD_REPORT' });
    }
  });

  it('takes any damage, or says that the file is broken', { timeout: 30_000 }, async () => {
    const text = JSON.stringify(drawnReport({ seed: 1, framesPerSecond: 10, seconds: 10 }));
    const damage = fc.record({ at: fc.nat(text.length - 1), length: fc.nat(20), by: fc.string({ maxLength: 5 }) });
    const [good = '', file = ''] = await filesWith({ 'good.json': text, 'bad.json': '' });
    const property = fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 2 }), async (damages) => {
      const broken = damages.reduce((all, { at, length, by }) => all.slice(0, at) + by + all.slice(at + length), text);
      await writeFile(file, broken);
      try {
        await compare([good, file, '--allow-unlike']);
      } catch (error) {
        expect(error).toBeInstanceOf(StreamerError);
        expect((error as StreamerError).code).toMatch(/^(BAD_REPORT|RUNS_UNLIKE)$/);
      }
    });
    await fc.assert(property, { numRuns: 40 });
  });
});

async function compare(args: readonly string[]): Promise<RunReport> {
  const { logger } = new LogOfTest();
  const view = { render: () => undefined, say: () => undefined, close: () => undefined };
  const parts = { clock: new SystemClock(), logger, view, stopRequest: new Promise(() => undefined), env: {} };
  return runCompare(configOf(args), { ...parts, commandLine: ['compare', ...args] });
}

/** As the command line has them. */
function configOf(args: readonly string[]) {
  const flags: Record<string, unknown> = {};
  const rest: string[] = [];
  const names: Readonly<Record<string, string>> = { '--a': 'a', '--b': 'b', '--fail-if': 'failIf' };
  for (let at = 0; at < args.length; at += 1) {
    const name = names[args[at] ?? ''];
    if (args[at] === '--allow-unlike') flags['allowUnlike'] = true;
    else if (name === undefined) rest.push(args[at] ?? '');
    else flags[name] = [...((flags[name] as string[] | undefined) ?? []), args[(at += 1)] ?? ''];
  }
  return resolveCompareConfig({ ...flags, ...(rest.length > 0 && { file: rest }) }, {});
}

/** What watching prints with `--json`. */
function summary(latencyUs: number) {
  const histogram = new LatencyHistogram();
  for (let n = 0; n < 1000; n += 1) histogram.record(latencyUs + n * 10);
  return summarize(sampleSnapshot(), new Map([['sample', { latency: histogram.encode(), latencyNegative: null }]]));
}

async function filesWith(contents: Readonly<Record<string, unknown>>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'compare-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const entries = Object.entries(contents);
  for (const [name, content] of entries) {
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return entries.map(([name]) => join(folder, name));
}

function total(parts: Partial<Subject>): Subject {
  return { ...(drawnReport({ seed: 1, ...QUICK }).total as Subject), ...parts };
}

function machine(parts: Partial<RunReport['provenance']['machine']>): RunReport['provenance'] {
  const { provenance } = drawnReport({ seed: 1, framesPerSecond: 1, seconds: 1 });
  return { ...provenance, machine: { ...provenance.machine, ...parts } };
}

function invalid(): RunReport['validity'] {
  return { valid: false, reasons: ['too busy'], checks: [], trust: '' };
}

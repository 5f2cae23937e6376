import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageOf } from '../../client/report/page-of.js';
import { runReportSchema } from '../../client/report/run-report-schema.js';
import type { Subject } from '../../client/report/run-report-schema.js';
import { CameraApi } from '../helpers/camera-api.js';
import type { CameraAccount, CameraPlan } from '../helpers/camera-api.js';
import { runCamerasOfTest } from '../helpers/cameras-run.js';
import type { CamerasRun } from '../helpers/cameras-run.js';
import { requireCamera } from '../helpers/mjpeg-camera.js';
import { ofTest } from '../helpers/of-test.js';

const TOKEN = 'tok-0123456789';
const PASSWORD = 'hunter2hunter2';

/** Each has an end, so that what it sent before it was left can be compared to the frame. */
const WORKING: readonly CameraPlan[] = [
  { name: 'steady', fps: 50, total: 75 },
  { name: 'large', fps: 20, size: 150_000, total: 30 },
  { name: 'fast', fps: 400, size: 500, total: 600 },
  { name: 'quoted', fps: 50, boundary: '--=_x y', declared: 'quoted', total: 50 },
  { name: 'dashes', fps: 50, boundary: 'odd', declared: 'dashes', total: 50 },
  { name: 'no lengths', fps: 50, length: false, total: 50 },
  { name: 'junk', fps: 50, junk: true, total: 50 },
  { name: 'keepalive', fps: 50, keepalive: 3, total: 50 },
  { name: 'no pictures', fps: 50, broken: 5, total: 50 },
  { name: 'trickle', trickle: 4000, size: 1000, total: 5 },
  { name: 'breaks', fps: 50, after: 20, total: 50 },
  { name: 'breaks within', fps: 50, after: 10, length: false, total: 25 },
  { name: 'denies', fps: 50, deny: 2, total: 20 },
  { name: 'locked', fps: 50, auth: `admin:${PASSWORD}`, user: `admin:${PASSWORD}`, total: 20 },
];
const FAILING: readonly CameraPlan[] = [
  { name: 'refused', refuse: true },
  { name: 'error', status: 500 },
  { name: 'gone', status: 404 },
  { name: 'mute', mute: 'head' },
  { name: 'mute body', mute: 'body' },
  { name: 'no credentials', auth: 'a:b' },
];
const LEFT: readonly CameraPlan[] = [
  { name: 'file', entry: { fr_url: 'file:///etc/passwd' } },
  { name: 'inactive', entry: { status: 0 } },
];

describe.skipIf(!requireCamera())('streamer-client cameras', { timeout: 60_000 }, () => {
  let api: CameraApi;
  let run: CamerasRun;
  let accounts: ReadonlyMap<string, CameraAccount>;

  beforeAll(async () => {
    api = await CameraApi.start([...WORKING, ...FAILING, ...LEFT], { token: TOKEN, pages: 5, style: 'link' });
    const flags = { apiUrl: api.url, token: TOKEN, filter: ['status=1'], duration: '60' };
    const commandLine = ['cameras', '--api-url', api.url, '--token', TOKEN, '--filter', 'status=1'];
    run = await runCamerasOfTest(flags, { api, commandLine });
    accounts = await api.accounts();
  }, 60_000);
  afterAll(() => api.stop());

  function camera(name: string): Subject {
    return run.report.subjects.find((subject) => subject.name === name)!;
  }

  it('counts every frame that a camera sent, and no other', () => {
    const counted = run.report.subjects.map(({ name, frames }) => [name, frames.received]);
    expect(counted).toEqual(
      [...WORKING, ...FAILING].map(({ name, total = 0 }) => [name, accounts.get(name)?.frames ?? total]),
    );
    expect(WORKING.map(({ name, total }) => [name, total])).toEqual(
      WORKING.map(({ name }) => [name, accounts.get(name)?.frames]),
    );
    const sum = WORKING.reduce((frames, { total = 0 }) => frames + total, 0);
    expect(run.report.total?.frames).toMatchObject({ received: sum, corrupt: 10, lost: 0 });
    expect(camera('no pictures').frames.corrupt).toBe(10);
  });

  it('counts the bytes of the parts', () => {
    expect(camera('large').bytes).toBeGreaterThanOrEqual(30 * 150_000);
    expect(camera('large').bytes).toBeLessThan(30 * 150_100);
  });

  it('reconnects where a camera breaks, as often as that says', () => {
    const names = ['steady', 'breaks', 'breaks within'];
    expect(names.map((name) => camera(name).reconnects)).toEqual([0, 2, 2]);
    expect(names.map((name) => accounts.get(name)!.connections - 1)).toEqual([0, 2, 2]);
    expect(accounts.get('denies')?.connections).toBe(3);
    expect(camera('denies')).toMatchObject({ reconnects: 0, errors: [{ count: 2 }] });
    expect(accounts.get('error')?.connections).toBe(camera('error').errors[0]?.count);
  });

  it('keeps the error of each camera that failed', () => {
    expect(FAILING.map(({ name }) => [camera(name).state, camera(name).errors[0]?.code])).toEqual([
      ['connecting', 'SOURCE_UNREACHABLE'],
      ['connecting', 'SOURCE_BAD_ANSWER'],
      ['connecting', 'SOURCE_BAD_ANSWER'],
      ['connecting', undefined],
      ['connected', undefined],
      ['failed', 'SOURCE_DENIED'],
    ]);
  });

  it('says what the list was', () => {
    expect(run.report.details).toMatchObject({
      kind: 'cameras',
      ...{ listed: 22, selected: 21, opened: 20, leftCount: 1 },
      left: [{ name: 'file', why: 'addresses that begin with file: are not opened' }],
    });
  });

  it('finds what is wrong, and names the figures', () => {
    const sentences = run.report.findings.map(({ severity, sentence }) => `${severity}: ${sentence}`);
    for (const expected of [
      /^problem: 1 camera never delivered a frame \(SOURCE_BAD_ANSWER\): the answer is no stream/,
      /^problem: 1 camera never delivered a frame \(SOURCE_BAD_ANSWER\): the camera, or the server before it,/,
      /^problem: 1 camera never delivered a frame \(SOURCE_UNREACHABLE\)/,
      /^problem: 1 camera never delivered a frame \(SOURCE_DENIED\)/,
      /^warning: 2 cameras had neither a frame nor an error yet when the run ended/,
      /: .*breaks/,
      /^warning: no pictures sent frames that are no JPEG/,
      /^warning: 1 camera of the list cannot be opened/,
      /^note: The cameras sent .* Mbit\/s in the mean, which is/,
      /^note: Reading one camera costs|^warning: This machine is busier/,
      /^note: One camera takes at most|^warning: The memory/,
    ]) {
      expect(sentences.filter((sentence) => expected.test(sentence))).not.toEqual([]);
    }
    expect(run.report.findings.filter(({ figures }) => figures.length === 0)).toEqual([]);
  });

  it('makes a report of its schema that can be shown', () => {
    expect(runReportSchema.parse(run.report)).toEqual(run.report);
    const { valid } = run.report.validity;
    expect(run.report.verdict.level).toBe(valid ? 'done' : 'invalid');
    if (valid)
      expect(run.report.verdict.sentence).toMatch(/^Ended after .* of 1m 00s: 14 of 20 cameras delivered 1,125 frames/);
    expect(run.report.provenance.interrupted).toBe(true);
    const sections = pageOf(run.report).sections.map(({ id }) => id);
    expect(sections).toEqual(expect.arrayContaining(['findings', 'subjects', 'errors', 'list', 'left', 'outages']));
  });

  it('shows every camera while it runs', () => {
    const last = run.pages.at(-1)!;
    const rows = new Map(last.table!.rows.map(([name, ...cells]) => [name, cells]));
    expect(rows.size).toBe(20);
    expect(rows.get('steady')).toEqual(['connected', expect.anything(), expect.anything(), '75', '0', '']);
    expect(rows.get('breaks')?.slice(0, 5)).toEqual(['connected', expect.anything(), expect.anything(), '50', '2']);
    expect(rows.get('no credentials')?.[0]).toBe('failed');
    expect(last.figures.map(({ label, value }) => [label, value])).toEqual(
      expect.arrayContaining([
        ['connected', '15/20'],
        ['failed', '1'],
        ['reconnects', '4'],
      ]),
    );
  });

  it('writes in the log what happened to each', () => {
    expect(run.log.messages('info')).toEqual(expect.arrayContaining(['steady is connected']));
    expect(run.log.messages('error').join()).toMatch(/^no credentials was given up: .*SOURCE_DENIED/);
    expect(run.log.messages('warn').join()).toMatch(/refused cannot be connected to.*SOURCE_UNREACHABLE/);
  });

  it('keeps tokens and passwords to itself', () => {
    const everything = JSON.stringify([run.report, run.pages, run.log.lines]);
    expect(everything).not.toContain(TOKEN);
    expect(everything).not.toContain(PASSWORD);
    expect(camera('locked').target).toContain('admin:***@');
  });

  it('fails where no camera delivers, and ends early where none is left', async () => {
    const other = await ofTest(
      CameraApi.start([
        { name: 'a', status: 500 },
        { name: 'b', refuse: true },
      ]),
    );
    const { report } = await runCamerasOfTest({ apiUrl: other.url, reconnect: false, duration: '600' });
    expect(report.verdict).toMatchObject({
      level: 'fail',
      sentence: expect.stringMatching(/^Not one of 2 cameras/) as string,
    });
    expect(report.provenance.interrupted).toBe(false);
    expect(report.subjects.map(({ state }) => state)).toEqual(['failed', 'failed']);
  });

  it('does not blame cameras for a run that the user ended before it came to them', async () => {
    const other = await ofTest(CameraApi.start(['a', 'b', 'c'].map((name) => ({ name, fps: 50 }))));
    const { report } = await runCamerasOfTest(
      { apiUrl: other.url, ramp: '600', duration: '1200' },
      { isEnough: (page) => Number(page.table?.rows[0]?.[4] ?? 0) > 10 },
    );
    expect(report.details).toMatchObject({ opened: 1 });
    const sentences = report.findings.map(({ severity, sentence }) => `${severity}: ${sentence}`);
    expect(sentences).toContain(
      'note: 2 cameras were not tried yet: the ramp had not reached them when the run ended.',
    );
    expect(sentences.filter((sentence) => sentence.startsWith('problem'))).toEqual([]);
    if (report.validity.valid) expect(report.verdict.sentence).toMatch(/: 1 of 1 camera delivered /);
  });

  it('has no failure to report where the user ended it before the first frame', async () => {
    const other = await ofTest(CameraApi.start([{ name: 'a', mute: 'head' }]));
    const { report } = await runCamerasOfTest(
      { apiUrl: other.url, duration: '600' },
      { isEnough: (page) => page.table !== null },
    );
    expect(report.verdict).toEqual({
      level: 'done',
      sentence: expect.stringMatching(/^Ended after \d+s before the first frame came\.$/) as string,
    });
  });

  it('has no report where the user ended it before there was a list', async () => {
    const other = await ofTest(CameraApi.start([{ name: 'a', fps: 50 }]));
    const stopped = runCamerasOfTest({ apiUrl: other.url, duration: '600' }, { isEnough: () => true });
    await expect(stopped).rejects.toThrow('before anything was measured');
  });

  it('opens as many cameras of a file as it is told, over several threads, with headers for them', async () => {
    const header = ['X-Key', 'abc'] as const;
    const cameras = ['a', 'b', 'c', 'd'].map((name) => ({ name, fps: 50, total: 10, header }));
    const other = await ofTest(CameraApi.start(cameras));
    const folder = await mkdtemp(join(tmpdir(), 'cameras-'));
    const file = join(folder, 'list.csv');
    const lines = cameras.map(({ name }) => `${name},${other.at(`/stream/${name}`)}`);
    await writeFile(file, ['name,url', ...lines].join('\n'));
    const { report } = await runCamerasOfTest({
      ...{ file, maxStreams: '2', spread: '2', duration: '2' },
      cameraHeader: ['X-Key: abc'],
    });
    await rm(folder, { recursive: true });
    expect(report.subjects.map(({ name, frames }) => [name, frames.received])).toEqual([
      ['a', 10],
      ['b', 10],
    ]);
    expect(report.findings.map(({ sentence }) => sentence)).toContain(
      '2 cameras of the list were not opened; raise --max-streams to have them in.',
    );
    expect(report.generator?.threads.map(({ name }) => name)).toEqual(['main', 'load-1', 'load-2']);
  });
});

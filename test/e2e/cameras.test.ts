import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runReportSchema } from '../../client/report/run-report-schema.js';
import type { RunReport } from '../../client/report/run-report-schema.js';
import { CameraApi } from '../helpers/camera-api.js';
import { ClientProcess } from '../helpers/client-process.js';
import { requireCamera } from '../helpers/mjpeg-camera.js';
import { ofTest } from '../helpers/of-test.js';
import { startServer } from '../helpers/server-of-test.js';

const TOKEN = 'tok-0123456789';
const PASSWORD = 'hunter2hunter2';

/** On a machine that is busy with something else a run may well be invalid. */
function exitCodeOf({ validity, verdict }: RunReport): number {
  expect(verdict.level).toBe(validity.valid ? 'done' : 'invalid');
  return validity.valid ? 0 : 3;
}

describe.skipIf(!requireCamera())('streamer-client cameras', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cameras-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('writes its report and its log after Ctrl+C, with every frame that was sent', async () => {
    const camera = { fps: 50, total: 40 };
    const locked = { name: 'locked', auth: `admin:${PASSWORD}`, user: `admin:${PASSWORD}`, ...camera };
    const api = await ofTest(
      CameraApi.start([{ name: 'door', ...camera }, { name: 'yard', after: 15, ...camera }, locked], { token: TOKEN }),
    );
    const output = await mkdtemp(join(folder, 'ctrl-c-'));
    const html = join(output, 'page.html');
    const args = ['cameras', '--api-url', api.url, '--output', output, '--report', html];
    const client = ClientProcess.run([...args, '--plain'], { STREAMER_CAMERA_API_TOKEN: TOKEN });
    await api.untilDone();
    const lines = client.stdout.split('\n').length;
    await client.until(({ stdout }) => stdout.split('\n').length >= lines + 2);
    client.kill('SIGINT');
    const { code } = await client.exit;
    const accounts = await api.accounts();
    const files = (await readdir(output)).sort();
    expect(files).toEqual([
      expect.stringMatching(/^camera_stream_load_test_report_\d{8}_\d{6}\.json$/),
      expect.stringMatching(/^camera_stream_load_test_report_\d{8}_\d{6}\.log$/),
      'page.html',
    ]);
    const [json = '', log = '', page = ''] = await Promise.all(
      files.map((file) => readFile(join(output, file), 'utf8')),
    );
    const report = runReportSchema.parse(JSON.parse(json));
    expect([code, report.provenance.interrupted]).toEqual([exitCodeOf(report), true]);
    expect(report.subjects.map(({ name, frames, reconnects }) => [name, frames.received, reconnects])).toEqual([
      ['door', 40, 0],
      ['yard', 40, accounts.get('yard')!.connections - 1],
      ['locked', 40, 0],
    ]);
    expect(report.total?.frames.received).toBe([...accounts.values()].reduce((sum, { frames }) => sum + frames, 0));
    expect(log).toMatch(/INFO: opening 3 of 3 cameras/);
    expect(log).toMatch(/door is connected/);
    expect(client.stdout).toMatch(/^cameras delivered +3 of 3\b/m);
    for (const text of [json, log, page, client.stdout, client.stderr]) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(PASSWORD);
    }
  });

  it('opens streams of our own server over each of its roads, and prints JSON alone', async () => {
    const server = await startServer(['cam=test:testsrc?size=160x120&fps=20']);
    const list = join(folder, 'roads.txt');
    const lines = [
      `tcp=streamer://127.0.0.1:${server.port}/cam`,
      `ws=ws://127.0.0.1:${server.httpPort}/ws/cam`,
      `mjpeg=http://127.0.0.1:${server.httpPort}/streams/cam.mjpg`,
    ];
    await writeFile(list, lines.join('\n'));
    const report = join(folder, 'roads.json');
    const client = ClientProcess.run(['cameras', '--file', list, '--duration', '2', '--json', '--output', report]);
    const { code } = await client.exit;
    const printed = runReportSchema.parse(JSON.parse(client.stdout));
    expect(code).toBe(exitCodeOf(printed));
    expect(printed.subjects.map(({ name, state }) => [name, state])).toEqual([
      ['tcp', 'connected'],
      ['ws', 'connected'],
      ['mjpeg', 'connected'],
    ]);
    for (const { frames } of printed.subjects) expect(frames.received).toBeGreaterThan(20);
    expect(JSON.parse(await readFile(report, 'utf8'))).toEqual(printed);
  });

  it('exits with 1 where there is no list or no camera, and with 2 for wrong usage', async () => {
    const api = await ofTest(CameraApi.start([{ name: 'a', status: 500 }], { token: TOKEN }));
    const refused = ClientProcess.run(['cameras', '--api-url', api.url, '--no-output']);
    const dead = ClientProcess.run([
      'cameras',
      '--api-url',
      api.url,
      '--token',
      TOKEN,
      '--no-reconnect',
      '--no-output',
      '--plain',
    ]);
    const wrong = ClientProcess.run(['cameras']);
    const place = ClientProcess.run(['cameras', '--file', 'x', '--output', join(folder, 'none', 'x.json')]);
    const exits = await Promise.all([refused, dead, wrong, place].map(({ exit }) => exit));
    expect(exits.map(({ code }) => code)).toEqual([1, 1, 2, 1]);
    expect(refused.stderr).toMatch(/it wants credentials; give --token, .*\(SOURCE_DENIED\)\n$/);
    expect(dead.stdout).toContain('Not one of 1 camera delivered a frame');
    expect(wrong.stderr).toBe(
      'streamer-client cameras: Give --api-url or --file, which say where the list of cameras is. (BAD_USAGE)\n',
    );
    expect(place.stderr).toContain('FILE_WRITE_FAILED');
    expect((await readdir('.')).filter((file) => file.startsWith('camera_stream_load_test_report'))).toEqual([]);
  });
});

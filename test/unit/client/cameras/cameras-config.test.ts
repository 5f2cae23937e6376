import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resolveCamerasConfig } from '../../../../client/cameras/cameras-config.js';
import { parseClientCommand } from '../../../../client/cli.js';
import { errorOf } from '../../../helpers/error-of.js';

const NOW = new Date(2026, 0, 2, 3, 4, 5);
const API = { apiUrl: 'https://vms.example/api/cameras' };

function resolve(flags: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string>> = {}) {
  return resolveCamerasConfig(flags, env, NOW);
}

describe('the configuration of cameras', () => {
  it('has the defaults of the tool that it replaces', () => {
    expect(resolve(API)).toEqual({
      list: {
        source: { kind: 'api', url: API.apiUrl },
        ...{ listPath: null, urlField: null, nameField: null, filters: [], pageParam: null, pageSize: null },
        headers: { accept: 'application/json' },
      },
      ...{ maxStreams: 50, pick: 'first', seed: 1, durationMs: 300_000, rampMs: 0, reconnect: true, spread: null },
      headers: {},
      output: {
        ...{ json: false, plain: false, logLevel: 'info' },
        reportFiles: ['camera_stream_load_test_report_20260102_030405.json'],
        logFile: 'camera_stream_load_test_report_20260102_030405.log',
      },
    });
  });

  it('takes a file or a folder for its report, or none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cameras-config-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(resolve({ ...API, output: folder, report: ['a.html'] }).output).toMatchObject({
      reportFiles: [join(folder, 'camera_stream_load_test_report_20260102_030405.json'), 'a.html'],
      logFile: join(folder, 'camera_stream_load_test_report_20260102_030405.log'),
    });
    expect(resolve({ ...API, output: 'x/Result.JSON' }).output).toMatchObject({
      reportFiles: ['x/Result.JSON'],
      logFile: 'x/Result.log',
    });
    expect(resolve({ ...API, output: false }).output).toMatchObject({ reportFiles: [], logFile: null });
    expect(errorOf(() => resolve({ ...API, output: 'x/result.txt' })).message).toBe(
      '--output must be a folder that exists, or a file that ends in .json.',
    );
  });

  it('reads --no-output from the command line', () => {
    const argv = ['cameras', '--api-url', API.apiUrl, '--no-output', '--duration', '1.5'];
    expect(parseClientCommand(argv, {})).toMatchObject({ kind: 'run', output: { reportFiles: [], logFile: null } });
    expect(parseClientCommand([...argv.slice(0, 3), '--output', 'a.json'], {})).toMatchObject({
      output: { reportFiles: ['a.json'], logFile: 'a.log' },
    });
  });

  it('refuses --output beside --no-output, whichever comes first', () => {
    const start = ['cameras', '--api-url', API.apiUrl];
    const text = 'streamer-client cameras: Give --output or --no-output, not both. (BAD_USAGE)\n';
    for (const flags of [
      ['--no-output', '--output', 'a.json'],
      ['--output', 'a.json', '--no-output'],
    ]) {
      expect(parseClientCommand([...start, ...flags], {})).toMatchObject({ kind: 'exit', exitCode: 2, text });
    }
    expect(parseClientCommand([...start, '--no-output', '--no-output'], {})).toMatchObject({ kind: 'run' });
  });

  it('has a help that fits a terminal of 80 columns', () => {
    const help = parseClientCommand(['cameras', '--help'], {});
    if (help.kind !== 'exit') throw new Error('it would run');
    expect(help.text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('sends a token as Bearer, from the flag before the environment', () => {
    const env = { STREAMER_CAMERA_API_TOKEN: 'one' };
    expect(resolve(API, env).list.headers).toMatchObject({ authorization: 'Bearer one' });
    expect(resolve({ ...API, token: 'two' }, env).list.headers).toMatchObject({ authorization: 'Bearer two' });
    expect(resolve({ file: 'x' }, env).list.headers).not.toHaveProperty('authorization');
  });

  it('takes headers for the API and for the cameras, each for itself', () => {
    const config = resolve({ ...API, header: ['X-Key: a:b ', 'x-key:c'], cameraHeader: ['Cookie: x=1'] });
    expect(config.list.headers).toEqual({ accept: 'application/json', 'x-key': 'c' });
    expect(config.headers).toEqual({ cookie: 'x=1' });
  });

  it.each<[Readonly<Record<string, unknown>>, string]>([
    [{}, 'Give --api-url or --file, which say where the list of cameras is.'],
    [{ ...API, file: 'x' }, 'Give --api-url or --file, not both.'],
    [{ file: 'x', token: 't' }, '--header, --token and --page-param are for an API; give --api-url.'],
    [{ ...API, pageSize: '5' }, '--page-size needs --page-param.'],
    [{ ...API, token: 't', header: ['Authorization: x'] }, 'Give --token or an Authorization header, not both.'],
    [
      { apiUrl: 'http://u:hunter2@h/', token: 't' },
      'Give a user in --api-url, or --token or an Authorization header, not both.',
    ],
    [{ apiUrl: 'file:///etc/passwd' }, '--api-url must be an address that begins with http:// or https://'],
    [{ apiUrl: 'http://u:hunter2@h:x/' }, '--api-url must be an address that begins with http:// or https://'],
    [{ ...API, header: ['no colon s3cret'] }, "--header must be header lines such as 'Name: value'."],
    [{ ...API, header: ['X: a\r\nY: b'] }, "--header must be header lines such as 'Name: value'."],
    [{ ...API, filter: ['status'] }, '--filter must be a field and a value such as status=1 or kind!=test'],
    [{ ...API, listPath: 'a..b' }, '--list-path must be names of fields with dots between them'],
    [{ ...API, maxStreams: '0' }, '--max-streams must be a whole number from 1 to 4096'],
    [{ ...API, duration: '0' }, '--duration must be a number of seconds above 0'],
    [{ ...API, pick: 'last' }, '--pick must be one of first, random'],
  ])('refuses %j', (flags, message) => {
    const error = errorOf(() => resolve(flags));
    expect(error.code).toBe('BAD_USAGE');
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/hunter2|s3cret/);
  });
});

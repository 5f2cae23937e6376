import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-command.js';
import { SERVER_BINARY } from '../helpers/server-process.js';
import { until } from '../helpers/until.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generate-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const SMALL = ['--size', '240x136', '--duration', '0.5'];

describe('streamer-server generate', () => {
  it('makes a video, which the server takes, and does not replace it unasked', async () => {
    const path = join(folder, 'text.mp4');
    const args = ['generate', '--pattern', 'text', ...SMALL, '--out', path];
    const first = await runNode(SERVER_BINARY, args);
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.stdout).toMatch(/text\.mp4: h264 240x136, 30\.0 fps, 15 frames, [\d.]+ kB\n$/);
    const check = await runNode(SERVER_BINARY, ['--check', `file:${path}`]);
    expect(check).toMatchObject({ exitCode: 0 });

    const { mtimeMs } = await stat(path);
    const second = await runNode(SERVER_BINARY, args);
    expect(second.exitCode).toBe(2);
    expect(second.stderr).toMatch(/text\.mp4" exists; --force replaces it\. \(FILE_EXISTS\)\n$/);
    expect((await stat(path)).mtimeMs).toBe(mtimeMs);
    expect(await runNode(SERVER_BINARY, [...args, '--force'])).toMatchObject({ exitCode: 0 });
  });

  it('makes every pattern', async () => {
    const out = await mkdtemp(join(folder, 'all-'));
    const result = await runNode(SERVER_BINARY, ['generate', '--all', ...SMALL, '--out', out]);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readdir(out)).toEqual(
      ['bars', 'counter', 'gradient', 'natural', 'noise', 'shapes', 'text'].map((name) => `${name}.mp4`),
    );
  });

  it('needs a folder that exists', async () => {
    const result = await runNode(SERVER_BINARY, ['generate', '--out', join(folder, 'absent', 'a.mp4')]);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain('make it first. (FILE_WRITE_FAILED)');
  });

  it('leaves nothing behind when Ctrl+C stops it', async () => {
    const out = await mkdtemp(join(folder, 'stopped-'));
    const args = ['generate', '--pattern', 'noise', '--duration', '600', '--out', join(out, 'long.mp4')];
    const child = spawn(process.execPath, [SERVER_BINARY, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = once(child, 'close');
    await until(async () => (await readdir(out)).length > 0);
    child.kill('SIGINT');
    expect(await ended).toEqual([1, null]);
    expect(stderr).toMatch(/^Stopped: .*long\.mp4 was not made\.\n$/);
    expect(await readdir(out)).toEqual([]);
  });
});

import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasCommand, requirePart } from '../helpers/real-parts.js';
import { runCommand } from '../helpers/run-command.js';
import { ServerProcess } from '../helpers/server-process.js';

const python = requirePart('python3', hasCommand('python3'), 'install Python 3.9 or newer');
const script = (name: string) => fileURLToPath(new URL(`python/${name}`, import.meta.url));

describe.skipIf(!python)('clients written in Python from the specification', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start([
      '--classic-port',
      '0',
      '--token',
      's3cret',
      'test:testsrc?size=320x240&fps=30',
    ]);
  });
  afterAll(async () => {
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it('gets every frame, whole and in order, over the protocol', async () => {
    const args = [script('frame_client.py'), '--port', String(server.port), '--frames', '60', '--token', 's3cret'];
    const { exitCode, stdout, stderr } = await runCommand('python3', args);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const figures = JSON.parse(stdout) as Record<string, number> & { latencyMs: { min: number } };
    expect(figures).toMatchObject({ frames: 60, lost: 0, jpegOk: true });
    const spanned = figures['lastSequence']! - figures['firstSequence']! + 1;
    expect(figures['frames']! + figures['skipped']!).toBe(spanned);
    expect(figures.latencyMs.min).toBeGreaterThan(-figures['errorMs']!);
  });

  it('is told when its token is wrong', async () => {
    const args = [script('frame_client.py'), '--port', String(server.port), '--frames', '1', '--token', 'wrong'];
    const { exitCode, stdout } = await runCommand('python3', args);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'BAD_TOKEN' } });
  });

  it('gets frames over the classic wire', async () => {
    const args = [script('classic_client.py'), '127.0.0.1', String(server.classicPort), '30'];
    const { exitCode, stdout } = await runCommand('python3', args);
    expect(exitCode).toBe(0);
    const frames = JSON.parse(stdout) as unknown[];
    expect(frames).toHaveLength(30);
  });
});

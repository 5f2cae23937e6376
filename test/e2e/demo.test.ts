import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { CAN_LIST_CHILDREN, childrenOf, isAlive } from '../helpers/child-processes.js';
import { runNode } from '../helpers/run-command.js';
import { until } from '../helpers/until.js';

const DEMO = fileURLToPath(new URL('../../dist/client/demo/main.js', import.meta.url));

it('plays the sample for ten seconds and sums up, where there is no terminal', async () => {
  const { exitCode, stdout, stderr } = await runNode(DEMO, []);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^Web interface, while this runs: http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(lines.filter((line) => /^\d+s {2}sample .* fps /.test(line)).length).toBeGreaterThanOrEqual(8);
  expect(stdout).toMatch(/^127\.0\.0\.1:\d+: 1\ds, 1 stream, no outage$/m);
  expect(stdout).toMatch(/^stream sample \(1280x720, 30\.0 fps\)$/m);
  const [, received, lost] = /^ {2}frames +(\d+) received, (\d+) lost/m.exec(stdout) ?? [];
  expect(Number(received)).toBeGreaterThan(0);
  expect(Number(lost)).toBe(0);
  expect(stdout).not.toContain('\u001b');
});

it('says why in one line when there is nothing to play with', async () => {
  const result = await runNode(DEMO, [], { env: { FFMPEG_PATH: '/no/such/ffmpeg' } });
  expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  expect(result.stderr).toMatch(/^streamer-server: [^\n]+ \(FFMPEG_NOT_FOUND\)\n$/);
});

it.runIf(CAN_LIST_CHILDREN)('sums up and leaves nothing running when it is ended', async () => {
  const demo = spawn(process.execPath, [DEMO], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(demo, 'close');
  const family: number[] = [demo.pid!];
  onTestFinished(() => {
    for (const pid of family) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  let stdout = '';
  demo.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  // The server, its FFmpeg and the client.
  await until(() => {
    const children = childrenOf(demo.pid!);
    return children.length === 2 && children.some((child) => childrenOf(child).length > 0);
  });
  family.push(...childrenOf(demo.pid!).flatMap((child) => [child, ...childrenOf(child)]));
  await until(() => stdout.includes('latency p50'));
  demo.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(stdout).toMatch(/^ {2}frames +\d+ received, 0 lost/m);
  expect(family.filter(isAlive)).toEqual([]);
});

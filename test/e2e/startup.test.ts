import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAN_LIST_CHILDREN, childrenOf, isAlive } from '../helpers/child-processes.js';
import { ServerProcess } from '../helpers/server-process.js';
import { until } from '../helpers/until.js';

describe.skipIf(!CAN_LIST_CHILDREN)('a server that is still looking at its sources', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'startup-test-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('stops at once when it is asked to, and its ffprobe with it', async () => {
    const ffprobe = join(folder, 'hanging-ffprobe');
    await writeFile(ffprobe, '#!/bin/sh\nexec sleep 1000\n');
    await chmod(ffprobe, 0o755);
    const server = ServerProcess.spawn([], { FFPROBE_PATH: ffprobe });
    await until(() => childrenOf(server.pid).some((pid) => programOf(pid) === 'sleep'));
    const child = childrenOf(server.pid).find((pid) => programOf(pid) === 'sleep');
    server.kill('SIGTERM');
    expect(await server.exit).toEqual({ code: 0, signal: null });
    await until(() => !isAlive(child!));
    expect(server.stderr).toBe('');
  });
});

function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

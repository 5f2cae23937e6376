import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findMediamtx } from '../../../../server/rtsp/mediamtx-binary.js';

describe('findMediamtx', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mediamtx-binary-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const there = join(folder, 'mediamtx');
  const named = join(folder, 'other');
  for (const path of [there, named]) writeFileSync(path, '', { mode: 0o755 });
  const plain = join(folder, 'plain');
  writeFileSync(plain, '', { mode: 0o644 });

  it('takes what MEDIAMTX_PATH names, else what is on PATH', async () => {
    expect(await findMediamtx({ MEDIAMTX_PATH: named, PATH: folder })).toBe(named);
    expect(await findMediamtx({ MEDIAMTX_PATH: '', PATH: ['/nowhere', folder].join(delimiter) })).toBe(there);
  });

  it.each([join(folder, 'absent'), plain, folder])('refuses %s instead of looking elsewhere', async (path) => {
    await expect(findMediamtx({ MEDIAMTX_PATH: path, PATH: folder })).rejects.toMatchObject({
      code: 'MEDIAMTX_NOT_FOUND',
      message: expect.stringMatching(/^MEDIAMTX_PATH is ".*", which is no executable file/),
    });
  });

  it('says where to get it', async () => {
    await expect(findMediamtx({ PATH: '/nowhere' })).rejects.toMatchObject({
      code: 'MEDIAMTX_NOT_FOUND',
      exitCode: 2,
      message: expect.stringContaining('https://github.com/bluenviron/mediamtx/releases'),
    });
  });
});

import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeDisk } from '../../../../server/recording/disk.js';
import { deleteOldSegments } from '../../../../server/recording/old-segments.js';
import type { KeepRequest } from '../../../../server/recording/old-segments.js';

const NOW_SECONDS = Date.UTC(2026, 10, 21, 12) / 1000;
const NAMES = ['cam1_20261121T090000.000Z', 'cam1_20261121T100000.000Z', 'cam1_20261121T110000.000Z'] as const;
const VIDEOS = NAMES.map((name) => `${name}.mkv`);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keep-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('deleteOldSegments', () => {
  it('deletes what ended too long ago, with the sidecar', async () => {
    await threeSegments();
    expect(await keep({ keepSeconds: 5_000 })).toEqual([VIDEOS[0], VIDEOS[1]]);
    expect(await left()).toEqual([`${NAMES[2]}.jsonl`, VIDEOS[2]]);
  });

  it('keeps what is exactly as old as it may be', async () => {
    await threeSegments();
    expect(await keep({ keepSeconds: 3 * 3600 })).toEqual([]);
  });

  it('deletes the oldest until all together are small enough, sidecars counted', async () => {
    await threeSegments();
    expect(await keep({ keepBytes: 2_200 })).toEqual([VIDEOS[0]]);
    expect(await keep({ keepBytes: 2_199 })).toEqual([VIDEOS[1]]);
    expect(await left()).toEqual([`${NAMES[2]}.jsonl`, VIDEOS[2]]);
  });

  it('deletes all that is complete rather than keep too much, but never the present file', async () => {
    await threeSegments();
    expect(await keep({ keepBytes: 1, keepSeconds: 1, presentFile: VIDEOS[1]! })).toEqual([VIDEOS[0], VIDEOS[2]]);
    expect(await left()).toEqual([`${NAMES[1]}.jsonl`, VIDEOS[1]]);
  });

  it('deletes both kinds of video, and one that has no sidecar', async () => {
    await file('cam1_20261121T090000.000Z.mp4', 100);
    expect(await keep({ keepBytes: 50 })).toEqual(['cam1_20261121T090000.000Z.mp4']);
    expect(await left()).toEqual([]);
  });

  it('goes by the time in the name, then the number, not by the alphabet', async () => {
    const names = ['cam1_20261121T090000.000Z', 'cam1_20261121T090000.000Z-2', 'cam1_20261121T090000.000Z-10'];
    for (const name of names) await file(`${name}.mkv`, 100);
    expect(await keep({ keepBytes: 100 })).toEqual(names.slice(0, 2).map((name) => `${name}.mkv`));
  });

  it('touches nothing that is not its own', async () => {
    const others = [
      'cam2_20261121T090000.000Z.mkv',
      'cam1_holiday.mkv',
      'cam1_20261121T090000.000Z.mkv.bak',
      'cam1_20261121T080000.000Z.jsonl',
      'cam1_2_20261121T090000.000Z.mkv',
      'notes.txt',
    ];
    for (const name of others) await file(name, 500);
    await mkdir(join(directory, 'cam1_20260101T000000.000Z.mkv'));
    await symlink(join(directory, 'notes.txt'), join(directory, 'cam1_20260102T000000.000Z.mkv'));
    expect(await keep({ keepBytes: 1, keepSeconds: 1 })).toEqual([]);
    expect((await left()).length).toBe(others.length + 2);
  });

  it('keeps everything where nothing else is asked', async () => {
    await threeSegments();
    expect(await keep({})).toEqual([]);
  });

  it('rejects where the directory is gone', async () => {
    await expect(keep({ directory: join(directory, 'gone'), keepBytes: 1 })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

function keep(request: Partial<KeepRequest>): Promise<readonly string[]> {
  const all = { directory, keepSeconds: null, keepBytes: null, stream: 'cam1', presentFile: null };
  return deleteOldSegments(nodeDisk, { ...all, nowUs: NOW_SECONDS * 1_000_000, ...request });
}

/** Of 1,000 bytes and a sidecar of 100, which ended three hours, two hours and one hour ago. */
async function threeSegments(): Promise<void> {
  for (const [index, name] of NAMES.entries()) {
    await file(`${name}.mkv`, 1000, NOW_SECONDS - (3 - index) * 3600);
    await file(`${name}.jsonl`, 100, NOW_SECONDS - (3 - index) * 3600);
  }
}

async function file(name: string, lengthBytes: number, modifiedSeconds = NOW_SECONDS - 86_400): Promise<void> {
  const path = join(directory, name);
  await writeFile(path, Buffer.alloc(lengthBytes));
  await utimes(path, modifiedSeconds, modifiedSeconds);
}

async function left(): Promise<string[]> {
  return (await readdir(directory)).sort();
}

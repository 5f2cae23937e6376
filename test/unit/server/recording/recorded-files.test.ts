import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeDisk } from '../../../../server/recording/disk.js';
import { listRecordedFiles, openRecordedFile } from '../../../../server/recording/recorded-files.js';

let folder: string;
const file = (name: string) => join(folder, name);
const EARLY = 'cam_20261121T031500.123Z.mkv';
const LATE = 'cam_20261121T031600.000Z.mp4';
const LATEST = 'cam_20261121T031600.000Z-2.mkv';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recorded-files-'));
  await writeFile(file(EARLY), 'early');
  await writeFile(file(LATE), 'late');
  await writeFile(file(LATEST), '');
  await writeFile(file('cam_20261121T031500.123Z.jsonl'), 'sidecar');
  await writeFile(file('cam-2_20261121T031500.123Z.mkv'), 'of another stream');
  await writeFile(file('secret.txt'), 'secret');
  await symlink(file('secret.txt'), file('cam_20261121T031700.000Z.mkv'));
  await mkdir(file('cam_20261121T031800.000Z.mkv'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('listRecordedFiles', () => {
  it('lists the videos of one stream, newest first', async () => {
    const files = await listRecordedFiles(nodeDisk, folder, 'cam');
    expect(files.map(({ name, bytes }) => [name, bytes])).toEqual([
      [LATEST, 0],
      [LATE, 4],
      [EARLY, 5],
    ]);
  });

  it('lists none where there is no folder', async () => {
    expect(await listRecordedFiles(nodeDisk, file('none'), 'cam')).toEqual([]);
  });

  it('fails for what is no folder', async () => {
    await expect(listRecordedFiles(nodeDisk, file('secret.txt'), 'cam')).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});

describe('openRecordedFile', () => {
  it('opens a video', async () => {
    const opened = await openRecordedFile(folder, 'cam', EARLY);
    expect(opened?.bytes).toBe(5);
    expect(await opened?.handle.readFile('utf8')).toBe('early');
    await opened?.handle.close();
  });

  it.each([
    ['of another stream', 'cam-2_20261121T031500.123Z.mkv'],
    ['that is a sidecar', 'cam_20261121T031500.123Z.jsonl'],
    ['of another name', 'secret.txt'],
    ['that is not there', 'cam_20261121T031900.000Z.mkv'],
    ['that is a link', 'cam_20261121T031700.000Z.mkv'],
    ['that is a folder', 'cam_20261121T031800.000Z.mkv'],
    ['outside the folder', '../cam_20261121T031500.123Z.mkv'],
    ['by its path', `./${EARLY}`],
    ['with an end cut off', `${EARLY}\0.txt`],
    ['without a name', ''],
  ])('opens no file %s', async (_, name) => {
    expect(await openRecordedFile(folder, 'cam', name)).toBeNull();
  });

  it('opens no pipe, and does not wait for its writer', async () => {
    await execa('mkfifo', [file('cam_20261121T032000.000Z.mkv')]);
    expect(await openRecordedFile(folder, 'cam', 'cam_20261121T032000.000Z.mkv')).toBeNull();
  });
});

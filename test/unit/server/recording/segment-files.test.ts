import { describe, expect, it } from 'vitest';
import { createSegmentFiles } from '../../../../server/recording/segment-files.js';
import { FakeDisk, systemError } from '../../../helpers/fake-disk.js';

const TIME_US = Date.UTC(2026, 10, 21, 3, 15) * 1000;
const BASE = '/records/cam1_20261121T031500.000Z';
const PLACE = { directory: '/records', format: 'mkv' } as const;

describe('createSegmentFiles', () => {
  it('makes the video and its sidecar', async () => {
    const disk = new FakeDisk();
    expect(await createSegmentFiles(disk, PLACE, 'cam1', TIME_US)).toMatchObject({
      path: `${BASE}.mkv`,
      sidecarPath: `${BASE}.jsonl`,
    });
    expect([...disk.files.keys()]).toEqual([`${BASE}.mkv`, `${BASE}.jsonl`]);
  });

  it('never takes a name that is taken, by a video or by a sidecar', async () => {
    const disk = new FakeDisk();
    await disk.create(`${BASE}.mkv`);
    await disk.create(`${BASE}-2.jsonl`);
    expect(await createSegmentFiles(disk, PLACE, 'cam1', TIME_US)).toMatchObject({ path: `${BASE}-3.mkv` });
    expect([...disk.files.keys()]).toEqual([`${BASE}.mkv`, `${BASE}-2.jsonl`, `${BASE}-3.mkv`, `${BASE}-3.jsonl`]);
  });

  it('leaves no video where there can be no sidecar', async () => {
    const disk = new FakeDisk();
    const error = systemError('ENOSPC');
    disk.fault = (operation, path) => (operation === 'create' && path.endsWith('.jsonl') ? error : null);
    await expect(createSegmentFiles(disk, PLACE, 'cam1', TIME_US)).rejects.toBe(error);
    expect([...disk.files.keys()]).toEqual([]);
  });

  it('gives up where every name is taken', async () => {
    const disk = new FakeDisk();
    disk.fault = (operation) => (operation === 'create' ? systemError('EEXIST') : null);
    await expect(createSegmentFiles(disk, PLACE, 'cam1', TIME_US)).rejects.toMatchObject({ code: 'RECORDING_FAILED' });
  });

  it('never leaves the directory', async () => {
    for (const stream of ['../cam1', '/etc/cam1', '..']) {
      const disk = new FakeDisk();
      const making = createSegmentFiles(disk, PLACE, stream, TIME_US);
      if (stream === '..') expect((await making).path).toBe('/records/.._20261121T031500.000Z.mkv');
      else await expect(making).rejects.toMatchObject({ code: 'INTERNAL' });
    }
  });

  it.each(['/records/', '/records/.', '/', 'records'])('takes %s for the directory it is', async (directory) => {
    const { path } = await createSegmentFiles(new FakeDisk(), { ...PLACE, directory }, 'cam1', TIME_US);
    expect(path.endsWith('/cam1_20261121T031500.000Z.mkv')).toBe(true);
  });
});

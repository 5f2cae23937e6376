import { describe, expect, it } from 'vitest';
import { Sidecar } from '../../../../server/recording/sidecar.js';
import type { DiskFile } from '../../../../server/recording/disk.js';
import { FakeDisk, systemError } from '../../../helpers/fake-disk.js';
import { publishedFrame, START_US } from '../../../helpers/fake-frames.js';

const HEADER = {
  schema: 'frame-streamer/recording/1',
  stream: 'cam1',
  file: 'a.mkv',
  format: 'mkv',
  startTimeUs: START_US,
  width: 4,
  height: 2,
} as const;

describe('Sidecar', () => {
  it('has a line for the file, each frame and each gap, in order', async () => {
    const { disk, file } = await fakeFile();
    const sidecar = new Sidecar(file, HEADER);
    sidecar.addFrame(publishedFrame(3).header);
    sidecar.addGap({ first: 4, last: 6 });
    sidecar.addFrame(publishedFrame(7).header);
    await sidecar.close();
    expect(linesOf(disk)).toEqual([
      HEADER,
      { sequence: 3, captureTimeUs: START_US + 100_000, timeSource: 'schedule', clockErrorUs: 0 },
      { skippedFirst: 4, skippedLast: 6 },
      { sequence: 7, captureTimeUs: START_US + 233_333, timeSource: 'schedule', clockErrorUs: 0 },
    ]);
    expect(disk.files.get('/a.jsonl')?.isClosed).toBe(true);
  });

  it('writes nothing before it is flushed, and each line once', async () => {
    const { disk, file } = await fakeFile();
    const sidecar = new Sidecar(file, HEADER);
    sidecar.addGap({ first: 1, last: 1 });
    expect(linesOf(disk)).toEqual([]);
    await sidecar.flush();
    sidecar.addGap({ first: 2, last: 2 });
    const flushes = [sidecar.flush(), sidecar.flush()];
    sidecar.addGap({ first: 3, last: 3 });
    await Promise.all(flushes);
    await sidecar.close();
    expect(linesOf(disk).slice(1)).toEqual([1, 2, 3].map((n) => ({ skippedFirst: n, skippedLast: n })));
  });

  it('closes the file also where the last lines cannot be written', async () => {
    const { disk, file } = await fakeFile();
    const error = systemError('ENOSPC');
    disk.fault = (operation) => (operation === 'append' ? error : null);
    await expect(new Sidecar(file, HEADER).close()).rejects.toBe(error);
    expect(disk.files.get('/a.jsonl')?.isClosed).toBe(true);
  });
});

async function fakeFile(): Promise<{ disk: FakeDisk; file: DiskFile }> {
  const disk = new FakeDisk();
  return { disk, file: await disk.create('/a.jsonl') };
}

function linesOf(disk: FakeDisk): unknown[] {
  const text = disk.files.get('/a.jsonl')!.bytes.toString();
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

import { basename, dirname, join, resolve } from 'node:path';
import { StreamerError } from '../../shared/errors.js';
import type { RecordSettings } from '../stream-settings.js';
import type { Disk, DiskFile } from './disk.js';
import { segmentBase, SIDECAR_ENDING } from './segment-name.js';

/** The two new, empty files of a segment. */
export interface SegmentFiles {
  readonly path: string;
  readonly video: DiskFile;
  readonly sidecarPath: string;
  readonly sidecar: DiskFile;
}

/** Several frames can be of one millisecond, but not this many. */
const MAX_COPIES = 1000;

/**
 * Makes the files of the segment whose first frame was captured at `captureTimeUs`. Nothing that exists is ever
 * overwritten: the name then goes on with `-2`, `-3`, ...
 *
 * @throws {StreamerError} RECORDING_FAILED when every such name is taken; else what the system says.
 */
export async function createSegmentFiles(
  disk: Disk,
  { directory, format }: Pick<RecordSettings, 'directory' | 'format'>,
  stream: string,
  captureTimeUs: number,
): Promise<SegmentFiles> {
  for (let copy = 1; copy <= MAX_COPIES; copy += 1) {
    const base = segmentBase(stream, captureTimeUs, copy);
    const path = inDirectory(directory, `${base}.${format}`);
    const sidecarPath = inDirectory(directory, `${base}${SIDECAR_ENDING}`);
    const video = await createNew(disk, path);
    if (!video) continue;
    const sidecar = await createNew(disk, sidecarPath).catch(async (error: unknown) => {
      await undo();
      throw error;
    });
    if (sidecar) return { path, video, sidecarPath, sidecar };
    await undo();

    async function undo(): Promise<void> {
      await video?.close();
      await disk.remove(path);
    }
  }
  throw new StreamerError('RECORDING_FAILED', `Every name for a new file in ${directory} is taken; clear it up.`);
}

async function createNew(disk: Disk, path: string): Promise<DiskFile | null> {
  try {
    return await disk.create(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
}

/** Names of streams hold nothing that could lead out of the directory; should that ever change, this fails. */
function inDirectory(directory: string, fileName: string): string {
  const path = join(resolve(directory), fileName);
  if (dirname(path) !== resolve(directory) || basename(path) !== fileName) {
    throw new StreamerError('INTERNAL', `${JSON.stringify(fileName)} is no name of a file in ${directory}`);
  }
  return path;
}

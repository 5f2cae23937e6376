import { join } from 'node:path';
import type { RecordSettings } from '../stream-settings.js';
import type { Disk } from './disk.js';
import { parseSegmentName, SIDECAR_ENDING } from './segment-name.js';
import type { SegmentName } from './segment-name.js';

/** Which files may be deleted, and how many must be. */
export interface KeepRequest extends Pick<RecordSettings, 'directory' | 'keepSeconds' | 'keepBytes'> {
  readonly stream: string;
  /** Name of the file that is being written; it counts but stays. */
  readonly presentFile: string | null;
  /** Microseconds since the epoch, as the files' own times. */
  readonly nowUs: number;
}

interface KeptSegment extends SegmentName {
  readonly fileName: string;
  readonly hasSidecar: boolean;
  /** Of both files. */
  readonly bytes: number;
  readonly modifiedUs: number;
}

/**
 * Deletes the oldest recorded videos of one stream, with their sidecars, until all are young enough and few enough. What
 * is not named as a recording of this stream, and what is no plain file, is never touched.
 *
 * @returns the names of the videos that were deleted. Rejects with the error of the system.
 */
export async function deleteOldSegments(disk: Disk, request: KeepRequest): Promise<readonly string[]> {
  const { directory, keepSeconds, keepBytes, presentFile, nowUs } = request;
  const segments = await listSegments(disk, request);
  let totalBytes = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  const deleted: string[] = [];
  for (const segment of segments) {
    const isTooOld = keepSeconds !== null && nowUs - segment.modifiedUs > keepSeconds * 1_000_000;
    const isTooMuch = keepBytes !== null && totalBytes > keepBytes;
    if (segment.fileName === presentFile || !(isTooOld || isTooMuch)) continue;
    // The sidecar first: without its video nobody would find it again.
    if (segment.hasSidecar) await disk.remove(join(directory, segment.base + SIDECAR_ENDING));
    await disk.remove(join(directory, segment.fileName));
    totalBytes -= segment.bytes;
    deleted.push(segment.fileName);
  }
  return deleted;
}

/** The recorded videos of the stream, oldest first. */
async function listSegments(disk: Disk, { directory, stream }: KeepRequest): Promise<readonly KeptSegment[]> {
  const files = await disk.list(directory, (name) => name.startsWith(`${stream}_`));
  const sidecars = new Map(files.filter(({ name }) => name.endsWith(SIDECAR_ENDING)).map((file) => [file.name, file]));
  const segments = files.flatMap(({ name: fileName, bytes, modifiedUs }) => {
    const name = parseSegmentName(stream, fileName);
    if (!name) return [];
    const sidecar = sidecars.get(name.base + SIDECAR_ENDING);
    return [{ ...name, fileName, modifiedUs, hasSidecar: sidecar !== undefined, bytes: bytes + (sidecar?.bytes ?? 0) }];
  });
  return segments.sort((a, b) => (a.order < b.order ? -1 : 1));
}

import type { RecordSettings } from '../stream-settings.js';

/** What the name of a recorded file tells. */
export interface SegmentName {
  /** Without the ending: what the video and its sidecar have in common. */
  readonly base: string;
  readonly format: RecordSettings['format'];
  /** Sorts the files of a stream by the time of their first frame. */
  readonly order: string;
}

/** Ending of the sidecar. */
export const SIDECAR_ENDING = '.jsonl';

const MAX_COPY_DIGITS = 4;
const REST = /^(\d{8}T\d{6}\.\d{3}Z)(?:-([2-9]|[1-9]\d{1,3}))?\.(mkv|mp4)$/;

/**
 * The name, without ending, of the file whose first frame was captured at `captureTimeUs`: the stream and that time in
 * UTC, `cam1_20261121T031500.123Z`, with no character that any file system minds. Where that is taken, `copy` 2 and up
 * make another.
 */
export function segmentBase(stream: string, captureTimeUs: number, copy = 1): string {
  const time = new Date(Math.floor(captureTimeUs / 1000)).toISOString().replace(/[-:]/g, '');
  return `${stream}_${time}${copy === 1 ? '' : `-${copy}`}`;
}

/** Reads the name of a recorded video of `stream`; null for every other file, sidecars and those of other streams too. */
export function parseSegmentName(stream: string, fileName: string): SegmentName | null {
  if (!fileName.startsWith(`${stream}_`)) return null;
  const [, time, copy = '1', format] = REST.exec(fileName.slice(stream.length + 1)) ?? [];
  if (time === undefined || format === undefined) return null;
  return {
    base: fileName.slice(0, fileName.lastIndexOf('.')),
    format: format as RecordSettings['format'],
    order: `${time}-${copy.padStart(MAX_COPY_DIGITS, '0')}`,
  };
}

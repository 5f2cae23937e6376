import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Timecode } from '../../shared/timecode/timecode.js';

/** What `test/vectors/timecode.json` holds; the README there says what it means. */
interface TimecodeVectors {
  readonly codes: readonly (Timecode & { readonly name: string; readonly rows: readonly string[] })[];
  readonly refused: readonly { readonly name: string; readonly rows: readonly string[] }[];
  readonly edges: readonly {
    readonly width: number;
    readonly height: number;
    readonly columns: readonly number[];
    readonly rows: readonly number[];
  }[];
  readonly pictures: readonly { readonly file: string; readonly code: string }[];
}

const FOLDER = new URL('../vectors/', import.meta.url);

/** The test vectors of the time code. */
export const TIMECODE_VECTORS = JSON.parse(readFileSync(new URL('timecode.json', FOLDER), 'utf8')) as TimecodeVectors;

/** The path of a picture that the vectors name. */
export function vectorPicturePath(file: string): string {
  return fileURLToPath(new URL(file, FOLDER));
}

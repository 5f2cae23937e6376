import { basename } from 'node:path';
import { StreamerError } from '../../shared/errors.js';
import { toPrintable } from '../../shared/protocol/printable.js';
import { parsePattern } from '../sources/pattern-spec.js';
import type { PatternSpec } from '../sources/pattern-spec.js';
import type { GivenVideo } from './publish-schema.js';

/** A video that is to be played: a file, or a test pattern. */
export interface VideoSpec {
  /** As it is called in lists and reports. */
  readonly name: string;
  readonly input: { readonly kind: 'file'; readonly path: string } | PatternSpec;
  /** Whether it begins again at its end. */
  readonly loop: boolean;
  /** Frames per second it is played with; null plays it as it is. */
  readonly fps: number | null;
}

const PATTERN_PREFIX = 'test:';
const MAX_NAME_LENGTH = 120;

/**
 * Reads what was asked for; each gets a name of its own (`cam.mp4`, `cam.mp4-2`).
 *
 * @throws {StreamerError} BAD_USAGE for a pattern that does not exist, or for an address.
 */
export function parseVideos(given: readonly GivenVideo[], fps: number | null): VideoSpec[] {
  const taken = new Set<string>();
  return given.map((video) => {
    const spec = parseVideo(video, fps);
    let { name } = spec;
    for (let number = 2; taken.has(name); number += 1) name = `${spec.name}-${number}`;
    taken.add(name);
    return { ...spec, name };
  });
}

/** Reads one; `fps` is that of videos that have none of their own. Throws as `parseVideos` does. */
export function parseVideo({ name, location, loop, fps: ownFps }: GivenVideo, fps: number | null): VideoSpec {
  const shared = { loop, fps: ownFps ?? fps };
  if (location.startsWith(PATTERN_PREFIX)) {
    const input = parsePattern(location.slice(PATTERN_PREFIX.length));
    return { name: shown(name ?? location), input, ...shared };
  }
  const path = location.replace(/^file:(?!\/\/)/, '');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
    const sentence = `A video is a file or ${PATTERN_PREFIX}PATTERN, not an address; record it first, or serve it with --rtsp-publish.`;
    throw new StreamerError('BAD_USAGE', sentence);
  }
  if (path === '' || path.includes('\0')) throw new StreamerError('BAD_USAGE', 'A video has no file name.');
  return { name: shown(name ?? basename(path)), input: { kind: 'file', path }, ...shared };
}

function shown(name: string): string {
  return toPrintable(name).slice(0, MAX_NAME_LENGTH);
}

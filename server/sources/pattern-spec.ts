import { frameRateFromText } from '../../shared/number-text.js';
import { nearest } from '../../shared/suggestion.js';
import { refusal, shown, splitOnce } from './spec-text.js';

/** Names of the test patterns; what each shows is in pattern-graph.ts. */
export const PATTERN_NAMES = ['bars', 'testsrc', 'gradient', 'noise', 'life'] as const;
export type PatternName = (typeof PATTERN_NAMES)[number];

/** A picture that FFmpeg makes up: `width` x `height` pixels, `fps` frames per second. */
export interface PatternSpec {
  readonly kind: 'pattern';
  readonly name: string;
  readonly pattern: PatternName;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

const DEFAULT_SHAPE = { width: 1280, height: 720, fps: 30 };
const MIN_SIZE = 16;
const MAX_WIDTH = 7680;
const MAX_HEIGHT = 4320;
const MAX_FPS = 240;
const PARAMETERS = ['size', 'fps'];

/**
 * Parses `pattern[?size=1280x720&fps=30]`, what stands behind `test:`.
 *
 * @throws {StreamerError} BAD_USAGE
 */
export function parsePattern(text: string): PatternSpec {
  const [name = '', query] = splitOnce(text, '?');
  const pattern = PATTERN_NAMES.find((known) => known === name);
  if (!pattern) {
    const meant = nearest(name, PATTERN_NAMES);
    const hint = meant === null ? `the patterns are ${PATTERN_NAMES.join(', ')}.` : `did you mean test:${meant}?`;
    throw refusal(`There is no test pattern ${shown(name)}; ${hint}`);
  }
  const shape = query === undefined ? DEFAULT_SHAPE : parseShape(query);
  return { kind: 'pattern', name: `test-${pattern}`, pattern, ...shape };
}

function parseShape(query: string): typeof DEFAULT_SHAPE {
  const seen = new Map<string, string>();
  for (const part of query.split('&')) {
    const [key = '', value = ''] = splitOnce(part, '=');
    if (!PARAMETERS.includes(key)) {
      const meant = nearest(key, PARAMETERS);
      const hint = meant === null ? 'it knows size and fps.' : `did you mean ${meant}?`;
      throw refusal(`A test pattern has no parameter ${shown(key)}; ${hint}`);
    }
    if (seen.has(key)) throw refusal(`The test pattern has ${key} twice.`);
    seen.set(key, value);
  }
  const size = seen.get('size');
  const fps = seen.get('fps');
  return {
    ...DEFAULT_SHAPE,
    ...(size === undefined ? {} : parseSize(size)),
    ...(fps === undefined ? {} : { fps: parseFps(fps) }),
  };
}

function parseSize(text: string): { width: number; height: number } {
  const [, width = 0, height = 0] = (/^(\d{1,5})x(\d{1,5})$/.exec(text) ?? []).map(Number);
  const fits = width >= MIN_SIZE && width <= MAX_WIDTH && height >= MIN_SIZE && height <= MAX_HEIGHT;
  if (fits) return { width, height };
  throw refusal(`The size must be from ${MIN_SIZE}x${MIN_SIZE} to ${MAX_WIDTH}x${MAX_HEIGHT}, not ${shown(text)}.`);
}

function parseFps(text: string): number {
  const fps = frameRateFromText(text);
  if (fps !== null && fps >= 1 && fps <= MAX_FPS) return fps;
  throw refusal(`The fps must be a number from 1 to ${MAX_FPS} or a fraction such as 30000/1001, not ${shown(text)}.`);
}

import { StreamerError } from '../../shared/errors.js';
import { nearest } from '../../shared/suggestion.js';

export const WATERMARK_POSITIONS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;
export type WatermarkPosition = (typeof WATERMARK_POSITIONS)[number];

/** What the text of a watermark may have in braces. */
export const WATERMARK_FIELDS = ['stream', 'time', 'sequence'] as const;
export type WatermarkField = (typeof WATERMARK_FIELDS)[number];

/** What a watermark looks like. */
export interface WatermarkOptions {
  readonly position: WatermarkPosition;
  /** Pixels a dot of the font, 1 to 8; null takes what suits the height of the picture. */
  readonly size: number | null;
  /** The text, with fields in braces. */
  readonly text: string;
}

export const WATERMARK_PARAMETERS = ['position', 'size', 'text'];
const MAX_SIZE = 8;
const MAX_TEXT_LENGTH = 200;
const DEFAULT_TEXT = '{stream} {time} #{sequence}';

/**
 * Reads the parameters of a watermark; keys that it does not know are not looked at.
 *
 * @throws {StreamerError} BAD_USAGE
 */
export function parseWatermarkOptions(parameters: Readonly<Record<string, string>>): WatermarkOptions {
  const { position = 'top-left', size, text = DEFAULT_TEXT } = parameters;
  return {
    position: parsePosition(position),
    size: size === undefined ? null : parseSize(size),
    text: checkText(text),
  };
}

function parsePosition(text: string): WatermarkPosition {
  const position = WATERMARK_POSITIONS.find((known) => known === text);
  if (position) return position;
  throw refusal(`has no position ${JSON.stringify(text)}`, text, WATERMARK_POSITIONS);
}

function parseSize(text: string): number {
  const size = /^\d$/.test(text) ? Number(text) : 0;
  if (size >= 1 && size <= MAX_SIZE) return size;
  throw new StreamerError('BAD_USAGE', `The size of a watermark is 1 to ${MAX_SIZE}, not ${JSON.stringify(text)}.`);
}

function checkText(text: string): string {
  if (text.trim() === '' || text.length > MAX_TEXT_LENGTH) {
    throw new StreamerError('BAD_USAGE', `The text of a watermark has 1 to ${MAX_TEXT_LENGTH} characters.`);
  }
  for (const [, name = ''] of text.matchAll(/\{([^{}]*)\}/g)) {
    if (WATERMARK_FIELDS.some((known) => known === name)) continue;
    throw refusal(`has no field {${name}}`, name, WATERMARK_FIELDS);
  }
  return text;
}

function refusal(fault: string, word: string, known: readonly string[]): StreamerError {
  const meant = nearest(word, known);
  const hint = meant === null ? `there are ${known.join(', ')}.` : `did you mean ${meant}?`;
  return new StreamerError('BAD_USAGE', `A watermark ${fault}; ${hint}`);
}

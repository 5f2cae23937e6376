import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import { frameRateFromText, numberFromText } from './number-text.js';

/**
 * Checks the value of one option, whether it came as text (flag, environment) or typed (configuration file).
 * Its `description` completes the sentence "must be …".
 */
export type ValueSchema<T = unknown> = z.ZodType<T>;

/** A whole number between two bounds, both included. */
export function wholeNumber(min: number, max: number): ValueSchema<number> {
  const schema = z.preprocess(toNumber, z.number().int().min(min).max(max));
  return schema.describe(`a whole number from ${min} to ${max}`);
}

/** A number above 0 and at most `max`; `meaning` says of what, such as `seconds`. */
export function positiveNumber(max: number, meaning = ''): ValueSchema<number> {
  const schema = z.preprocess(toNumber, z.number().positive().max(max));
  return schema.describe(`a number${meaning && ` of ${meaning}`} above 0 and at most ${max}`);
}

/** Bits a second between two bounds, both included: a whole number, or one with k or M behind it, such as `2.5M`. */
export function bitRate(min: number, max: number): ValueSchema<number> {
  const schema = z.preprocess(toBitRate, z.number().int().min(min).max(max));
  return schema.describe(`bits a second such as 800k or 2.5M, from ${min / 1000}k to ${max / 1e6}M`);
}

/** Frames per second, as a number or a fraction such as 30000/1001. */
export function frameRate(max: number): ValueSchema<number> {
  const schema = z.preprocess(toFrameRate, z.number().positive().max(max));
  return schema.describe(`a number above 0 and at most ${max}, or a fraction such as 30000/1001`);
}

/** True or false. */
export function trueOrFalse(): ValueSchema<boolean> {
  return z.preprocess(toBoolean, z.boolean()).describe('true or false');
}

/** One of a few words; upper case is accepted, as in LOG_LEVEL=INFO. */
export function oneOf<const T extends readonly [string, ...string[]]>(words: T): ValueSchema<T[number]> {
  const schema = z.preprocess((value) => (typeof value === 'string' ? value.toLowerCase() : value), z.enum(words));
  return schema.describe(`one of ${words.join(', ')}`);
}

/** Text on one line, of 1 to `maxLength` characters. */
export function lineOfText(maxLength: number): ValueSchema<string> {
  // A line break in a secret or a name is a slip of whoever read it from a file, and hard to find later.
  const schema = z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^\P{Cc}*$/u);
  return schema.describe(`text of 1 to ${maxLength} characters, all on one line`);
}

/** The path of a file: any text but none that the operating system would cut short at a NUL. */
export function filePath(): ValueSchema<string> {
  return z
    .string()
    .min(1)
    .regex(/^[^\0]*$/)
    .describe('the path of a file');
}

/** A host name or an IP address without a port. An IPv6 address may stand in brackets; they are taken off. */
export function hostAddress(): ValueSchema<string> {
  const schema = z.string().transform(withoutBrackets).refine(isHost);
  return schema.describe('a host name or an IP address, without a port');
}

/** The value of `schema`, or null for `off` and `false`. */
export function orOff<T>(schema: ValueSchema<T>): ValueSchema<T | null> {
  const off = z.enum(['off', 'false']).or(z.literal(false));
  const either = z.union([off.transform(() => null), schema]);
  return either.describe(`${schema.description ?? ''}, or off`);
}

function toNumber(value: unknown): unknown {
  return typeof value === 'string' ? numberFromText(value) : value;
}

function toBitRate(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const [, number = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([kM]?)$/i.exec(value) ?? [];
  const factor = { '': 1, k: 1e3, m: 1e6 }[unit.toLowerCase()] ?? 1;
  return number === '' ? value : Math.round(Number(number) * factor);
}

function toFrameRate(value: unknown): unknown {
  return typeof value === 'string' ? frameRateFromText(value) : value;
}

function toBoolean(value: unknown): unknown {
  if (value === 'true') return true;
  if (value === 'false') return false;
  return value;
}

function withoutBrackets(host: string): string {
  const inside = /^\[(.*)\]$/.exec(host)?.[1];
  return inside !== undefined && isIPv6(inside) ? inside : host;
}

function isHost(host: string): boolean {
  if (isIP(host) !== 0) return true;
  const isAlmostAddress = /^[\d.]+$/.test(host);
  return !isAlmostAddress && /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,252}$/u.test(host);
}

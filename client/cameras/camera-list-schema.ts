import { z } from 'zod';
import type { ValueSchema } from '../../shared/option-schema.js';
import { parseFilter } from './camera-filter.js';
import type { CameraFilter } from './camera-filter.js';

const MAX_URL_LENGTH = 8192;
const MAX_PATH_LENGTH = 200;
/** Name and value as RFC 9110 allows them, the value without what Node would refuse to send. */
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}):[ \t]*([\x20-\x7e\x80-\xff]{0,4000})$/;

/** An address of HTTP. */
export function httpUrl(): ValueSchema<string> {
  const schema = z
    .string()
    .max(MAX_URL_LENGTH)
    .regex(/^https?:\/\/[^\p{Cc}\s]+$/iu)
    .refine((url) => URL.canParse(url));
  return schema.describe('an address that begins with http:// or https://');
}

/** The way to a field through the fields of objects: names with dots between them. */
export function fieldPath(): ValueSchema<string> {
  const schema = z
    .string()
    .max(MAX_PATH_LENGTH)
    .regex(/^[^\p{Cc}.]+(?:\.[^\p{Cc}.]+)*$/u);
  return schema.describe('names of fields with dots between them, such as data.items');
}

/** Header lines, each as a pair of name and value. */
export function headerLines(): ValueSchema<readonly (readonly [name: string, value: string])[]> {
  const line = z.string().transform((text, context): readonly [string, string] => {
    const [, name, value] = HEADER_LINE.exec(text) ?? [];
    if (name !== undefined && value !== undefined) return [name, value.trimEnd()];
    context.addIssue('no header line');
    return z.NEVER;
  });
  return z.array(line).max(50).describe("header lines such as 'Name: value'");
}

/** Conditions on the fields of a camera. */
export function cameraFilters(): ValueSchema<readonly CameraFilter[]> {
  const filter = z
    .string()
    .max(1000)
    .transform((text, context): CameraFilter => {
      const parsed = parseFilter(text);
      if (parsed) return parsed;
      context.addIssue('no condition');
      return z.NEVER;
    });
  return z.array(filter).max(50).describe('a field and a value such as status=1 or kind!=test');
}

import { fieldOf, textOf } from './field-path.js';

/** A condition on a field of a camera. */
export interface CameraFilter {
  /** Dotted. */
  readonly field: string;
  readonly value: string;
  readonly isNegated: boolean;
  /** As it was given. */
  readonly text: string;
}

/** Parses `field=value` or `field!=value`; null for anything else. The value may be empty. */
export function parseFilter(text: string): CameraFilter | null {
  const [, field, operator, value] = /^([^=!]+?)(!?=)(.*)$/su.exec(text) ?? [];
  if (field === undefined || value === undefined || /\p{Cc}/u.test(text)) return null;
  return { field: field.trim(), value, isNegated: operator === '!=', text };
}

/**
 * Whether `fields` passes every one of `filters`. Numbers and texts compare as text, so that 1 is "1"; a field that is not
 * there, or is null or an object, equals nothing.
 */
export function passesFilters(fields: unknown, filters: readonly CameraFilter[]): boolean {
  return filters.every(({ field, value, isNegated }) => (textOf(fieldOf(fields, field)) === value) !== isNegated);
}

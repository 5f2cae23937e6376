import { badMessage } from '../../../shared/protocol/bad-message.js';
import type { MessageType } from '../../../shared/protocol/messages.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the fields of a JSON object that came from a server, checking each. Every method throws StreamerError BAD_MESSAGE
 * that names the field. The schemas of shared/protocol/control-schema.ts say the same with a library that is larger than
 * the whole browser client.
 */
export class JsonFields {
  private constructor(
    private readonly type: MessageType,
    private readonly fields: Fields,
    private readonly path: string,
  ) {}

  /** The object that is the body of a message. */
  static parse(type: MessageType, body: DataView): JsonFields {
    let value: unknown;
    try {
      // Refuses what is not UTF-8 instead of replacing it, and keeps a byte order mark, which JSON does not allow.
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
    } catch (error) {
      throw badMessage(type, 'body', 'is not JSON in UTF-8', error);
    }
    if (isObject(value)) return new JsonFields(type, value, '');
    throw badMessage(type, 'body', 'must be an object');
  }

  /** A whole number from `min` to `max`. */
  whole(key: string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
    const value = this.number(key, min, max);
    return Number.isSafeInteger(value) ? value : this.refuse(key, 'must be a whole number');
  }

  number(key: string, min: number, max: number): number {
    const value = this.fields[key];
    const fits = typeof value === 'number' && value >= min && value <= max;
    return fits ? value : this.refuse(key, `must be a number from ${min} to ${max}`);
  }

  /** Text for which `fits` holds; `form` says which is, as in "must be …". */
  text(key: string, fits: (text: string) => boolean, form: string): string {
    const value = this.fields[key];
    return typeof value === 'string' && fits(value) ? value : this.refuse(key, `must be ${form}`);
  }

  oneOf<T extends string>(key: string, words: readonly T[]): T {
    const value = this.fields[key];
    return words.find((word) => word === value) ?? this.refuse(key, `must be one of ${words.join(', ')}`);
  }

  object(key: string): JsonFields {
    const value = this.fields[key];
    return isObject(value) ? this.inside(key, value) : this.refuse(key, 'must be an object');
  }

  /** Undefined where the key is missing. */
  optionalObject(key: string): JsonFields | undefined {
    return this.fields[key] === undefined ? undefined : this.object(key);
  }

  /** A list of at most `maxItems` objects. */
  objects(key: string, maxItems: number): JsonFields[] {
    return this.list(key, maxItems).map((item, i) =>
      isObject(item) ? this.inside(`${key}[${i}]`, item) : this.refuse(`${key}[${i}]`, 'must be an object'),
    );
  }

  /** A list of at most `maxItems` whole numbers from 0 to `max`. */
  wholes(key: string, maxItems: number, max: number): number[] {
    return this.list(key, maxItems).map((item, i) => {
      const name = `${key}[${i}]`;
      return new JsonFields(this.type, { [name]: item }, this.path).whole(name, 0, max);
    });
  }

  /** A list of at most `maxItems` texts of at most `maxChars`; undefined where the key is missing. */
  optionalTexts(key: string, maxItems: number, maxChars: number): string[] | undefined {
    if (this.fields[key] === undefined) return undefined;
    return this.list(key, maxItems).map((item, i) => {
      if (typeof item === 'string' && item.length <= maxChars) return item;
      return this.refuse(`${key}[${i}]`, `must be text of at most ${maxChars} characters`);
    });
  }

  private list(key: string, maxItems: number): readonly unknown[] {
    const value = this.fields[key];
    if (Array.isArray(value) && value.length <= maxItems) return value;
    return this.refuse(key, `must be an array of at most ${maxItems}`);
  }

  private inside(key: string, fields: Fields): JsonFields {
    return new JsonFields(this.type, fields, `${this.path}${key}.`);
  }

  private refuse(key: string, problem: string): never {
    throw badMessage(this.type, this.path + key, problem);
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

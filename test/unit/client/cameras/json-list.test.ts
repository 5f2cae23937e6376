import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findList } from '../../../../client/cameras/json-list.js';
import type { StreamerError } from '../../../../shared/errors.js';

function find(document: unknown, listPath: string | null = null): { path: string; values: readonly unknown[] } {
  return findList(document, listPath, ['fr_url', 'url'], 'The answer');
}

const CAMERAS = [{ id: 1, fr_url: 'http://h/1' }];

describe('findList', () => {
  it('takes an answer that is an array', () => {
    expect(find(CAMERAS)).toEqual({ path: '', values: CAMERAS });
    expect(find([])).toEqual({ path: '', values: [] });
  });

  it('finds the only array, however deep', () => {
    expect(find({ data: { items: CAMERAS, total: 1 } }).path).toBe('data.items');
    expect(find({ items: [] }).path).toBe('items');
  });

  it('finds the only array with addresses among several', () => {
    const document = { tags: ['a', 'b'], sites: [{ name: 'x' }], data: { cameras: [{ id: 0 }, ...CAMERAS] } };
    expect(find(document).path).toBe('data.cameras');
    expect(find({ tags: ['a'], streams: ['http://h/1'] }).path).toBe('streams');
  });

  it('takes the array at --list-path', () => {
    expect(find({ a: { b: [1] }, c: CAMERAS }, 'a.b')).toEqual({ path: 'a.b', values: [1] });
  });

  it('does not look for lists in the cameras', () => {
    expect(find({ cameras: [{ fr_url: 'x', tags: [1], streams: ['http://h/1'] }] }).path).toBe('cameras');
  });

  it.each<[unknown, string | null, string]>([
    [{ a: CAMERAS, b: CAMERAS }, null, 'The answer holds several arrays: a, b; choose one with --list-path.'],
    [{ a: [1], b: [2] }, null, 'The answer holds several arrays: a, b; choose one with --list-path.'],
    [{ error: 'no', code: 7 }, null, 'The answer holds no array; its fields are error, code.'],
    [{}, null, 'The answer holds no array; its fields are none.'],
    [7, null, 'The answer holds neither an array nor an object, so no list of cameras.'],
    [null, null, 'The answer holds neither an array nor an object, so no list of cameras.'],
    [{ a: 1 }, 'data.items', 'The answer: data.items of --list-path is not there; the fields of the answer are a.'],
    [{ a: 1 }, 'a', 'The answer: a of --list-path is no array; the fields of the answer are a.'],
    [{ '\u001b[31mred': 1 }, null, 'The answer holds no array; its fields are \uFFFD[31mred.'],
  ])('says what %j lacks', (document, listPath, message) => {
    expect(() => find(document, listPath)).toThrow(message);
  });

  it('does not find what is no field of its own', () => {
    expect(() => find({ a: 1 }, 'constructor')).toThrow('is not there');
    expect(() => find(JSON.parse('{"a":1}'), '__proto__')).toThrow('is not there');
    expect(find(JSON.parse('{"__proto__":{"items":[1]}}')).path).toBe('__proto__.items');
  });

  it('is done with deep and wide documents at once', () => {
    const depth = 200_000;
    expect(find(JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)).values).toHaveLength(1);
    expect(() => find(JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`))).toThrow('holds no array');
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, {}]));
    expect(() => find(wide)).toThrow('and 99988 more');
  });

  it('throws nothing but what it says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.option(fc.string({ minLength: 1 })), (document, listPath) => {
        try {
          expect(Array.isArray(find(document, listPath).values)).toBe(true);
        } catch (error) {
          expect((error as StreamerError).code).toBe('CAMERA_LIST_INVALID');
        }
      }),
    );
  });
});

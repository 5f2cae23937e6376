import { describe, expect, it } from 'vitest';
import { parseFilter, passesFilters } from '../../../../client/cameras/camera-filter.js';

function passes(fields: unknown, ...texts: string[]): boolean {
  return passesFilters(
    fields,
    texts.map((text) => parseFilter(text)!),
  );
}

describe('camera filters', () => {
  it('parses a field, = or !=, and a value', () => {
    expect(parseFilter('status=1')).toEqual({ field: 'status', value: '1', isNegated: false, text: 'status=1' });
    expect(parseFilter('a.b!=x=y')).toMatchObject({ field: 'a.b', value: 'x=y', isNegated: true });
    expect(parseFilter('note=')).toMatchObject({ field: 'note', value: '' });
    for (const text of ['', 'status', '=1', '!=1', 'a=\u001b']) expect(parseFilter(text)).toBeNull();
  });

  it('compares numbers, texts and true or false as text', () => {
    expect(passes({ status: 1 }, 'status=1')).toBe(true);
    expect(passes({ status: '1' }, 'status=1')).toBe(true);
    expect(passes({ on: true }, 'on=true')).toBe(true);
    expect(passes({ status: 2 }, 'status=1')).toBe(false);
    expect(passes({ status: 2 }, 'status!=1')).toBe(true);
  });

  it('finds fields in fields, and those whose name has a dot', () => {
    expect(passes({ site: { kind: 'yard' } }, 'site.kind=yard')).toBe(true);
    expect(passes({ 'site.kind': 'yard' }, 'site.kind=yard')).toBe(true);
  });

  it('lets what is not there, null or an object equal nothing', () => {
    for (const fields of [{}, { a: null }, { a: {} }, { a: [1] }, null, 'a', 1, []]) {
      expect(passes(fields, 'a=1')).toBe(false);
      expect(passes(fields, 'a!=1')).toBe(true);
    }
  });

  it('knows only fields of the camera itself', () => {
    expect(passes({}, 'constructor.name=Object')).toBe(false);
    expect(passes(JSON.parse('{"__proto__":{"status":1}}'), 'status=1')).toBe(false);
    expect(passes([], 'length=0')).toBe(false);
  });

  it('wants all of several', () => {
    expect(passes({ a: 1, b: 2 }, 'a=1', 'b=2')).toBe(true);
    expect(passes({ a: 1, b: 3 }, 'a=1', 'b=2')).toBe(false);
  });
});

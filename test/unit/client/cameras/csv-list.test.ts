import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../../client/cameras/csv-list.js';

/** As plain objects, which compare. */
function rows(text: string): unknown[] {
  return parseCsv(text, 'The list').map((row) => ({ ...row }));
}

describe('parseCsv', () => {
  it('takes the names of the columns from the first line', () => {
    expect(rows('id, name,fr_url\n1,door,http://h/1\r\n\n2,yard\n')).toEqual([
      { id: '1', name: 'door', fr_url: 'http://h/1' },
      { id: '2', name: 'yard' },
    ]);
  });

  it.each([';', '\t'])('takes %j as the separator where the first line has it', (separator) => {
    const text = 'id;name;url\n1;"a;b";http://h/1,2\n'.replaceAll(';', separator);
    expect(rows(text)).toEqual([{ id: '1', name: `a${separator}b`, url: 'http://h/1,2' }]);
  });

  it('takes quotes, and lines in them', () => {
    expect(rows('a,b\n"x ""y""\nz",1\n')).toEqual([{ a: 'x "y"\nz', b: '1' }]);
  });

  it('refuses a quote without an end, and too many columns', () => {
    expect(() => rows('a,b\n"x,1\n')).toThrow('The list: a quote in row 2 does not end.');
    expect(() => rows(`${'a,'.repeat(2000)}\n`)).toThrow('The list has more than 1000 columns.');
  });

  it('has no fields but those of its columns', () => {
    const [row] = parseCsv('__proto__,constructor\nx,y\n', 'The list');
    expect(Object.entries(row ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('reads back whatever is written by RFC 4180', () => {
    const value = fc.string().map((text) => text.replaceAll('\r', ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1 }), (table) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = ['a,b', ...table.map((row) => row.map(quoted).join(','))].join('\r\n');
        expect(rows(text)).toEqual(table.map(([a, b]) => ({ a, b })));
      }),
    );
  });

  it('takes a quote of 16 MiB that does not end', () => {
    expect(() => rows(`a,b\n"${'x'.repeat(16 * 1024 * 1024)}`)).toThrow('does not end');
  });
});

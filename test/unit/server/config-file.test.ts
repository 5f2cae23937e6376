import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_CONFIG_BYTES, parseConfigFile, readConfigFile } from '../../../server/config-file.js';
import { StreamerError } from '../../../shared/errors.js';
import { errorOf } from '../../helpers/error-of.js';

describe('parseConfigFile', () => {
  it('gives every key with its value and line', () => {
    const text = '# a comment\nport: 8000\n\nloop: false\nsources:\n  - a.mp4\n  - "test:bars"\ntoken: ""\nfps:\n';
    expect(parseConfigFile(text, 'f.yaml')).toEqual([
      { key: 'port', value: 8000, line: 2 },
      { key: 'loop', value: false, line: 4 },
      { key: 'sources', value: ['a.mp4', 'test:bars'], line: 5 },
      { key: 'token', value: '', line: 8 },
      { key: 'fps', value: null, line: 9 },
    ]);
  });

  it.each(['', '\n', '# only a comment\n', '---\n', '~', '{}', '\uFEFF'])('finds nothing in %j', (text) => {
    expect(parseConfigFile(text, 'f.yaml')).toEqual([]);
  });

  it('takes JSON, keys in quotes, Windows line ends and a byte order mark', () => {
    const entries = parseConfigFile('\uFEFF{"port": 8000,\r\n "fps": 25}', 'f.yaml');
    expect(entries.map(({ key, value, line }) => [key, value, line])).toEqual([
      ['port', 8000, 1],
      ['fps', 25, 2],
    ]);
  });

  it('takes an alias of an anchor', () => {
    expect(parseConfigFile('width: &n 640\nheight: *n', 'f.yaml')[1]).toMatchObject({ key: 'height', value: 640 });
  });

  it('keeps a key that would be special in JavaScript an ordinary one', () => {
    expect(parseConfigFile('__proto__: 1\nconstructor: 2', 'f.yaml').map(({ key }) => key)).toEqual([
      '__proto__',
      'constructor',
    ]);
  });

  it.each([
    ['port: 1\nport: 2', 'f.yaml line 2, column 1: the key "port" appears twice.'],
    ['port 8000', 'f.yaml line 1, column 1: there must be lines of the form `key: value`.'],
    ['- port', 'f.yaml line 1, column 1: there must be lines of the form `key: value`.'],
    ['video:\n\tfps: 3', 'f.yaml line 2, column 1: a tab is used to indent; use spaces.'],
    ['[1, 2]: 3', 'f.yaml line 1, column 1: a key is not plain text.'],
    ['port: 1\n---\nport: 2', 'f.yaml line 2, column 1: a second document begins; there may be only one.'],
    ['host: "a', 'f.yaml line 1, column 9: a quote, bracket, comma or colon is missing.'],
    ['sources: [a, b', 'f.yaml line 1, column 15: the indentation is wrong, or a bracket before it is not closed.'],
  ])('refuses %j', (text, message) => {
    expect(errorOf(() => parseConfigFile(text, 'f.yaml'))).toMatchObject({ code: 'BAD_CONFIG', message });
  });

  it.each([
    'token: *SECRET9',
    'token: &a SECRET9\nhost: *b',
    'token: !SECRET9 x',
    'token: "SECRET9\\q"',
    'token: @SECRET9',
    'token: %SECRET9',
    'token: SECRET9: x',
    'token: "x" SECRET9',
    'token: SECRET9\n  x: y',
    'token: [SECRET9',
    'token: {SECRET9: 1, SECRET9',
    '%SECRET9',
  ])('does not repeat what may be a token: %j', (text) => {
    const error = errorOf(() => parseConfigFile(text, 'f.yaml'));
    expect(error).toMatchObject({
      code: 'BAD_CONFIG',
      message: expect.stringMatching(/^f\.yaml line \d+, column \d+: /),
    });
    expect(error.message).not.toContain('SECRET9');
    expect(error.cause).toBeUndefined();
  });

  it('refuses aliases that would grow without end', () => {
    const levels = Array.from({ length: 12 }, (_, n) => `k${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}x]`);
    const error = errorOf(() => parseConfigFile(['k0: &a0 x', ...levels].join('\n'), 'f.yaml'));
    expect(error).toMatchObject({ code: 'BAD_CONFIG', message: expect.stringContaining('alias') });
  });

  it('refuses nesting that the library cannot follow', () => {
    const error = errorOf(() => parseConfigFile(`port: ${'['.repeat(400_000)}`, 'f.yaml'));
    expect(error.code).toBe('BAD_CONFIG');
  });

  it('reads many keys as fast as few', () => {
    const text = Array.from({ length: 100_000 }, (_, n) => `k${n}: `).join('\n');
    expect(parseConfigFile(text, 'f.yaml')).toHaveLength(100_000);
  });

  it('answers any text with entries or a StreamerError', () => {
    const piece = fc.constantFrom(
      ...'\n\n :-,[]{}"\'#&*!|>%@`\t?',
      'port',
      'sources',
      ': ',
      '- ',
      '---',
      '...',
      '<<',
      '!!',
    );
    const yamlish = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 40 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(yamlish, fc.string({ unit: 'binary' })), (text) => {
        try {
          const entries = parseConfigFile(text, 'f.yaml');
          expect(entries.every(({ key, line }) => typeof key === 'string' && line >= 1)).toBe(true);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(StreamerError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('readConfigFile', () => {
  let folder: string;
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'streamer-config-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads a file, up to the limit', () => {
    expect(readConfigFile(write('a', 'host: bücher'))).toBe('host: bücher');
    expect(readConfigFile(write('b', ''))).toBe('');
    expect(readConfigFile(write('c', '#'.repeat(MAX_CONFIG_BYTES)))).toHaveLength(MAX_CONFIG_BYTES);
  });

  it('says why it cannot', () => {
    const messageFor = (name: string) => errorOf(() => readConfigFile(name)).message;
    expect(messageFor(join(folder, 'absent'))).toMatch(/cannot be read: it does not exist\.$/);
    expect(messageFor(folder)).toMatch(/cannot be read: it is a folder\.$/);
    expect(messageFor(write('long', '#'.repeat(MAX_CONFIG_BYTES + 1)))).toMatch(/is longer than 1048576 bytes/);
    expect(messageFor(write('binary', new Uint8Array([0xff, 0xfe, 0])))).toMatch(/is not a text file in UTF-8\.$/);
    expect(messageFor('a\0b')).toMatch(/cannot be read/);
  });
});

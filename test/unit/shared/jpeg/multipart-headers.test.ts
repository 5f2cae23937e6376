import { describe, expect, it } from 'vitest';

import { MultipartHeaders, contentLengthOf } from '../../../../shared/jpeg/multipart-headers.js';

describe('MultipartHeaders', () => {
  it('has names in lower case and values without the white space around them', () => {
    expect(headersOf('Content-Type:image/jpeg', 'X-Timestamp :\t 1.5 ')).toEqual({
      'content-type': 'image/jpeg',
      'x-timestamp': '1.5',
    });
  });

  it('joins folded lines', () => {
    expect(headersOf('X-A: one', '  two', '\tthree')).toEqual({ 'x-a': 'one two three' });
  });

  it('takes the first of several of one name, with what is folded into it', () => {
    expect(headersOf('X-A: one', ' more', 'x-a: two', ' junk')).toEqual({ 'x-a': 'one more' });
  });

  it('passes over lines that are no headers, and what is folded into them', () => {
    expect(headersOf(' folded', 'no colon', ' folded', ': no name', 'X-A: one', 'junk', ' folded')).toEqual({
      'x-a': 'one',
    });
  });

  it('keeps colons and bytes above 127 in values', () => {
    expect(headersOf('Date: 12:30:00', 'X-Name: K\xfcche')).toEqual({ date: '12:30:00', 'x-name': 'K\xfcche' });
  });

  function headersOf(...lines: string[]) {
    const headers = new MultipartHeaders();
    for (const line of lines) headers.add(line);
    return Object.fromEntries(headers.fields);
  }
});

describe('contentLengthOf', () => {
  it.each([
    ['0', 0],
    ['31415', 31415],
    ['-1', null],
    ['', null],
    ['12 bytes', null],
    ['0x10', null],
    ['1e3', null],
    ['9'.repeat(16), null],
  ])('of %j', (value, expected) => {
    expect(contentLengthOf(new Map([['content-length', value]]))).toBe(expected);
  });

  it('is null without the header', () => {
    expect(contentLengthOf(new Map())).toBeNull();
  });
});

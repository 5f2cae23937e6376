import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marked, markedPlaylist, markedRedirect, unmarked } from '../../../../server/sources/https-marker.js';

describe('marked', () => {
  it.each([
    ['https://cam.test', 'http://cam.test.https.invalid:443'],
    ['HTTPS://u:p@ss@cam.test:8443/a?b=https://c', 'http://u:p@ss@cam.test.https.invalid:8443/a?b=https://c'],
    ['https://[2001:db8::1]/', 'http://2001-db8--1.ipv6.https.invalid:443/'],
    ['//cam.test/x', 'http://cam.test.https.invalid:443/x'],
    ['http://cam.test/', 'http://cam.test/'],
    ['a/b.ts', 'a/b.ts'],
    ['https://', 'https://'],
    ['https://a[b]c/', 'https://a[b]c/'],
    ['httpproxy://cam.test/', 'httpproxy://cam.test/'],
  ])('makes of %s %s', (address, expected) => {
    expect(marked(address)).toBe(expected);
  });
});

describe('unmarked', () => {
  it.each(['https://cam.test/', 'https://cam.test:80/a?b', 'https://[2001:db8::1]:8443/x', 'https://127.0.0.1/'])(
    'gives %s back',
    (address) => {
      expect(unmarked(new URL(marked(address))).href).toBe(address);
    },
  );

  it('leaves what has no mark as it is', () => {
    const url = new URL('http://https.invalid/x');
    expect(unmarked(url)).toBe(url);
  });

  it('gives any address of HTTPS back', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['https'], withQueryParameters: true }), (address) => {
        // A question mark with nothing behind it may go.
        const parts = ({ origin, pathname, search }: URL) => origin + pathname + search;
        expect(parts(unmarked(new URL(marked(address))))).toBe(parts(new URL(address)));
      }),
    );
  });
});

describe('markedRedirect', () => {
  it('takes // for the scheme of the answer', () => {
    expect(markedRedirect('//cam.test/x', true)).toBe('http://cam.test.https.invalid:443/x');
    expect(markedRedirect('//cam.test/x', false)).toBe('//cam.test/x');
    expect(markedRedirect('/x', true)).toBe('/x');
    expect(markedRedirect('https://cam.test/x', false)).toBe('http://cam.test.https.invalid:443/x');
  });
});

describe('markedPlaylist', () => {
  it('marks addresses in lines and tags, and nothing else', () => {
    const lines = [
      '#EXTM3U',
      '# see https://cam.test/',
      '#EXT-X-MAP:URI="https://cam.test/i.mp4",BYTERANGE="1@0"',
      '#EXT-X-MEDIA:TYPE=SUBTITLES,URI="//cam.test/s"',
      'https://cam.test/a.ts?from=https://x',
      '//cam.test/b.ts',
      'http://cam.test/c.ts',
      'd.ts',
    ];
    expect(markedPlaylist(lines.join('\r\n'), true).split('\r\n')).toEqual([
      ...lines.slice(0, 2),
      '#EXT-X-MAP:URI="http://cam.test.https.invalid:443/i.mp4",BYTERANGE="1@0"',
      '#EXT-X-MEDIA:TYPE=SUBTITLES,URI="http://cam.test.https.invalid:443/s"',
      'http://cam.test.https.invalid:443/a.ts?from=https://x',
      'http://cam.test.https.invalid:443/b.ts',
      ...lines.slice(6),
    ]);
    expect(markedPlaylist('//cam.test/b.ts', false)).toBe('//cam.test/b.ts');
  });
});

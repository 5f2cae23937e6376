import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkTarget, nextPage, numberedPage } from '../../../../client/cameras/next-page.js';

const AT = new URL('https://api.example/v1/cameras?page=2&q=a');

function next(document: unknown, link: string | null = null): string | null {
  const found = nextPage(document, link, AT);
  return found.kind === 'url' ? found.url.href : found.kind === 'odd' ? `odd: ${found.field}` : null;
}

describe('nextPage', () => {
  it('follows a Link header with rel=next', () => {
    expect(next([], '<https://api.example/a>; rel="prev", </b?page=3>; title="x"; rel="next last"')).toBe(
      'https://api.example/b?page=3',
    );
    expect(next([], '<?page=3>; REL=NEXT')).toBe('https://api.example/v1/cameras?page=3');
    expect(next([], '<https://api.example/a>; rel="prev"')).toBeNull();
    expect(next([], '<a>; rel=nextish, <b>; xrel=next')).toBeNull();
    expect(next([], '<file:///etc/passwd>; rel=next')).toBe('odd: Link');
  });

  it('follows a field', () => {
    expect(next({ next: '/p3' })).toBe('https://api.example/p3');
    expect(next({ next: '?page=3' })).toBe('https://api.example/v1/cameras?page=3');
    expect(next({ links: { next: 'http://other.example/x' } })).toBe('http://other.example/x');
    expect(next({ _links: { next: { href: 'https://api.example/h' } } })).toBe('https://api.example/h');
  });

  it('ends where there is none', () => {
    for (const none of [null, '', false, undefined]) expect(next({ next: none })).toBeNull();
    expect(next([])).toBeNull();
  });

  it('says where it is none that can be followed', () => {
    for (const odd of [3, 'cursor123', 'javascript:x', 'ftp://h/', true]) expect(next({ next: odd })).toBe('odd: next');
  });

  it('throws at nothing', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.string(), (document, link) => void next(document, link)));
    expect(linkTarget('<'.repeat(100_000) + ' ;rel'.repeat(100_000))).toBeNull();
  });
});

describe('numberedPage', () => {
  it('counts on from the number in the address, or from 1', () => {
    expect(numberedPage(AT, 'page').href).toBe('https://api.example/v1/cameras?page=3&q=a');
    expect(numberedPage(new URL('http://h/?x=1'), 'p').href).toBe('http://h/?x=1&p=2');
    expect(numberedPage(new URL('http://h/?p=0'), 'p').href).toBe('http://h/?p=1');
    expect(numberedPage(new URL('http://h/?p=abc'), 'p').href).toBe('http://h/?p=2');
  });
});

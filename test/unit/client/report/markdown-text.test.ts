import { describe, expect, it } from 'vitest';
import { markdownTable, markdownText } from '../../../../client/report/markdown-text.js';

describe('markdownText', () => {
  it.each([
    ['plain words', 'cam 3 (north), 30.0 fps', 'cam 3 (north), 30.0 fps'],
    ['HTML', '<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['an entity', '&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['a cell border', 'a|b', 'a\\|b'],
    ['emphasis and code', '*a* _b_ `c` ~d~', '\\*a\\* \\_b\\_ \\`c\\` \\~d\\~'],
    ['a link and a picture', '![x](http://e)', '!\\[x\\](http:<!-- -->//e)'],
    ['an address', 'https://e.example www.e.example', 'https:<!-- -->//e.example www<!-- -->.e.example'],
    ['a name that would be told', 'by @somebody', 'by @<!-- -->somebody'],
    ['a reference', '#12 and GH-12', '#<!-- -->12 and GH-<!-- -->12'],
    ['a heading', '# a', '\\# a'],
    ['a list', '- a', '\\- a'],
    ['a number below zero', '-1.2 ms', '-1.2 ms'],
    ['a numbered list', '12. a', '12\\. a'],
    ['line breaks', 'a\n\n# b', 'a # b'],
    ['a text that is turned around', 'a\u202eb', 'a\ufffdb'],
    ['a backslash', 'a\\|', 'a\\\\\\|'],
  ])('takes its meaning from %s', (_, text, markdown) => expect(markdownText(text)).toBe(markdown));

  it('cuts what is too long', () => expect(markdownText('x'.repeat(5000))).toHaveLength(400));
});

describe('markdownTable', () => {
  it('keeps its columns whatever stands in them', () => {
    const columns = [
      { label: 'Name', align: 'left' },
      { label: 'p99', align: 'right' },
    ] as const;
    expect(markdownTable(columns, [['a|b\n|c', '1 ms']])).toBe('| Name | p99 |\n| --- | ---: |\n| a\\|b \\|c | 1 ms |');
  });
});

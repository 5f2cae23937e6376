import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapedText, html, Html } from '../../../../../client/report/html/html.js';

describe('html', () => {
  it('escapes texts, keeps markup, and leaves out null', () => {
    const cell = html`<b title="${'a"b'}">${'<i>&'}</b>`;
    expect(html`<p>${[cell, null, 3]}</p>`.markup).toBe('<p><b title="a&quot;b">&lt;i&gt;&amp;</b>3</p>');
    expect(html`${Html.trusted('<style></style>')}`.markup).toBe('<style></style>');
  });
});

describe('escapedText', () => {
  it('leaves nothing of any text that could be markup or turn the text around it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapedText(text);
        expect(escaped).not.toMatch(/[<>"'`\n]|&(?!(?:amp|lt|gt|quot|#39|#96);)/);
        expect(escaped).not.toMatch(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it('keeps what people write', () => {
    for (const name of ['Tür 3', '북문 카메라', 'камера', 'كاميرا', '👨‍👩‍👧 lobby', 'می‌خواهم'])
      expect(escapedText(name)).toBe(name);
  });
});

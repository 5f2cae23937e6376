import { describe, expect, it } from 'vitest';
import { terminalTraits } from '../../../../client/ui/terminal-traits.js';

const UTF8 = { LANG: 'en_US.UTF-8' };

function traits(term: string | undefined, more: Record<string, string> = UTF8, platform = 'linux'): unknown {
  return terminalTraits({ ...more, ...(term !== undefined && { TERM: term }) }, platform);
}

describe('terminalTraits', () => {
  it.each([
    ['xterm-256color', { terminfo: 'xterm-256color', colors: '256', glyphs: 'braille' }],
    ['xterm', { terminfo: 'xterm', colors: '16', glyphs: 'braille' }],
    ['screen', { terminfo: 'xterm', colors: '16', glyphs: 'braille' }],
    ['screen.xterm-256color', { terminfo: 'xterm-256color', colors: '256', glyphs: 'braille' }],
    ['tmux-256color', { terminfo: 'xterm-256color', colors: '256', glyphs: 'braille' }],
    ['xterm-kitty', { terminfo: 'xterm-256color', colors: '256', glyphs: 'braille' }],
    ['alacritty', { terminfo: 'xterm-256color', colors: '256', glyphs: 'braille' }],
    ['XTERM-256COLOR', { terminfo: 'xterm-256color', colors: '256', glyphs: 'braille' }],
    ['xterm-direct', { terminfo: 'xterm-256color', colors: 'true', glyphs: 'braille' }],
    ['xterm-mono', { terminfo: 'xterm-256color', colors: 'none', glyphs: 'braille' }],
    ['brandnew-256color', { terminfo: 'xterm-256color', colors: '256', glyphs: 'braille' }],
    ['linux', { terminfo: 'linux', colors: '16', glyphs: 'blocks' }],
    ['vt100', { terminfo: 'xterm', colors: 'none', glyphs: 'ascii' }],
    ['vt220', { terminfo: 'xterm', colors: 'none', glyphs: 'ascii' }],
  ])('%s', (term, expected) => {
    expect(traits(term)).toEqual(expected);
  });

  it.each([[undefined], [''], ['dumb'], ['unknown'], ['emacs'], ['stupid'], ['linuxlike'], ['no-such-terminal']])(
    'has no screen on TERM=%s',
    (term) => {
      expect(traits(term)).toBeNull();
    },
  );

  it('sees full colour in COLORTERM', () => {
    for (const value of ['truecolor', '24bit']) {
      expect(traits('xterm-256color', { ...UTF8, COLORTERM: value })).toMatchObject({ colors: 'true' });
    }
    expect(traits('xterm-256color', { ...UTF8, COLORTERM: 'yes' })).toMatchObject({ colors: '256' });
  });

  it('paints nothing with NO_COLOR, unless it is empty', () => {
    expect(traits('xterm-256color', { ...UTF8, NO_COLOR: '1', COLORTERM: 'truecolor' })).toMatchObject({
      colors: 'none',
    });
    expect(traits('xterm-256color', { ...UTF8, NO_COLOR: '' })).toMatchObject({ colors: '256' });
    expect(traits('dumb', { NO_COLOR: '1' })).toBeNull();
  });

  it.each([
    [{}, 'braille'],
    [{ LANG: '' }, 'braille'],
    [{ LANG: 'C.utf8' }, 'braille'],
    [{ LANG: 'C' }, 'ascii'],
    [{ LANG: 'de_DE.ISO-8859-1' }, 'ascii'],
    [{ LANG: 'C', LC_CTYPE: 'en_US.UTF-8' }, 'braille'],
    [{ LANG: 'en_US.UTF-8', LC_CTYPE: 'C' }, 'ascii'],
    [{ LANG: 'en_US.UTF-8', LC_CTYPE: 'C', LC_ALL: 'C.UTF-8' }, 'braille'],
  ])('with the locale %j draws in %s', (locale, glyphs) => {
    expect(traits('xterm-256color', locale)).toMatchObject({ glyphs });
  });

  it('knows the console of Windows, which sets no TERM', () => {
    expect(traits(undefined, {}, 'win32')).toEqual({ terminfo: 'windows-ansi', colors: '16', glyphs: 'blocks' });
    expect(traits('dumb', {}, 'win32')).toBeNull();
  });
});

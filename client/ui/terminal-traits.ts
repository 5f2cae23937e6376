import type { GlyphSet } from './glyphs.js';
import type { ColorDepth } from './paint.js';

/** What a terminal can do, as far as its environment tells. `terminfo` is the description to drive it with. */
export interface TerminalTraits {
  readonly terminfo: 'xterm-256color' | 'xterm' | 'linux' | 'windows-ansi';
  readonly colors: ColorDepth;
  readonly glyphs: GlyphSet;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Terminals that understand xterm's sequences, by the beginning of their TERM. */
const XTERM_LIKE =
  /^(xterm|screen|tmux|rxvt|vte|gnome|konsole|kitty|alacritty|foot|ghostty|wezterm|contour|st|iterm|mintty|cygwin|putty|eterm|mlterm|terminator|nsterm|mrxvt|ms-terminal)(?![a-z])/;
/** Of those, the ones that have 256 colours without saying so in their name. */
const MODERN = /^(xterm-kitty|xterm-ghostty|kitty|alacritty|foot|ghostty|wezterm|contour|ms-terminal)/;
const DEC_TERMINAL = /^vt[1-5]\d\d/;

/**
 * Reads what the terminal can do from TERM, COLORTERM, NO_COLOR and the locale in `env`. Null when TERM is missing,
 * `dumb` or of a family we do not know: a full screen could come out as garbage there, so use plain lines.
 */
export function terminalTraits(env: Environment, platform: string): TerminalTraits | null {
  const term = (env['TERM'] ?? '').toLowerCase();
  const traits = platform === 'win32' && term === '' ? windowsTraits() : traitsOf(term, env);
  return traits && env['NO_COLOR'] ? { ...traits, colors: 'none' } : traits;
}

function windowsTraits(): TerminalTraits {
  return { terminfo: 'windows-ansi', colors: '16', glyphs: 'blocks' };
}

function traitsOf(term: string, env: Environment): TerminalTraits | null {
  if (DEC_TERMINAL.test(term)) return { terminfo: 'xterm', colors: 'none', glyphs: 'ascii' };
  const glyphs = usesUtf8(env);
  if (/^linux(?![a-z])/.test(term)) {
    return { terminfo: 'linux', colors: '16', glyphs: glyphs ? 'blocks' : 'ascii' };
  }
  if (!XTERM_LIKE.test(term) && !/-(256color|direct|truecolor)$/.test(term)) return null;
  const colors = colorDepth(term, env);
  return {
    terminfo: colors === '16' ? 'xterm' : 'xterm-256color',
    colors,
    glyphs: glyphs ? 'braille' : 'ascii',
  };
}

function colorDepth(term: string, env: Environment): ColorDepth {
  if (/-m(ono)?$/.test(term)) return 'none';
  if (/^(truecolor|24bit)$/.test(env['COLORTERM'] ?? '') || /-(direct|truecolor)$/.test(term)) return 'true';
  return /256color/.test(term) || MODERN.test(term) ? '256' : '16';
}

/** Containers often have no locale at all while the terminal in front of them speaks UTF-8, so none means UTF-8. */
function usesUtf8(env: Environment): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return locale === '' || /utf-?8/i.test(locale);
}

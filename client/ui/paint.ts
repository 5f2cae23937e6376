/** How many colours a terminal shows. */
export type ColorDepth = 'none' | '16' | '256' | 'true';

/** What a colour stands for. `strong` is bold, in whatever colour the terminal writes. */
export type Role = 'p50' | 'p99' | 'error' | 'good' | 'bad' | 'strong';

/** Paints `text` for its role with SGR sequences; they take no cells. */
export type Paint = (text: string, role: Role) => string;

/**
 * Palette numbers. Of the 256 colours those of middle brightness, which read on black as well as on white; of the
 * 16 those that a terminal's own theme makes readable. Backgrounds are never painted.
 */
const COLORS: Readonly<Record<Exclude<Role, 'strong'>, { readonly of16: number; readonly of256: number }>> = {
  p50: { of16: 6, of256: 33 },
  p99: { of16: 5, of256: 166 },
  error: { of16: 2, of256: 245 },
  good: { of16: 2, of256: 28 },
  bad: { of16: 1, of256: 160 },
};

/** The palette number of a role, or null where the terminal's own colour is to be used. */
export function colorOf(role: Role, depth: ColorDepth): number | null {
  if (depth === 'none' || role === 'strong') return null;
  return depth === '16' ? COLORS[role].of16 : COLORS[role].of256;
}

/** A `Paint` for a terminal with `depth` colours; bold works without any. */
export function createPaint(depth: ColorDepth): Paint {
  return (text, role) => {
    if (role === 'strong') return `\x1b[1m${text}\x1b[22m`;
    const color = colorOf(role, depth);
    return color === null ? text : `\x1b[38;5;${color}m${text}\x1b[39m`;
  };
}

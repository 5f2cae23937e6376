import { ramp } from './ramp.js';

/** A colour by day and by night; what is drawn with it has at least 3:1 against its surface, and words 4.5:1. */
const TOKENS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  paper: ['#f6f6f4', '#0d0e11'],
  surface: ['#ffffff', '#16181d'],
  sunken: ['#f0f0ed', '#1d2026'],
  line: ['#e3e3df', '#2a2d35'],
  edge: ['#8f9199', '#6b7180'],
  ink: ['#15171c', '#eceef3'],
  muted: ['#5a5f6b', '#a2a8b5'],
  focus: ['#1a62d6', '#78b0ff'],
  good: ['#177245', '#55c98f'],
  warning: ['#8d5a00', '#ecb650'],
  bad: ['#bd2419', '#ff8a7d'],
  'good-wash': ['#e4f3ea', '#14291f'],
  'warning-wash': ['#fbf0d9', '#2e2512'],
  'bad-wash': ['#fce8e6', '#351b19'],
  'quiet-wash': ['#ededea', '#23262d'],
};

/** Okabe and Ito, "Color universal design" (2008), darker on white where they would be too faint for a line. */
const LINES: readonly (readonly [light: string, dark: string])[] = [
  ['#0072b2', '#56b4e9'],
  ['#d55e00', '#f08a3c'],
  ['#00805e', '#2fc79a'],
  ['#b0528a', '#dd9cc0'],
  ['#8a6400', '#e6a500'],
  ['#15171c', '#eceef3'],
  ['#2b8cc4', '#8fd0ff'],
  ['#6b7180', '#a2a8b5'],
];

/** Both themes as custom properties; paper is always light. */
export function themeCss(): string {
  const levels = ramp();
  const light = ['color-scheme: light', ...tokens(0), ...levels.map((colour, level) => `--h${level}: ${colour}`)];
  // By night the ramp is turned around: what is far from the background is what is great.
  const turned = levels.toReversed().map((colour, level) => `--h${level}: ${colour}`);
  const dark = ['color-scheme: dark', ...tokens(1), ...turned].join('; ');
  return [
    `:root { ${light.join('; ')} }`,
    `@media screen and (prefers-color-scheme: dark) { :root:not([data-theme='light']) { ${dark} } }`,
    `@media screen { :root[data-theme='dark'] { ${dark} } }`,
    ...LINES.map(
      (_, index) => `.s${index} { stroke: var(--s${index}) } .f${index}, .plot .t${index} { fill: var(--s${index}) }`,
    ),
    ...levels.map((_, level) => `.h${level} { fill: var(--h${level}) }`),
  ].join('\n');
}

function tokens(theme: 0 | 1): string[] {
  return [
    ...Object.entries(TOKENS).map(([name, colours]) => `--${name}: ${colours[theme]}`),
    ...LINES.map((colours, index) => `--s${index}: ${colours[theme]}`),
  ];
}

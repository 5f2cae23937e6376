import { useSyncExternalStore } from 'react';

/** Colours of the charts, from the page's custom properties. */
export interface ChartTheme {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly p50: string;
  readonly p50Band: string;
  readonly p99: string;
  readonly p99Band: string;
  readonly font: string;
}

const DARK = '(prefers-color-scheme: dark)';
const themes = new Map<boolean, ChartTheme>();

/** The colours of the scheme in use; another object when the scheme changes. */
export function useChartTheme(): ChartTheme {
  return useSyncExternalStore(subscribe, currentTheme);
}

function currentTheme(): ChartTheme {
  const isDark = matchMedia(DARK).matches;
  const known = themes.get(isDark);
  if (known !== undefined) return known;
  const theme = readTheme();
  themes.set(isDark, theme);
  return theme;
}

function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: color('--ink'),
    muted: color('--ink-muted'),
    line: color('--line'),
    p50: color('--chart-p50'),
    p50Band: color('--chart-p50-band'),
    p99: color('--chart-p99'),
    p99Band: color('--chart-p99-band'),
    font: `12px ${style.getPropertyValue('--font').trim()}`,
  };
}

function subscribe(onChange: () => void): () => void {
  const query = matchMedia(DARK);
  query.addEventListener('change', onChange);
  return () => query.removeEventListener('change', onChange);
}

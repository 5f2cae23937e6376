import { type RefObject, useEffect, useRef } from 'react';
import type { Route } from '../model/router.js';

/**
 * Gives each page its title, and moves the focus to it when the page changes, as a browser does for pages of their own:
 * so a keyboard starts at its beginning and a screen reader says where it is. What the server has to be asked for first,
 * which page comes first, is no change.
 */
export function usePageFocus(route: Route, isServerKnown: boolean): RefObject<HTMLElement | null> {
  const mainRef = useRef<HTMLElement>(null);
  const shown = useRef<string | null | undefined>(undefined);
  const name = titleOf(route);
  useEffect(() => {
    document.title = name === null ? 'frame-streamer' : `${name} · frame-streamer`;
    if (!isServerKnown) return;
    if (shown.current !== undefined && shown.current !== name) {
      mainRef.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    shown.current = name;
  }, [name, isServerKnown]);
  return mainRef;
}

/** What the page is about; null for the first one. */
function titleOf(route: Route): string | null {
  if (route.page === 'publishers') return 'Publishers';
  if (route.page === 'join') return 'Benchmark';
  return route.page === 'stream' ? route.name : null;
}

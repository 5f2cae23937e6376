import { type RefObject, useEffect, useRef } from 'react';
import type { Route } from '../model/router.js';

/**
 * Gives each page its title, and moves the focus to it when the page changes, as a browser does for pages of their own:
 * so a keyboard starts at its beginning and a screen reader says where it is.
 */
export function usePageFocus(route: Route): RefObject<HTMLElement | null> {
  const mainRef = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const name = titleOf(route);
  useEffect(() => {
    document.title = name === null ? 'frame-streamer' : `${name} · frame-streamer`;
    if (!isFirst.current) {
      mainRef.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirst.current = false;
  }, [name]);
  return mainRef;
}

/** What the page is about; null for the first one. */
function titleOf(route: Route): string | null {
  if (route.page === 'publishers') return 'Publishers';
  return route.page === 'stream' ? route.name : null;
}

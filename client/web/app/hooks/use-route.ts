import { useMemo, useSyncExternalStore } from 'react';
import { type Route, formatRoute, parseRoute } from '../model/router.js';

/** The route in the page's address. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

/** Goes to a route, with an entry in the history. */
export function goTo(route: Route): void {
  location.hash = formatRoute(route);
}

function subscribe(onChange: () => void): () => void {
  addEventListener('hashchange', onChange);
  return () => removeEventListener('hashchange', onChange);
}

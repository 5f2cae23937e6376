import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { ServerApi } from '../model/api-client.js';
import { LiveStore, type LiveView } from '../model/live-store.js';

/** What the server tells, as long as the component is there. */
export function useLiveView(api: ServerApi): LiveView {
  const store = useMemo(() => new LiveStore(api), [api]);
  useEffect(() => {
    store.open();
    return () => store.close();
  }, [store]);
  return useSyncExternalStore(store.subscribe, store.current);
}

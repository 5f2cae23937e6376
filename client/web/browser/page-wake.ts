/**
 * Calls back when the page may have been asleep and is not any more: it is shown again, comes back from the browser's
 * cache or from being frozen, or the machine is online again. Returns a function that ends this. In a worker only the
 * last of these is told.
 */
export function onPageWake(callback: () => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  globalThis.addEventListener('online', callback, { signal });
  if (typeof document === 'undefined') return () => ended.abort();
  globalThis.addEventListener('pageshow', callback, { signal });
  document.addEventListener('resume', callback, { signal });
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') callback();
  };
  document.addEventListener('visibilitychange', onVisible, { signal });
  return () => ended.abort();
}

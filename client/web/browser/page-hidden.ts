/**
 * Calls back when the page is hidden (behind another tab, or the screen is locked) and when it is shown again; at once
 * where it is hidden already. Returns a function that ends this. In a worker nobody knows, and it never calls.
 */
export function onPageHidden(callback: (isHidden: boolean) => void): () => void {
  if (typeof document === 'undefined') return () => undefined;
  const onChange = (): void => callback(document.visibilityState === 'hidden');
  document.addEventListener('visibilitychange', onChange);
  if (document.visibilityState === 'hidden') callback(true);
  return () => document.removeEventListener('visibilitychange', onChange);
}

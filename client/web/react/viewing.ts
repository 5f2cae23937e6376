/** How long an element must be out of view before that counts, so that scrolling past does not end its connection. */
const LEAVE_DELAY_MS = 500;

/**
 * Tells whether somebody can see `element`: it is (nearly) on screen, and its tab is in front. Calls `onChange` first
 * with how it is, soon, and then when it changes. Returns how to stop.
 */
export function observeViewing(element: Element, onChange: (isInView: boolean) => void): () => void {
  let isOnScreen = false;
  let told: boolean | null = null;
  let leaving: ReturnType<typeof setTimeout> | undefined;

  const tell = (isInView: boolean): void => {
    clearTimeout(leaving);
    if (isInView === told) return;
    told = isInView;
    onChange(isInView);
  };
  const judge = (): void => {
    clearTimeout(leaving);
    if (document.visibilityState === 'hidden') tell(false);
    else if (isOnScreen) tell(true);
    else if (told === null) tell(false);
    else leaving = setTimeout(() => tell(false), LEAVE_DELAY_MS);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      isOnScreen = entries.at(-1)?.isIntersecting ?? false;
      judge();
    },
    // A little before it comes into view, so that the picture is there when it does.
    { rootMargin: '120px' },
  );
  observer.observe(element);
  document.addEventListener('visibilitychange', judge);
  return () => {
    clearTimeout(leaving);
    observer.disconnect();
    document.removeEventListener('visibilitychange', judge);
  };
}

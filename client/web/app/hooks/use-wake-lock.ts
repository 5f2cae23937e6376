import { useEffect, useState } from 'react';

/** Whether the screen stays on by itself, or somebody has to see to it. */
export type WakeLockState = 'held' | 'missing';

/**
 * Keeps the screen on while `isWanted`. Browsers let only pages do that which came by HTTPS or from the machine itself,
 * and take it away when the page is hidden: then it is asked for again.
 */
export function useWakeLock(isWanted: boolean): WakeLockState {
  const [state, setState] = useState<WakeLockState>('missing');
  useEffect(() => {
    if (!isWanted || !('wakeLock' in navigator)) return;
    let isOver = false;
    let lock: WakeLockSentinel | null = null;
    const ask = async (): Promise<void> => {
      if (document.visibilityState !== 'visible') return;
      const held = await navigator.wakeLock.request('screen').catch(() => null);
      if (isOver) return void held?.release();
      lock = held;
      setState(held === null ? 'missing' : 'held');
    };
    void ask();
    const onVisible = (): void => void ask();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      isOver = true;
      document.removeEventListener('visibilitychange', onVisible);
      void lock?.release();
      setState('missing');
    };
  }, [isWanted]);
  return state;
}

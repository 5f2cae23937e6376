import { useCallback, useState } from 'react';
import { type ApiError, toApiError } from '../model/api-client.js';

/** An action that somebody starts with a button, and what became of it. */
export interface Action<A extends unknown[]> {
  /** Resolves with whether it worked. */
  readonly run: (...args: A) => Promise<boolean>;
  readonly isRunning: boolean;
  /** Why it failed last time; null once it is tried again. */
  readonly problem: ApiError | null;
}

/** Wraps an action that asks the server. */
export function useAction<A extends unknown[]>(action: (...args: A) => Promise<void>): Action<A> {
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const run = useCallback(
    async (...args: A): Promise<boolean> => {
      setRunning(true);
      setProblem(null);
      try {
        await action(...args);
        return true;
      } catch (thrown) {
        setProblem(toApiError(thrown));
        return false;
      } finally {
        setRunning(false);
      }
    },
    [action],
  );
  return { run, isRunning, problem };
}

import pLimit from 'p-limit';

/** Calls an action as soon as fewer than so many others are under way; resolves as it does. */
export type Limit = <R>(action: () => Promise<R>) => Promise<R>;

/** A limit for whatever shares it: at most `parallel` actions at a time. */
export function createLimit(parallel: number): Limit {
  const limit = pLimit(parallel);
  return (action) => limit(action);
}

/** Calls `action` for every item, for at most `parallel` of them at a time; results come in the order of the items. */
export function settleInParallel<T, R>(
  items: readonly T[],
  parallel: number,
  action: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const limit = createLimit(parallel);
  return Promise.allSettled(items.map((item) => limit(() => action(item))));
}

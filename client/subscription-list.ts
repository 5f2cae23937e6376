import type { Policy, Subscription } from '../shared/protocol/messages.js';

/** What holds for every stream that is asked for; without a value the server decides. */
export interface SubscriptionTerms {
  readonly policy?: Policy | undefined;
  readonly maxFps?: number | undefined;
}

/** The subscriptions of a HELLO: the named streams, `all` for every one, or the server's first where none is named. */
export function subscriptionList(streams: readonly string[] | 'all', terms: SubscriptionTerms): Subscription[] {
  if (streams === 'all') return [{ ...terms, stream: '*' }];
  if (streams.length === 0) return [terms];
  return streams.map((stream) => ({ ...terms, stream }));
}

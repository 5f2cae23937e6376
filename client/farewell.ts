import { isErrorCode, StreamerError } from '../shared/errors.js';
import { MessageType } from '../shared/protocol/messages.js';
import type { Message } from '../shared/protocol/messages.js';

/** What a server said before it closed the connection: why, or that its streams have come to their end. */
export type Farewell = StreamerError | 'ended';

type Last = Extract<Message, { readonly type: typeof MessageType.ERROR | typeof MessageType.BYE }>;

/** The server's own words, under its code where we know that one. */
export function farewellOf({ type, body }: Last): Farewell {
  if (type === MessageType.BYE && body.code === 'STREAMS_ENDED') return 'ended';
  return new StreamerError(isErrorCode(body.code) ? body.code : 'CONNECTION_LOST', body.message);
}

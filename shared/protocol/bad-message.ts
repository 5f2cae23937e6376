import { StreamerError } from '../errors.js';
import { MessageType } from './messages.js';

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(MessageType).map(([name, type]) => [type, name]));

/** Name of a message type as the specification writes it, `HELLO`; `type 99` for one we do not know. */
export function messageName(type: number): string {
  return NAMES.get(type) ?? `type ${type}`;
}

/**
 * A BAD_MESSAGE error that names the message and the field. `problem` completes the sentence "HELLO.name …"; it must
 * not hold what the peer sent, since the sentence goes to logs and terminals.
 */
export function badMessage(type: number, field: string, problem: string, cause?: unknown): StreamerError {
  return new StreamerError('BAD_MESSAGE', `${messageName(type)}.${field} ${problem}.`, { cause });
}

/** A MESSAGE_TOO_LONG error for a body of `bodyBytes` where `limitBytes` are allowed. */
export function messageTooLong(type: number, bodyBytes: number, limitBytes: number): StreamerError {
  const text = `${messageName(type)} has a body of ${bodyBytes} bytes; the protocol allows ${limitBytes}.`;
  return new StreamerError('MESSAGE_TOO_LONG', text);
}

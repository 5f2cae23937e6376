import { badMessage } from './bad-message.js';
import { firstIssue, type ControlSchema } from './control-schema.js';
import { MAX_NOTICE_CHARS, type MessageType, type Notice } from './messages.js';
import { toPrintable } from './printable.js';

/** Refuses what is not UTF-8 instead of replacing it, and keeps a byte order mark, which JSON does not allow. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes a JSON body and checks it against `schema`. Throws BAD_MESSAGE naming the field that is wrong. */
export function decodeJson<T>(type: MessageType, body: Buffer, schema: ControlSchema<T>): T {
  const result = schema.safeParse(parseJson(type, body));
  if (result.success) return result.data;
  const { field, problem } = firstIssue(result.error);
  throw badMessage(type, field, problem);
}

/** `notice` as it may travel: on one line, printable, and cut to its limit, so that saying why never fails. */
export function presentableNotice(notice: Notice): Notice {
  return { code: notice.code, message: toPrintable(notice.message.slice(0, MAX_NOTICE_CHARS)) };
}

function parseJson(type: MessageType, body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch (error) {
    throw badMessage(type, 'body', 'is not JSON in UTF-8', error);
  }
}

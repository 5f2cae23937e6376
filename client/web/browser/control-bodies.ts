/** The JSON bodies that a server sends, checked field by field (docs/protocol.md, "JSON bodies"). */
import {
  ENCODING_MODES,
  MAX_FEATURES,
  MAX_FEATURE_CHARS,
  MAX_NOTICE_CHARS,
  MAX_REASON_CHARS,
  MAX_STREAMS,
  STREAM_EVENTS,
  STREAM_STATES,
  TIME_SOURCES,
} from '../../../shared/protocol/messages.js';
import type { Notice, StreamChange, StreamInfo, Welcome } from '../../../shared/protocol/messages.js';
import { isPrintable, toPrintable } from '../../../shared/protocol/printable.js';
import type { JsonFields } from './json-fields.js';

const MAX_U16 = 65_535;
const MAX_NAME_CHARS = 128;

/** Body of WELCOME, of any version: whoever reads it says what it speaks. Throws BAD_MESSAGE, as all here do. */
export function welcomeFrom(fields: JsonFields): Welcome {
  const features = fields.optionalTexts('features', MAX_FEATURES, MAX_FEATURE_CHARS);
  return {
    version: fields.whole('version', 0, MAX_U16),
    sessionId: fields.text('sessionId', isName, `1 to ${MAX_NAME_CHARS} printable characters`),
    statsIntervalMs: fields.whole('statsIntervalMs', 10, 3_600_000),
    streams: fields.objects('streams', MAX_STREAMS).map(streamInfoFrom),
    subscribed: fields.wholes('subscribed', MAX_STREAMS, MAX_U16),
    ...(features && { features }),
  };
}

/** Body of STREAM. */
export function streamChangeFrom(fields: JsonFields): StreamChange {
  const event = fields.oneOf('event', STREAM_EVENTS);
  const stream = streamInfoFrom(fields.object('stream'));
  const reason = fields.optionalObject('reason');
  return reason ? { event, stream, reason: noticeFrom(reason) } : { event, stream };
}

/** Body of ERROR and BYE, and the reason in STREAM. The sentence is made printable, since it may come from anywhere. */
export function noticeFrom(fields: JsonFields): Notice {
  const isCode = (text: string) => /^[A-Z][A-Z0-9_]{0,63}$/.test(text);
  return {
    code: fields.text('code', isCode, '1 to 64 capital letters, digits and "_"'),
    message: shortText(fields, 'message', MAX_NOTICE_CHARS),
  };
}

function streamInfoFrom(fields: JsonFields): StreamInfo {
  const encoding = fields.object('encoding');
  return {
    id: fields.whole('id', 0, MAX_U16),
    name: fields.text('name', isStreamName, '1 to 64 letters, digits, "_", "." and "-"'),
    width: fields.whole('width', 0, MAX_U16),
    height: fields.whole('height', 0, MAX_U16),
    fps: fields.number('fps', 0, 1000),
    timeSource: fields.oneOf('timeSource', TIME_SOURCES),
    startTimeUs: fields.whole('startTimeUs'),
    encoding: {
      mode: encoding.oneOf('mode', ENCODING_MODES),
      reason: shortText(encoding, 'reason', MAX_REASON_CHARS),
    },
    state: fields.oneOf('state', STREAM_STATES),
  };
}

/** Text of at most `maxChars`, made printable. */
export function shortText(fields: JsonFields, key: string, maxChars: number): string {
  return toPrintable(fields.text(key, (text) => text.length <= maxChars, `text of at most ${maxChars} characters`));
}

/** Whether something may be called that by a server. */
export function isName(text: string): boolean {
  return text.length >= 1 && text.length <= MAX_NAME_CHARS && isPrintable(text);
}

/** Whether a stream may be called that. */
export function isStreamName(text: string): boolean {
  return /^[A-Za-z0-9_.-]{1,64}$/.test(text);
}

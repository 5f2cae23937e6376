/** What a server says to a device of a benchmark, checked field by field (docs/protocol.md, "BENCH"). */
import { MAX_DEVICE_NAME_CHARS } from '../../../shared/protocol/bench-messages.js';
import type { BenchNotice } from '../../../shared/protocol/bench-messages.js';
import { MAX_NOTICE_CHARS } from '../../../shared/protocol/messages.js';
import { isPrintable } from '../../../shared/protocol/printable.js';
import { isStreamName, noticeFrom, shortText } from './control-bodies.js';
import type { JsonFields } from './json-fields.js';

const DEVICE_KINDS = ['joined', 'refused', 'announced', 'run', 'over'] as const;

/** What a device may be told; the other notices are for coordinators. */
export type DeviceNotice = Extract<BenchNotice, { readonly kind: (typeof DEVICE_KINDS)[number] }>;

/** Body of a BENCH message to a device. Throws BAD_MESSAGE. */
export function deviceNoticeFrom(fields: JsonFields): DeviceNotice {
  const kind = fields.oneOf('kind', DEVICE_KINDS);
  switch (kind) {
    case 'joined':
      return { kind, deviceId: fields.whole('deviceId', 1), name: deviceNameOf(fields) };
    case 'refused':
      return { kind, ...noticeFrom(fields) };
    case 'announced':
      return { kind, benchId: fields.whole('benchId', 1), stream: streamOf(fields) };
    case 'run':
      return {
        kind,
        benchId: fields.whole('benchId', 1),
        stream: streamOf(fields),
        startTimeUs: fields.whole('startTimeUs'),
        stopTimeUs: fields.whole('stopTimeUs'),
      };
    case 'over':
      return { kind, benchId: fields.whole('benchId', 1), reason: shortText(fields, 'reason', MAX_NOTICE_CHARS) };
  }
}

function streamOf(fields: JsonFields): string {
  return fields.text('stream', isStreamName, '1 to 64 letters, digits, "_", "." and "-"');
}

function deviceNameOf(fields: JsonFields): string {
  const isName = (text: string) => text.length >= 1 && text.length <= MAX_DEVICE_NAME_CHARS && isPrintable(text);
  return fields.text('name', isName, `1 to ${MAX_DEVICE_NAME_CHARS} printable characters`);
}

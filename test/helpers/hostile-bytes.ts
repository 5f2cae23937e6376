import { PREFIX_BYTES } from '../../shared/protocol/messages.js';

/** Length and type of a message with a body of `bodyBytes`, whatever its type allows. */
export function prefix(type: number, bodyBytes: number): Buffer {
  const bytes = Buffer.alloc(PREFIX_BYTES);
  bytes.writeUInt32BE(bodyBytes + 1, 0);
  bytes.writeUInt8(type, 4);
  return bytes;
}

/** A message of any type with any body, however wrong. */
export function message(type: number, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([prefix(type, bytes.length), bytes]);
}

/** The JSON of a HELLO: a good one without a token, except for what is given. */
export function helloWith(fields: {
  readonly version?: number;
  readonly name?: string;
  readonly token?: string | number;
  readonly stream?: string;
  /** Number of subscriptions, all to the same stream. */
  readonly count?: number;
  readonly more?: object;
}): string {
  const { version = 1, name = 'hostile', token, stream, count = 1, more } = fields;
  return JSON.stringify({ version, name, token, subscriptions: new Array(count).fill({ stream }), ...more });
}

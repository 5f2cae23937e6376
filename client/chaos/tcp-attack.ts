import { encodeHello } from '../../shared/protocol/codec.js';
import { MAX_BODY_BYTES, MessageType, PREFIX_BYTES, PROTOCOL_VERSION } from '../../shared/protocol/messages.js';
import type { SessionPath } from '../probe/session-path.js';
import type { AttackedProtocol } from './attacked-protocol.js';
import { ProtocolListener } from './protocol-listener.js';
import { seededBytes } from './seeded-bytes.js';

const NOISE_BYTES = 4096;
/** No message has this type, and it is not to be read before it is skipped. */
const UNKNOWN_TYPE = 250;

/** Attacks on our own protocol over TCP. */
export function tcpAttack({ host, port, token, subscription }: SessionPath): AttackedProtocol {
  const opening = (name: string) =>
    encodeHello({
      ...{ version: PROTOCOL_VERSION, name, subscriptions: [subscription] },
      ...(token !== null && { token }),
    });
  return {
    ...{ host, port, opening },
    listen: (parts) => new ProtocolListener(parts),
    garbage: (variant) => {
      const hello = opening(`garbage-${variant}`);
      const all = protocolGarbage(variant, hello);
      return all[variant % all.length] ?? hello;
    },
  };
}

/** Everything that is wrong in a way of its own; `hello` is what would be right. */
export function protocolGarbage(variant: number, hello: Buffer): readonly Buffer[] {
  return [
    seededBytes(variant, NOISE_BYTES),
    Buffer.from('GET / HTTP/1.1\r\nHost: here\r\n\r\n'),
    // Lengths that nobody could hold: of a HELLO, and of a type that is skipped.
    prefix(0xffff_ffff, MessageType.HELLO),
    prefix(0xffff_ffff, UNKNOWN_TYPE),
    prefix(MAX_BODY_BYTES[MessageType.HELLO] + 2, MessageType.HELLO),
    // Cut in the middle.
    hello.subarray(0, Math.max(1, hello.length >> 1)),
    message(MessageType.HELLO, Buffer.from('{"version":1,')),
    message(MessageType.HELLO, Buffer.alloc(64, 0xff)),
    // In order, and not for a client to say.
    Buffer.concat([hello, message(MessageType.WELCOME, Buffer.from('{}'))]),
    Buffer.concat([hello, hello]),
    // A good beginning, and then frames that were never sent, nobody's and too many of them.
    Buffer.concat([hello, message(MessageType.ACK, Buffer.alloc(10, 0xee))]),
    Buffer.concat([hello, seededBytes(variant, NOISE_BYTES)]),
  ];
}

function message(type: number, body: Buffer): Buffer {
  return Buffer.concat([prefix(1 + body.length, type), body]);
}

/** @param lengthBytes of type and body together */
function prefix(lengthBytes: number, type: number): Buffer {
  const bytes = Buffer.alloc(PREFIX_BYTES);
  bytes.writeUInt32BE(lengthBytes, 0);
  bytes.writeUInt8(type, 4);
  return bytes;
}

import { expect, it } from 'vitest';

import { StreamerError } from '../../../../shared/errors.js';
import { MAX_BODY_BYTES, type MessageType } from '../../../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser, SERVER_ACCEPTS } from '../../../../shared/protocol/parser.js';
import { SeededRandom } from '../../../helpers/seeded-random.js';
import { receiversOf, validVectors } from '../../../helpers/vectors.js';

const STREAMS = 100_000;
const CONTRACT = ['BAD_MESSAGE', 'MESSAGE_TOO_LONG', 'UNEXPECTED_MESSAGE'];

const SIDES = [SERVER_ACCEPTS, CLIENT_ACCEPTS].map((accepts) => ({
  accepts,
  limitBytes: Math.max(...[...accepts].map((type) => MAX_BODY_BYTES[type])),
  messages: validVectors
    .filter((vector) => receiversOf(vector).includes(accepts) && vector.hex.length < 2000)
    .map((vector) => Buffer.from(vector.hex, 'hex')),
}));

it(`keeps its contract on ${STREAMS} mutated streams`, { timeout: 180_000 }, () => {
  const random = new SeededRandom(20_240_229);
  const outcomes: Record<string, number> = {};
  for (let index = 0; index < STREAMS; index++) {
    const side = random.pick(SIDES);
    const stream = mutate(random, Buffer.concat(Array.from({ length: 4 }, () => random.pick(side.messages))));
    const outcome = feed(random, stream, side.accepts, side.limitBytes);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  // Mutations that never reach an error, or always the same one, would show nothing.
  expect(Object.keys(outcomes).sort()).toEqual([...CONTRACT, 'none'].sort());
  for (const times of Object.values(outcomes)) expect(times).toBeGreaterThan(STREAMS / 100);
});

/** Feeds a stream in random pieces; returns the code of the error it ends with, `none` without one. */
function feed(random: SeededRandom, stream: Buffer, accepts: ReadonlySet<MessageType>, limitBytes: number): string {
  const parser = new MessageParser({ accepts, onMessage: (message) => expectAccepted(accepts, message.type) });
  for (let offset = 0; offset < stream.length;) {
    const end = offset + 1 + random.below(random.pick([3, 40, stream.length]));
    const code = push(parser, stream.subarray(offset, end));
    // A plain comparison: an expect for each of millions of steps would take minutes.
    if (parser.bufferedBytes > limitBytes) throw new Error(`${parser.bufferedBytes} bytes are buffered`);
    if (code !== null) return code;
    offset = end;
  }
  return 'none';
}

function push(parser: MessageParser, chunk: Buffer): string | null {
  try {
    parser.push(chunk);
    return null;
  } catch (error) {
    if (error instanceof StreamerError && CONTRACT.includes(error.code)) return error.code;
    throw error;
  }
}

function expectAccepted(accepts: ReadonlySet<MessageType>, type: MessageType): void {
  if (!accepts.has(type)) throw new Error(`type ${type} was delivered`);
}

/** One to four changes: bits, bytes, lengths, missing and repeated pieces. */
function mutate(random: SeededRandom, stream: Buffer): Buffer {
  let mutated = Buffer.from(stream);
  for (let changes = 1 + random.below(4); changes > 0 && mutated.length > 0; changes--) {
    const at = random.below(mutated.length);
    const end = at + random.below(mutated.length - at + 1);
    switch (random.below(7)) {
      case 0:
        mutated[at] = mutated.readUInt8(at) ^ (1 << random.below(8));
        break;
      case 1:
        mutated[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5b, random.below(256)]);
        break;
      case 2:
        mutated = mutated.subarray(0, at);
        break;
      case 3:
        mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(end)]);
        break;
      case 4:
        mutated = Buffer.concat([mutated.subarray(0, end), mutated.subarray(at)]);
        break;
      case 5:
        mutated.writeUInt8(random.below(16), Math.min(4, mutated.length - 1));
        break;
      default:
        if (mutated.length >= 4) mutated.writeUInt32BE(random.pick(LENGTHS), 0);
    }
  }
  return mutated;
}

const LENGTHS = [0, 1, 2, 5, 9, 11, 25, 45, 46, 4097, 4098, 16_385, 65_537, 65_538, 33_554_477, 2 ** 31, 2 ** 32 - 1];

import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as codec from '../../../../../shared/protocol/codec.js';
import { STREAM_EVENTS, STREAM_STATES } from '../../../../../shared/protocol/messages.js';
import { connectedClient, settled } from '../../../../helpers/browser-client.js';
import { streamInfo } from '../../../../helpers/observed-frame.js';
import { frameMessage, streamMessage, welcomeMessage } from '../../../../helpers/scripted-messages.js';

const id = fc.constantFrom(0, 1, 2);
const sequence = fc.oneof(fc.nat(20), fc.maxSafeNat());
const info = fc.record({ id, name: fc.constantFrom('sample', 'other'), state: fc.constantFrom(...STREAM_STATES) });

/** Anything a server can say, in any order and whether it makes sense or not. */
const said: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.tuple(id, sequence, fc.nat(1)).map(([streamId, n, flags]) => frameMessage({ streamId, sequence: n, flags })),
  fc.tuple(id, sequence).map(([streamId, n]) => frameMessage({ streamId, sequence: n }, Buffer.from('ffd8'))),
  fc
    .tuple(id, sequence, sequence)
    .map(([streamId, a, b]) => codec.encodeSkipped(streamId, Math.min(a, b), Math.max(a, b))),
  fc.tuple(id, fc.integer({ min: 1, max: 9 })).map(([streamId, ackEvery]) => codec.encodeCredit(streamId, ackEvery)),
  fc.tuple(fc.constantFrom(...STREAM_EVENTS), info).map(([event, stream]) => streamMessage(event, streamInfo(stream))),
  fc.array(info, { maxLength: 2 }).map((streams) => welcomeMessage(streams.map((stream) => streamInfo(stream)))),
  fc.maxSafeNat().map((t0Us) => codec.encodePing(t0Us)),
  fc.tuple(fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat()).map(([a, b, c]) => codec.encodePong(a, b, c)),
  fc.constantFrom('SERVER_CLOSING', 'NEW_CODE').map((code) => codec.encodeBye({ code, message: '' })),
  fc.uint8Array({ maxLength: 20 }),
);
const step = fc.oneof(
  { weight: 8, arbitrary: said },
  { weight: 2, arbitrary: fc.constantFrom('take', 'second', 'drop', 'open', 'wake') },
);

it('a session bears whatever a server says, and its figures stay sensible', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const client = await connectedClient();
      const { clock, socket, iterator, frames } = client;
      let waiting: Promise<unknown> | null = null;
      for (const each of steps) {
        if (each instanceof Uint8Array) socket().say(each);
        else if (each === 'take') waiting ??= iterator.next().then(() => (waiting = null));
        else if (each === 'second') clock.advance(1_000_000);
        else if (each === 'drop') socket().drop();
        else if (each === 'open') socket().open();
        else for (const wake of client.wakers) wake();
        await settled();
      }
      const { received, lost, skipped, corrupt, fps, bitsPerSecond } = frames.stats();
      for (const figure of [received, lost, skipped, corrupt, fps, bitsPerSecond]) {
        expect(figure).toBeGreaterThanOrEqual(0);
      }
      expect(corrupt).toBeLessThanOrEqual(received);
      frames.close();
      await waiting;
      expect(clock.pending).toBe(0);
    }),
  );
});

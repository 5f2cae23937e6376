import { beforeEach, describe, expect, it } from 'vitest';
import { ProtocolReader } from '../../../../client/load/protocol-reader.js';
import { ServerClocks } from '../../../../client/load/server-clocks.js';
import type { ConnectionListener } from '../../../../client/connection.js';
import { MessageType, PROTOCOL_VERSION } from '../../../../shared/protocol/messages.js';
import { SequenceTracker } from '../../../../shared/receiver/sequence-tracker.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { LoadSinkOfTest } from '../../../helpers/load-sink.js';

const SECOND_US = 1_000_000;

describe('ProtocolReader', () => {
  let clock: FakeClock;
  let sink: LoadSinkOfTest;
  let listener: ConnectionListener;
  let reader: ProtocolReader;
  /** Its last words, null for none. */
  let said: (Buffer | null)[];

  beforeEach(() => {
    clock = new FakeClock();
    sink = new LoadSinkOfTest();
    said = [];
    reader = new ProtocolReader(
      (given) => {
        listener = given;
        const close = (message: Buffer | null) => {
          said.push(message);
          given.onClose(null);
        };
        return { send: () => undefined, close, whenGone: async () => undefined };
      },
      sink,
      {
        ...{ clock, clocks: new ServerClocks(clock), address: 'host:1', hello: Buffer.alloc(0) },
        place: { startTimeUs: null, sequence: new SequenceTracker() },
        onOver: () => undefined,
      },
    );
    listener.onOpen();
  });

  it('gives up a server that does not welcome it, although it goes on to ping', () => {
    for (let second = 1; second < 10; second += 1) {
      clock.advance(SECOND_US);
      listener.onMessage({ type: MessageType.PING, t0Us: clock.nowUs() }, clock.nowUs());
      reader.keepAlive(clock.nowUs());
    }
    expect(sink.errors).toEqual([]);
    clock.advance(SECOND_US);
    reader.keepAlive(clock.nowUs());
    reader.keepAlive(clock.nowUs());
    expect(sink.errors).toMatchObject([{ code: 'CONNECT_TIMEOUT' }]);
    expect(clock.pending).toBe(0);
  });

  it.each([MessageType.BYE, MessageType.ERROR] as const)(
    'leaves a server that says goodbye with %i, although it goes on to ping',
    (type) => {
      listener.onMessage({ type, body: { code: 'SERVER_CLOSING', message: 'Bye.' } }, clock.nowUs());
      expect(said).toEqual([null]);
      expect(sink.errors).toMatchObject([{ code: 'SERVER_CLOSING', message: 'Bye.' }]);
    },
  );

  it.each([
    ['no stream at all', []],
    ['a stream that it says nothing of', [7]],
  ])('ends at once where it is subscribed to %s', (_, subscribed) => {
    const body = { version: PROTOCOL_VERSION, sessionId: 'x', statsIntervalMs: 1000, streams: [], subscribed };
    listener.onMessage({ type: MessageType.WELCOME, body }, clock.nowUs());
    expect(sink.errors).toMatchObject([{ code: 'CONNECT_FAILED' }]);
  });
});

import { describe, expect, it } from 'vitest';
import { closeCodeOf } from '../../../../server/transports/websocket-connection.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { FakeWebSocket } from '../../../helpers/fake-websocket.js';

const SECOND_US = 1_000_000;

function open() {
  const clock = new FakeClock();
  const webSocket = new FakeWebSocket();
  return { clock, webSocket, connection: webSocket.connect(clock) };
}

describe('WebSocketConnection', () => {
  it('sends binary and text', () => {
    const { connection, webSocket } = open();
    connection.sendBinary(Buffer.alloc(13));
    connection.sendText(Buffer.from('{}'));
    expect(webSocket.take()).toEqual(['binary 13', 'text {}']);
  });

  it('sends a message that is shared with one write, and copies none of it', () => {
    const { connection, webSocket } = open();
    connection.sendBatch([Buffer.alloc(23), Buffer.alloc(24)], Buffer.alloc(59), Buffer.alloc(1000));
    expect(webSocket.take()).toEqual(['binary 23 + binary 24 + raw 59 + raw 1000']);
  });

  it('writes nothing behind the close frame', () => {
    const { connection, webSocket } = open();
    webSocket.readyState = 2;
    connection.sendBatch([Buffer.alloc(23)], Buffer.alloc(59), Buffer.alloc(1000));
    expect(webSocket.take()).toEqual([]);
  });

  it('tells what waits to be sent', () => {
    const { connection, webSocket } = open();
    webSocket.socket.writableLength = 1234;
    expect(connection.backlogBytes).toBe(1234);
  });

  it('closes with the code of WebSocket and the name of ours', () => {
    const { connection, webSocket } = open();
    connection.close('BAD_TOKEN');
    connection.close(null);
    expect(webSocket.take()).toEqual(['close 1008 BAD_TOKEN', 'close 1000']);
  });

  it('pings every 20 s for as long as it hears something', () => {
    const { clock, connection, webSocket } = open();
    for (let i = 0; i < 10; i += 1) {
      clock.advance(20 * SECOND_US);
      connection.noteHeard();
    }
    expect(webSocket.take()).toEqual(new Array(10).fill('ping'));
  });

  it('cuts a peer that has not sent a byte for a minute', () => {
    const { clock, webSocket } = open();
    clock.advance(60 * SECOND_US - 1);
    expect(webSocket.take()).toEqual(['ping', 'ping']);
    clock.advance(1);
    expect(webSocket.take()).toEqual(['terminate']);
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer when it is closed', () => {
    const { clock, connection, webSocket } = open();
    connection.noteClosed();
    clock.advance(100 * SECOND_US);
    expect(webSocket.take()).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe('closeCodeOf', () => {
  it.each([
    [null, 1000],
    ['CLIENT_CLOSING', 1000],
    ['STREAMS_ENDED', 1000],
    ['SERVER_CLOSING', 1001],
    ['BAD_MESSAGE', 1008],
    ['UNEXPECTED_MESSAGE', 1008],
    ['TOO_FAR_BEHIND', 1008],
    ['KICKED', 1008],
    ['MESSAGE_TOO_LONG', 1009],
    ['INTERNAL', 1011],
    ['SERVER_FULL', 1013],
  ] as const)('is for %s %i', (code, expected) => {
    expect(closeCodeOf(code)).toBe(expected);
  });
});

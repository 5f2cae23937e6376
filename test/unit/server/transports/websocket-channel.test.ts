import { describe, expect, it } from 'vitest';
import { WebSocketChannel } from '../../../../server/transports/websocket-channel.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { publishedFrame } from '../../../helpers/fake-frames.js';
import { FakeWebSocket } from '../../../helpers/fake-websocket.js';

function open() {
  const webSocket = new FakeWebSocket();
  return { webSocket, channel: new WebSocketChannel(webSocket.connect(new FakeClock()), '[::1]:51068') };
}

describe('WebSocketChannel', () => {
  it('has the peer that it was told', () => {
    expect(open().channel.peer).toBe('[::1]:51068');
  });

  it('sends every message as one of its own, and a frame with what belongs before it in one go', () => {
    const { channel, webSocket } = open();
    channel.send(Buffer.alloc(13));
    channel.sendFrame(publishedFrame(0, { jpegBytes: 100 }), [Buffer.alloc(23)]);
    expect(webSocket.take()).toEqual(['binary 13', 'binary 23 + raw 59 + raw 100']);
  });

  it('makes what is before the JPEG once for all clients', () => {
    const written: Buffer[] = [];
    const frame = publishedFrame(0, { jpegBytes: 100_000 });
    for (let client = 0; client < 2; client += 1) {
      const { channel, webSocket } = open();
      webSocket.socket.write = (data) => written.push(data);
      channel.sendFrame(frame, []);
    }
    expect(written[0]!.toString('hex')).toBe(`827f00000000000186d7${frame.packetHeader.toString('hex')}`);
    expect(written[2]).toBe(written[0]);
    expect(written[3]).toBe(frame.jpeg);
  });

  it('tells what the WebSocket holds', () => {
    const { channel, webSocket } = open();
    webSocket.socket.writableLength = 77;
    expect(channel.backlogBytes()).toBe(77);
  });

  it('ends with a last message and the code that says why', () => {
    const { channel, webSocket } = open();
    channel.end(Buffer.alloc(40), 'IDLE_TIMEOUT');
    expect(webSocket.take()).toEqual(['binary 40', 'close 1008 IDLE_TIMEOUT']);
  });

  it('ends without a word where the client wanted it', () => {
    const { channel, webSocket } = open();
    channel.end(null, null);
    expect(webSocket.take()).toEqual(['close 1000']);
  });
});

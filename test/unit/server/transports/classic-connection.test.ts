import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ClassicConnection } from '../../../../server/transports/classic-connection.js';
import { publishedFrame, START_US } from '../../../helpers/fake-frames.js';

const JPEG_BYTES = 1000;
/** What one frame takes on the classic wire. */
const FRAME_BYTES = 12 + JPEG_BYTES;

/** A socket whose kernel takes bytes when the test says so. */
class FakeSocket extends EventEmitter {
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 51068;
  writable = true;
  writableLength = 0;
  destroyed = false;
  readonly written: Buffer[] = [];
  corks = 0;
  private readonly callbacks: (() => void)[] = [];

  cork(): void {
    this.corks += 1;
  }

  uncork(): void {
    this.corks -= 1;
  }

  write(chunk: Buffer, callback?: () => void): boolean {
    if (this.corks !== 1) throw new Error('a frame is written in one go');
    this.written.push(chunk);
    this.writableLength += chunk.length;
    if (callback) this.callbacks.push(callback);
    return false;
  }

  destroy(): void {
    this.destroyed = true;
  }

  /** The kernel takes all that was written. */
  flush(): void {
    this.writableLength = 0;
    for (const callback of this.callbacks.splice(0)) callback();
  }
}

function connect() {
  const socket = new FakeSocket();
  const connection = new ClassicConnection(socket as unknown as Socket, 30);
  const offer = (...sequences: number[]) => {
    for (const sequence of sequences) connection.subscriber.offer(publishedFrame(sequence, { jpegBytes: JPEG_BYTES }));
  };
  /** Capture times that were written, as numbers of frames. */
  const sent = () =>
    socket.written
      .splice(0)
      .filter((_, index) => index % 2 === 0)
      .map((header) => Math.round((header.readDoubleBE(4) - START_US / 1_000_000) * 30));
  return { socket, connection, offer, sent };
}

describe('ClassicConnection', () => {
  it('writes length, seconds since the epoch and the JPEG, in one go', () => {
    const { socket, connection } = connect();
    const frame = publishedFrame(45, { jpegBytes: 5 });
    connection.subscriber.offer(frame);
    const [header, jpeg] = socket.written;
    expect(header?.toString('hex')).toBe('0000000d' + '41d954fc40600000');
    expect(header?.readDoubleBE(4)).toBe(1_700_000_001.5);
    expect(jpeg).toBe(frame.jpeg);
    expect(socket.corks).toBe(0);
  });

  it('is known by the address of its peer', () => {
    expect(connect().connection.key).toBe('0100007F:C77C');
  });

  it('has one frame on its way to the kernel and one that waits, the newest', () => {
    const { socket, offer, sent } = connect();
    offer(0, 1, 2, 3);
    expect(sent()).toEqual([0]);
    socket.flush();
    expect(sent()).toEqual([3]);
    offer(4);
    expect(sent()).toEqual([]);
    socket.flush();
    expect(sent()).toEqual([4]);
  });

  it('keeps the full rate while the kernel takes each frame at once', () => {
    const { socket, offer, sent } = connect();
    for (let sequence = 0; sequence < 100; sequence += 1) {
      offer(sequence);
      socket.flush();
    }
    expect(sent()).toHaveLength(100);
  });

  it('holds back while the kernel has more than three frames for the peer', () => {
    const { socket, connection, offer, sent } = connect();
    offer(0);
    socket.flush();
    expect(sent()).toEqual([0]);
    connection.onKernelQueue(3 * FRAME_BYTES);
    expect(connection.isLagging).toBe(false);
    offer(1);
    connection.onKernelQueue(3 * FRAME_BYTES + 1);
    expect(connection.isLagging).toBe(true);
    socket.flush();
    offer(2, 3);
    expect(sent()).toEqual([1]);
    connection.onKernelQueue(3 * FRAME_BYTES);
    expect(sent()).toEqual([3]);
  });

  it('does not take a frame as received while it is still on its way to the kernel', () => {
    const { socket, connection, offer, sent } = connect();
    offer(0, 1);
    expect(sent()).toEqual([0]);
    socket.writableLength = 0;
    connection.onKernelQueue(0);
    expect(sent()).toEqual([]);
  });

  it('measures a lag in frames of the size that was sent last', () => {
    const { socket, connection } = connect();
    connection.subscriber.offer(publishedFrame(0, { jpegBytes: 100_000 }));
    socket.flush();
    connection.onKernelQueue(200_000);
    expect(connection.isLagging).toBe(false);
    connection.subscriber.offer(publishedFrame(1, { jpegBytes: 10_000 }));
    expect(connection.isLagging).toBe(true);
  });

  it('goes on when the socket says that it drained', () => {
    const { socket, offer, sent } = connect();
    offer(0);
    socket.flush();
    sent();
    socket.writableLength = 1;
    offer(1);
    expect(sent()).toEqual([]);
    socket.writableLength = 0;
    socket.emit('drain');
    expect(sent()).toEqual([1]);
  });

  it('writes nothing into a socket that is closing', () => {
    const { socket, offer } = connect();
    socket.writable = false;
    offer(0, 1, 2);
    expect(socket.written).toEqual([]);
  });

  it('says nothing of frames that were left out: there is no message for it', () => {
    const { socket, connection, offer, sent } = connect();
    connection.subscriber.noteDropped(0, 4);
    offer(5);
    socket.flush();
    expect(sent()).toEqual([5]);
  });
});

import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TcpChannel } from '../../../../server/transports/tcp-channel.js';
import { publishedFrame } from '../../../helpers/fake-frames.js';

/** A socket that notes what is done to it: `cork`, `write 5`, `end 3`, `destroy`. */
class FakeSocket extends EventEmitter {
  readonly remoteAddress: string | undefined = '::1';
  readonly remotePort: number | undefined = 51068;
  writable = true;
  writableLength = 0;
  readonly log: string[] = [];

  write(chunk: Buffer): boolean {
    this.log.push(`write ${chunk.length}`);
    return false;
  }

  cork(): void {
    this.log.push('cork');
  }

  uncork(): void {
    this.log.push('uncork');
  }

  end(chunk?: Buffer): void {
    this.log.push(chunk ? `end ${chunk.length}` : 'end');
    this.writable = false;
  }

  destroy(): void {
    this.log.push('destroy');
    this.emit('close');
  }
}

function open() {
  const socket = new FakeSocket();
  return { socket, channel: new TcpChannel(socket as unknown as Socket) };
}

describe('TcpChannel', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('names its peer', () => {
    expect(open().channel.peer).toBe('::1:51068');
    const gone = Object.assign(new FakeSocket(), { remoteAddress: undefined, remotePort: undefined });
    expect(new TcpChannel(gone as unknown as Socket).peer).toBe('unknown:0');
  });

  it('writes a frame and what belongs before it in one go', () => {
    const { socket, channel } = open();
    channel.sendFrame(publishedFrame(0, { jpegBytes: 100 }), [Buffer.alloc(23), Buffer.alloc(23)]);
    expect(socket.log).toEqual(['cork', 'write 23', 'write 23', 'write 55', 'write 100', 'uncork']);
  });

  it('tells what the socket holds', () => {
    const { socket, channel } = open();
    socket.writableLength = 1234;
    expect(channel.backlogBytes()).toBe(1234);
  });

  it('writes nothing into a socket that takes no more', () => {
    const { socket, channel } = open();
    socket.writable = false;
    channel.send(Buffer.alloc(5));
    channel.sendFrame(publishedFrame(0), []);
    channel.end(Buffer.alloc(5));
    expect(socket.log).toEqual(['end']);
  });

  it('ends with a last message, and does not wait for ever for a peer that does not read it', () => {
    const { socket, channel } = open();
    channel.end(Buffer.alloc(7));
    vi.advanceTimersByTime(999);
    expect(socket.log).toEqual(['end 7']);
    vi.advanceTimersByTime(1);
    expect(socket.log).toEqual(['end 7', 'destroy']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer when the connection closes in time', () => {
    const { socket, channel } = open();
    channel.end(null);
    socket.emit('close');
    expect(vi.getTimerCount()).toBe(0);
    expect(socket.log).toEqual(['end']);
  });
});

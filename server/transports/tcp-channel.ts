import type { Socket } from 'node:net';
import type { PublishedFrame } from '../hub/frame.js';
import type { Channel } from './channel.js';
import { SocketBacklog } from './socket-backlog.js';

/** How long a peer that does not read may delay the end of its connection. */
const LINGER_MS = 1000;

/** A TCP connection as a channel. */
export class TcpChannel implements Channel {
  readonly peer: string;
  private readonly backlog: SocketBacklog;

  constructor(private readonly socket: Socket) {
    this.peer = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    this.backlog = new SocketBacklog(socket);
  }

  send(message: Buffer): void {
    if (!this.socket.writable) return;
    this.socket.write(message);
    this.backlog.noteWritten(message.length);
  }

  sendFrame(frame: PublishedFrame, before: readonly Buffer[]): void {
    const { socket } = this;
    if (!socket.writable) return;
    // One writev for the lot. What write() returns is not looked at: the credit window bounds what is written.
    const heldBytes = socket.writableLength;
    socket.cork();
    for (const message of before) socket.write(message);
    socket.write(frame.packetHeader);
    socket.write(frame.jpeg);
    this.backlog.noteWritten(socket.writableLength - heldBytes);
    socket.uncork();
  }

  backlogBytes(): number {
    return this.backlog.bytes;
  }

  end(lastMessage: Buffer | null): void {
    const { socket } = this;
    if (lastMessage && socket.writable) socket.end(lastMessage);
    else socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
  }
}

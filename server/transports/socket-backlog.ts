import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/**
 * Bytes that a socket holds because the kernel takes no more. Of a plain socket its `writableLength` says so at once. A
 * TLS socket counts everything as held until the end of the turn of the event loop, taken or not; read naively, each
 * frame would seem to hold up the next one of the same turn. So what is written in a turn counts from the next turn on.
 */
export class SocketBacklog {
  private freshBytes = 0;
  private readonly isTls: boolean;

  constructor(private readonly socket: Duplex) {
    this.isTls = socket instanceof TLSSocket;
  }

  get bytes(): number {
    return Math.max(0, this.socket.writableLength - this.freshBytes);
  }

  /** To be called after writing `lengthBytes`. */
  noteWritten(lengthBytes: number): void {
    if (!this.isTls) return;
    if (this.freshBytes === 0) setImmediate(this.endTurn);
    this.freshBytes += lengthBytes;
  }

  /** TLS tells what was taken before immediates run. */
  private readonly endTurn = (): void => {
    this.freshBytes = 0;
  };
}

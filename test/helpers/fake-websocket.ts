import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { WebSocketConnection } from '../../server/transports/websocket-connection.js';
import type { RawWebSocket } from '../../server/transports/websocket-connection.js';
import type { Clock } from '../../shared/clock.js';

/** A WebSocket on paper, with its socket: notes what is done to it, in order. */
export class FakeWebSocket implements RawWebSocket {
  /** Its socket, which can be made to hold something. */
  readonly socket = Object.assign(new EventEmitter(), {
    writableLength: 0,
    cork: () => (this.corked = []),
    uncork: () => this.uncork(),
    write: (data: Buffer) => this.note(`raw ${data.length}`),
  });
  readonly OPEN = 1;
  readyState = 1;
  private corked: string[] | null = null;
  private readonly log: string[] = [];

  send(data: Buffer, { binary }: { binary: boolean }): void {
    this.note(binary ? `binary ${data.length}` : `text ${data.toString()}`);
  }

  ping(data?: string): void {
    this.note(data === undefined ? 'ping' : `ping ${data}`);
  }

  close(code: number, reason: string): void {
    this.note(`close ${code}${reason && ` ${reason}`}`);
  }

  terminate(): void {
    this.note('terminate');
  }

  /**
   * What was done since the last call: `binary 5`, `text {}`, `ping label`, `close 1000 CODE`, `terminate`, and `raw 59`
   * for what was written to the socket itself. What goes out with one write is one line, with ` + ` between.
   */
  take(): string[] {
    return this.log.splice(0);
  }

  /** A connection over it. */
  connect(clock: Clock): WebSocketConnection {
    return new WebSocketConnection(this, this.socket as unknown as Duplex, clock);
  }

  private note(what: string): void {
    (this.corked ?? this.log).push(what);
  }

  private uncork(): void {
    if (this.corked && this.corked.length > 0) this.log.push(this.corked.join(' + '));
    this.corked = null;
  }
}

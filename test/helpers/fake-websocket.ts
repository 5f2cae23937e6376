import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { WebSocketConnection } from '../../server/transports/websocket-connection.js';
import type { RawWebSocket } from '../../server/transports/websocket-connection.js';
import type { Clock } from '../../shared/clock.js';

/** A WebSocket on paper, with its socket: notes what is done to it, in order. */
export class FakeWebSocket implements RawWebSocket {
  bufferedAmount = 0;
  /** `cork`, `binary 5`, `binary 55 …` for a fragment that is not the last, `text {}`, `ping label`, `close 1000 CODE`. */
  readonly log: string[] = [];

  send(data: Buffer, { binary, fin = true }: { binary: boolean; fin?: boolean }): void {
    this.log.push(`${binary ? `binary ${data.length}` : `text ${data.toString()}`}${fin ? '' : ' …'}`);
  }

  ping(data?: string): void {
    this.log.push(data === undefined ? 'ping' : `ping ${data}`);
  }

  close(code: number, reason: string): void {
    this.log.push(`close ${code}${reason && ` ${reason}`}`);
  }

  terminate(): void {
    this.log.push('terminate');
  }

  /** What was done since the last call. */
  take(): string[] {
    return this.log.splice(0);
  }

  /** A connection over it. */
  connect(clock: Clock): WebSocketConnection {
    const socket = Object.assign(new EventEmitter(), {
      cork: () => this.log.push('cork'),
      uncork: () => this.log.push('uncork'),
    });
    return new WebSocketConnection(this, socket as unknown as Duplex, clock);
  }
}

import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import type { Behaviour } from './attack-kinds.js';
import type { AttackListener, AttackedProtocol } from './attacked-protocol.js';

/** How a connection of an attacker ended. */
export interface AttackEnd {
  /** Whether it ever was one. */
  readonly wasConnected: boolean;
  /** Whether the other side ended it. */
  readonly byServer: boolean;
  /** The code the server gave, CLOSED without one, or that of the system; null when we ended it without a word from there. */
  readonly code: string | null;
  readonly bytesSent: number;
  /** Until `readAll`, where it leaves unread what comes. */
  readonly bytesRead: number;
  /** Read since then; null for one that was not asked to, or reads everything anyhow. */
  readonly bytesLate: number | null;
}

/** What is the same for all connections of an attack. */
export interface AttackContext {
  readonly protocol: AttackedProtocol;
  /** Ports of attackers on this machine: who watches what this process leaves unread passes over them. */
  readonly ports: Set<number>;
}

/** Read by all that read all: what was read is understood before anything else is read. */
const WHOLE_BUFFER = Buffer.allocUnsafeSlow(65_536);
const TRICKLE_BYTES = 64;
const TRICKLE_BUFFER = Buffer.allocUnsafeSlow(TRICKLE_BYTES);
const PING_EVERY_US = 2_000_000;
const SLOW_BYTE_EVERY_US = 250_000;
/** What the kernel does not take is kept by Node; an attacker gives up before it fills this process. */
const MAX_UNSENT_BYTES = 262_144;

/** One connection that misbehaves, from connecting to its end. */
export class AttackConnection {
  private readonly socket: Socket;
  private readonly listener: AttackListener;
  private wasConnected = false;
  private isEndedByUs = false;
  private readsAll = false;
  private bytesReadInTime: number | null = null;
  private systemCode: string | null = null;
  private slowly: Buffer = Buffer.alloc(0);
  private nextByteUs = 0;
  private nextPingUs = 0;
  private localPort: number | null = null;

  /**
   * @param variant which of the wrong things it says, if that is what it does; also its number in its name
   * @param onEnd called exactly once, later than this returns
   */
  constructor(
    private readonly context: AttackContext,
    private readonly behaviour: Behaviour,
    private readonly variant: number,
    private readonly onEnd: (end: AttackEnd) => void,
  ) {
    const { protocol } = context;
    const buffer = behaviour.reads === 'trickle' ? TRICKLE_BUFFER : WHOLE_BUFFER;
    const callback = (lengthBytes: number) => this.onRead(buffer.subarray(0, lengthBytes));
    this.listener = protocol.listen({ ...behaviour, send: (bytes) => this.send(bytes) });
    this.socket = createConnection({
      ...{ host: protocol.host, port: protocol.port, noDelay: true },
      onread: { buffer, callback },
    });
    this.socket.once('connect', () => this.onConnect());
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.systemCode ??= error.code ?? 'ERROR'));
    this.socket.once('close', () => this.onClose());
  }

  get isConnected(): boolean {
    return this.wasConnected && !this.socket.destroyed;
  }

  /** Whether the server sent a first frame, or what stands for one. */
  get hasFrame(): boolean {
    return this.listener.hasFrame;
  }

  /** To be called often: reads the next bytes, says the next one, shows that it is alive, as it behaves. */
  tick(nowUs: number): void {
    if (!this.isConnected) return;
    if (this.behaviour.reads === 'trickle') this.socket.resume();
    if (this.slowly.length > 0 && nowUs >= this.nextByteUs) {
      this.nextByteUs = nowUs + SLOW_BYTE_EVERY_US;
      this.send(this.slowly.subarray(0, 1));
      this.slowly = this.slowly.subarray(1);
    }
    if (this.behaviour.pings && nowUs >= this.nextPingUs) {
      this.nextPingUs = nowUs + PING_EVERY_US;
      this.listener.ping(nowUs);
    }
  }

  /** Reads what there is, so that it is known what the server has said, and whether it has closed. */
  readAll(): void {
    if (this.behaviour.reads !== 'all' && this.isConnected) this.bytesReadInTime ??= this.socket.bytesRead;
    this.readsAll = true;
    this.socket.resume();
  }

  /** Ends it: with a FIN, or with a reset, as of a process that was killed with bytes unread. Idempotent. */
  end(how: 'FIN' | 'RST'): void {
    if (this.socket.destroyed) return;
    this.isEndedByUs = true;
    // One that is still connecting would be reset only when it is connected.
    if (how === 'FIN' || !this.wasConnected) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  private onConnect(): void {
    this.wasConnected = true;
    this.localPort = this.socket.localPort ?? null;
    if (this.localPort !== null) this.context.ports.add(this.localPort);
    const { protocol } = this.context;
    switch (this.behaviour.says) {
      case 'opening':
        return this.send(protocol.opening(`chaos-${this.variant}`));
      case 'slowly':
        this.slowly = protocol.opening(`chaos-${this.variant}`);
        return;
      case 'garbage':
        return this.send(protocol.garbage(this.variant));
      case 'nothing':
        return;
    }
  }

  /** Takes what was read; false reads no more until the socket is resumed. */
  private onRead(chunk: Buffer): boolean {
    this.listener.push(chunk);
    if (this.readsAll) return true;
    switch (this.behaviour.reads) {
      case 'all':
        return true;
      case 'trickle':
        return false;
      case 'first frame':
        return !this.listener.hasFrame;
    }
  }

  private send(bytes: Buffer): void {
    if (this.socket.writable && this.socket.writableLength < MAX_UNSENT_BYTES) this.socket.write(bytes);
  }

  private onClose(): void {
    if (this.localPort !== null) this.context.ports.delete(this.localPort);
    const byServer = this.wasConnected && !this.isEndedByUs;
    const { code } = this.listener;
    const { bytesRead } = this.socket;
    this.onEnd({
      wasConnected: this.wasConnected,
      byServer,
      code: code ?? this.systemCode ?? (byServer ? 'CLOSED' : null),
      bytesSent: this.socket.bytesWritten,
      bytesRead: this.bytesReadInTime ?? bytesRead,
      bytesLate: this.bytesReadInTime === null ? null : bytesRead - this.bytesReadInTime,
    });
  }
}

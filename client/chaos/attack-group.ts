import { AttackConnection } from './attack-connection.js';
import type { AttackContext } from './attack-connection.js';
import { BEHAVIOURS } from './attack-kinds.js';
import type { AttackKind } from './attack-kinds.js';
import { AttackTally } from './attack-tally.js';
import type { AttackFigures } from './attack-tally.js';

/** Connections of one group that begin at once: with one look every 20 ms a thousand a second, no flood of its own. */
const MOST_AT_ONCE = 20;
/** Who was closed comes again after this. */
const REOPEN_US = 500_000;
/** A wrong word that a server does not answer is tried no longer than this. */
const GARBAGE_US = 2_000_000;

/** Something that attacks for a while. */
export interface Attack {
  /** To be called every 20 ms. */
  tick(nowUs: number): void;
  /** Connections at present. */
  readonly open: number;
  /** The attack is over. Reads all that is there to be read: what servers said to those who do not read. */
  readAll(nowUs: number): void;
  /** Cuts all connections and opens no more; `figures` has them all when they are gone. */
  end(): void;
  readonly isGone: boolean;
  figures(): AttackFigures;
}

interface Slot {
  connection: AttackConnection | null;
  readyUs: number;
  openedUs: number;
}

/** Attackers of one kind, always as many as were asked for. */
export class AttackGroup implements Attack {
  private readonly slots: Slot[];
  private readonly tally: AttackTally;
  private variant = 0;
  private isEnding = false;
  private stillOpen: number | null = null;
  private overUs: number | null = null;

  constructor(
    private readonly kind: AttackKind,
    size: number,
    private readonly context: AttackContext,
  ) {
    this.tally = new AttackTally(kind, size, BEHAVIOURS[kind].reads !== 'all');
    this.slots = Array.from({ length: size }, () => ({ connection: null, readyUs: 0, openedUs: 0 }));
  }

  get open(): number {
    return this.slots.filter(({ connection }) => connection?.isConnected).length;
  }

  get isGone(): boolean {
    return this.slots.every(({ connection }) => connection === null);
  }

  tick(nowUs: number): void {
    let room = MOST_AT_ONCE;
    for (const slot of this.slots) {
      if (slot.connection) this.tickSlot(slot, slot.connection, nowUs);
      else if (room > 0 && !this.isEnding && nowUs >= slot.readyUs) {
        room -= 1;
        this.openSlot(slot, nowUs);
      }
    }
  }

  readAll(nowUs: number): void {
    this.isEnding = true;
    this.overUs ??= nowUs;
    for (const { connection } of this.slots) connection?.readAll();
  }

  end(): void {
    this.isEnding = true;
    this.stillOpen ??= this.open;
    // A reset leaves no memory of the connection behind in this kernel, and none of them is to be polite.
    for (const { connection } of this.slots) connection?.end('RST');
  }

  figures(): AttackFigures {
    return this.tally.figures(this.stillOpen ?? this.open);
  }

  private tickSlot(slot: Slot, connection: AttackConnection, nowUs: number): void {
    connection.tick(nowUs);
    if (this.kind === 'garbage' && nowUs - slot.openedUs > GARBAGE_US) connection.end('RST');
  }

  private openSlot(slot: Slot, nowUs: number): void {
    this.tally.onOpen();
    slot.openedUs = nowUs;
    slot.connection = new AttackConnection(this.context, BEHAVIOURS[this.kind], this.variant, (end) => {
      slot.connection = null;
      slot.readyUs = slot.openedUs + REOPEN_US;
      this.tally.onEnd(end, (this.overUs ?? slot.openedUs) - slot.openedUs);
    });
    this.variant += 1;
  }
}

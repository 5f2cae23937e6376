import { AttackConnection } from './attack-connection.js';
import type { AttackContext } from './attack-connection.js';
import type { Behaviour } from './attack-kinds.js';
import type { Attack } from './attack-group.js';
import { AttackTally } from './attack-tally.js';
import type { AttackFigures } from './attack-tally.js';

/** A connection lives until its first frame comes, and at most so long. */
const LIFE_US = 2_000_000;
/** Where a server does not answer, no more than so many wait for it. */
const MOST_OPEN = 400;
/** After a stop of this process what was missed is not made up for at once. */
const MOST_AT_ONCE = 20;

const BEHAVIOUR: Behaviour = { says: 'opening', reads: 'all', acknowledges: false, pings: false };

/** Clients that come, get a first frame, and are gone, half of them without a FIN, so many a second. */
export class ReconnectStorm implements Attack {
  private readonly connections = new Map<AttackConnection, number>();
  private readonly tally: AttackTally;
  private due = 0;
  private lastUs: number | null = null;
  private variant = 0;
  private isEnding = false;
  private stillOpen: number | null = null;

  /** @param durationMs of the attack, for what is asked for in all of it */
  constructor(
    private readonly perSecond: number,
    durationMs: number,
    private readonly context: AttackContext,
  ) {
    this.tally = new AttackTally('reconnect-storm', Math.round((perSecond * durationMs) / 1000), false);
  }

  get open(): number {
    return [...this.connections.keys()].filter(({ isConnected }) => isConnected).length;
  }

  get isGone(): boolean {
    return this.connections.size === 0;
  }

  tick(nowUs: number): void {
    for (const [connection, openedUs] of this.connections) {
      if (connection.hasFrame || nowUs - openedUs > LIFE_US) this.drop(connection);
    }
    if (this.isEnding) return;
    const passedUs = this.lastUs === null ? 0 : nowUs - this.lastUs;
    this.lastUs = nowUs;
    this.due = Math.min(MOST_AT_ONCE, this.due + (passedUs * this.perSecond) / 1e6);
    for (; this.due >= 1 && this.connections.size < MOST_OPEN; this.due -= 1) this.openOne(nowUs);
  }

  readAll(): void {
    this.isEnding = true;
  }

  end(): void {
    this.isEnding = true;
    this.stillOpen ??= this.open;
    for (const connection of this.connections.keys()) connection.end('RST');
  }

  figures(): AttackFigures {
    return this.tally.figures(this.stillOpen ?? this.open);
  }

  private openOne(nowUs: number): void {
    this.tally.onOpen();
    const connection: AttackConnection = new AttackConnection(this.context, BEHAVIOUR, this.variant, (end) => {
      this.connections.delete(connection);
      this.tally.onEnd(end, 0);
    });
    this.variant += 1;
    this.connections.set(connection, nowUs);
  }

  private drop(connection: AttackConnection): void {
    this.variant += 1;
    connection.end(this.variant % 2 === 0 ? 'FIN' : 'RST');
  }
}

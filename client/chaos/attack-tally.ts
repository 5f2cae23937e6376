import type { DetailsOf } from '../report/run-details-schema.js';
import type { AttackEnd } from './attack-connection.js';

export type AttackFigures = DetailsOf<'chaos'>['attackers'][number];

/** A server may invent codes; so many different ones are told apart. */
const MAX_CODES = 24;
const OTHER = 'OTHER';

/** Counts what became of the connections of one kind of attacker. */
export class AttackTally {
  private readonly codes = new Map<string, number>();
  private opened = 0;
  private notConnected = 0;
  private closedByServer = 0;
  private bytesSent = 0;
  private bytesRead = 0;
  private readonly unread = { openUs: 0, bytesRead: 0, bytesLate: 0 };

  /** @param leavesUnread whether they do not read all that comes */
  constructor(
    readonly kind: string,
    private readonly asked: number,
    private readonly leavesUnread: boolean,
  ) {}

  onOpen(): void {
    this.opened += 1;
  }

  /** @param openUs from its opening to the end of the attack, of one that was there then */
  onEnd(end: AttackEnd, openUs: number): void {
    if (end.bytesLate !== null && !end.byServer) {
      this.unread.openUs += openUs;
      this.unread.bytesRead += end.bytesRead;
      this.unread.bytesLate += end.bytesLate;
    }
    this.bytesSent += end.bytesSent;
    this.bytesRead += end.bytesRead;
    if (!end.wasConnected) this.notConnected += 1;
    if (end.byServer) this.closedByServer += 1;
    if (end.code === null || (end.wasConnected && !end.byServer)) return;
    const code = this.codes.has(end.code) || this.codes.size < MAX_CODES ? end.code : OTHER;
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  /** @param stillOpen connections that were there when the attack ended */
  figures(stillOpen: number): AttackFigures {
    const { kind, asked, opened, notConnected, closedByServer, bytesSent, bytesRead } = this;
    const codes = [...this.codes].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count);
    const { openUs, ...bytes } = this.unread;
    const unread = this.leavesUnread ? { openMs: Math.round(openUs / 1000), ...bytes } : null;
    return { kind, asked, opened, notConnected, closedByServer, stillOpen, bytesSent, bytesRead, unread, codes };
  }
}

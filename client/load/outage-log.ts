import type { Subject } from '../report/run-report-schema.js';

/** Outages told one by one. */
const MAX_OUTAGES = 100;

/** The times in which a session had no connection, since it had its first one. All times are microseconds of our clock. */
export class OutageLog {
  private readonly outages: { fromMs: number; toMs: number | null; code: string }[] = [];
  private totalUs = 0;
  private reconnected = 0;
  private since: { readonly atUs: number; readonly code: string } | null = null;

  constructor(private startUs: number) {}

  /** Whether there is no connection now, although there was one. */
  get isLasting(): boolean {
    return this.since !== null;
  }

  /** The connection broke, because of `code`. */
  onBroken(nowUs: number, code: string): void {
    this.since ??= { atUs: nowUs, code };
  }

  /** It is there again; nothing for the first connection. */
  onConnected(nowUs: number): void {
    if (!this.since) return;
    this.reconnected += 1;
    this.end(nowUs);
  }

  /** No connection is wanted any more, so that an outage that lasts is over. */
  end(nowUs: number): void {
    if (!this.since) return;
    this.totalUs += nowUs - this.since.atUs;
    this.note(this.since.atUs, nowUs, this.since.code);
    this.since = null;
  }

  /** A window begins at `startUs`, and is measured from `nowUs` on; an outage that lasts goes on in it. */
  begin(startUs: number, nowUs: number): void {
    this.startUs = startUs;
    this.outages.length = 0;
    this.totalUs = 0;
    this.reconnected = 0;
    if (this.since) this.since = { ...this.since, atUs: nowUs };
  }

  /** What there was by `nowUs`. */
  figures(nowUs: number): Pick<Subject, 'reconnects' | 'outageMs' | 'outages'> {
    const lastingUs = this.since ? nowUs - this.since.atUs : 0;
    const outageMs = Math.round((this.totalUs + lastingUs) / 1000);
    const { since, outages, reconnected: reconnects } = this;
    if (!since || outages.length === MAX_OUTAGES) return { reconnects, outageMs, outages: [...outages] };
    const lasting = { fromMs: this.sinceStartMs(since.atUs), toMs: null, code: since.code };
    return { reconnects, outageMs, outages: [...outages, lasting] };
  }

  private note(fromUs: number, toUs: number, code: string): void {
    if (this.outages.length === MAX_OUTAGES) return;
    this.outages.push({ fromMs: this.sinceStartMs(fromUs), toMs: this.sinceStartMs(toUs), code });
  }

  private sinceStartMs(atUs: number): number {
    return Math.max(0, Math.round((atUs - this.startUs) / 1000));
  }
}

import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { Stats, StreamStats } from '../../shared/protocol/messages.js';
import type { ClientRecord } from '../clients.js';

const SLICE_US = 50_000;
/** Reports of ordinary size that are read in a slice: 2,000 a second, which cost three percent of a core. */
const SLICE_BUDGET = 100;

/** Who reads what a client reports about one stream. */
export interface ReportReader {
  /** Reads one report; returns what that cost, in reports of ordinary size. */
  read(client: ClientRecord, report: StreamStats, stats: Stats): number;
  /** So many reports were put aside because newer ones came first, or their client went. */
  leaveOut(reports: number): void;
}

/** What of a client's newest STATS is still to be read: `left` of the reports with latencies, from `next` on. */
interface Waiting {
  stats: Stats;
  reports: readonly StreamStats[];
  next: number;
  left: number;
}

/**
 * Decides which reports are read. Reading costs, and anyone may send as many as they like, so there is a budget: within
 * it reports are read as they come; beyond it, clients take turns, and of each only the newest STATS waits. So the queue
 * is never longer than there are clients.
 */
export class ReportIntake {
  private readonly queue = new Map<ClientRecord, Waiting>();
  private budget = SLICE_BUDGET;
  private cancelTimer: CancelTimer | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly reader: ReportReader,
  ) {}

  offer(client: ClientRecord, stats: Stats): void {
    const reports = stats.streams.filter(({ latency }) => latency !== undefined);
    const before = this.queue.get(client);
    if (before) this.reader.leaveOut(before.left);
    if (reports.length === 0) this.queue.delete(client);
    // A client that waits already keeps its place in the queue.
    else this.queue.set(client, { stats, reports, next: firstOf(reports, before), left: reports.length });
    this.readOn();
  }

  /** The client is gone, and what it said last with it. */
  forget(client: ClientRecord): void {
    const waiting = this.queue.get(client);
    if (!waiting) return;
    this.reader.leaveOut(waiting.left);
    this.queue.delete(client);
  }

  close(): void {
    this.cancelTimer?.();
    for (const client of [...this.queue.keys()]) this.forget(client);
  }

  private readOn(): void {
    while (this.budget > 0) {
      const [first] = this.queue;
      if (!first) break;
      this.readOne(...first);
    }
    if (this.budget < SLICE_BUDGET) this.cancelTimer ??= this.clock.schedule(SLICE_US, () => this.beginSlice());
  }

  private readOne(client: ClientRecord, waiting: Waiting): void {
    const { reports, next, stats } = waiting;
    waiting.next = (next + 1) % reports.length;
    waiting.left -= 1;
    this.queue.delete(client);
    if (waiting.left > 0) this.queue.set(client, waiting);
    this.budget -= this.reader.read(client, reports[next]!, stats);
  }

  /** What one slice overdrew is missing in the next. */
  private beginSlice(): void {
    this.cancelTimer = null;
    this.budget = Math.min(SLICE_BUDGET, this.budget + SLICE_BUDGET);
    this.readOn();
  }
}

/** Reading goes on with the stream whose turn it was, or of many streams only the first would ever be read. */
function firstOf(reports: readonly StreamStats[], before: Waiting | undefined): number {
  const due = before?.reports[before.next]?.streamId;
  return Math.max(
    0,
    reports.findIndex(({ streamId }) => streamId === due),
  );
}

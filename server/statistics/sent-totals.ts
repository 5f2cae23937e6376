import { TRANSPORTS } from '../../shared/api/client-schema.js';
import type { TransportName } from '../../shared/api/client-schema.js';
import type { ClientRecord } from '../clients.js';
import type { SubscriberCounters } from '../hub/subscriber.js';

/** What went out to the clients of one stream over one road, those who left included. */
export interface SentTotals {
  /** Clients that watch now. */
  clients: number;
  frames: number;
  bytes: number;
  /** Frames left out because a client lagged. */
  lagging: number;
  /** Frames left out because a client asked for fewer. */
  thinned: number;
}

/** The totals of each stream, by road. */
export type SentByStream = ReadonlyMap<string, ReadonlyMap<TransportName, SentTotals>>;

type ByTransport = Map<TransportName, SentTotals>;

/** Keeps what was sent to clients that left, so that totals never go down while a stream is there. */
export class SentToGone {
  private readonly byStream = new Map<string, ByTransport>();

  /** A client left; streams that are gone too are not in `isThere`. */
  onGone(client: ClientRecord, isThere: (stream: string) => boolean): void {
    for (const { stream, counters } of client.streams()) {
      if (isThere(stream)) add(this.byStream, stream, client.transport, counters);
    }
  }

  /** Forgets a stream. */
  onRemoved(stream: string): void {
    this.byStream.delete(stream);
  }

  /** The totals by stream and road, of those who left and of `clients`. */
  totals(clients: readonly ClientRecord[]): SentByStream {
    const all = new Map<string, ByTransport>();
    for (const [stream, roads] of this.byStream) all.set(stream, copyOf(roads));
    for (const client of clients) {
      for (const { stream, counters } of client.streams()) {
        add(all, stream, client.transport, counters).clients += 1;
      }
    }
    return all;
  }
}

/** How many clients are connected over each road, 0 included. */
export function clientsByTransport(clients: readonly ClientRecord[]): ReadonlyMap<TransportName, number> {
  const counts = new Map<TransportName, number>(TRANSPORTS.map((transport) => [transport, 0]));
  for (const { transport } of clients) counts.set(transport, (counts.get(transport) ?? 0) + 1);
  return counts;
}

function add(
  byStream: Map<string, ByTransport>,
  stream: string,
  transport: TransportName,
  counters: Readonly<SubscriberCounters>,
): SentTotals {
  let roads = byStream.get(stream);
  if (!roads) byStream.set(stream, (roads = new Map<TransportName, SentTotals>()));
  let totals = roads.get(transport);
  if (!totals) roads.set(transport, (totals = { clients: 0, frames: 0, bytes: 0, lagging: 0, thinned: 0 }));
  totals.frames += counters.sent;
  totals.bytes += counters.sentBytes;
  totals.lagging += counters.replaced;
  totals.thinned += counters.thinned;
  return totals;
}

function copyOf(roads: ByTransport): ByTransport {
  return new Map([...roads].map(([transport, totals]) => [transport, { ...totals }]));
}

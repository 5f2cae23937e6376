import type { ApiClient } from '../../shared/api/client-schema.js';
import type { Role } from '../../shared/api/server-schema.js';
import type { ClientRecord } from '../clients.js';
import type { ClientFigures } from '../statistics/client-statistics.js';

/** A client as one with `role` may see it; `figures` are what it measured, null where it told nothing. */
export function clientView(record: ClientRecord, figures: ClientFigures | null, role: Role): ApiClient {
  const { id, name, peer, transport, connectedAtUs } = record;
  return {
    ...{ id, name, peer: role === 'admin' ? peer : null, transport, connectedAtUs },
    streams: record.streams().map(({ stream, counters }) => ({
      stream,
      sentFrames: counters.sent,
      sentBytes: counters.sentBytes,
      skippedFrames: counters.replaced,
      thinnedFrames: counters.thinned,
    })),
    clockErrorUs: figures?.clockErrorUs ?? null,
    latency: figures?.latency ?? null,
    lostFrames: figures?.lostFrames ?? 0,
  };
}

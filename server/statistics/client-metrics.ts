import type { TransportName } from '../../shared/api/client-schema.js';
import type { ClientRegistry } from '../clients.js';
import { type Labels, type MetricFamily, type Sample, single } from './metric-family.js';
import { clientsByTransport } from './sent-totals.js';
import type { SentByStream, SentTotals } from './sent-totals.js';
import type { ReportCounters } from './server-statistics.js';

const OUTCOMES = ['read', 'unread', 'bad'] as const;

/**
 * What is told about the clients, who have no series of their own: there may be thousands, and other ones each hour.
 *
 * @param sentNow what went out, as it is now; asked for several times
 */
export function clientMetrics(
  clients: ClientRegistry,
  reports: Readonly<ReportCounters>,
  sentNow: () => SentByStream,
): readonly MetricFamily[] {
  const labels = ['stream', 'transport'];
  const sent = (type: 'gauge' | 'counter', name: string, help: string, field: keyof SentTotals): MetricFamily => ({
    ...{ type, name, help, labels },
    collect: () => sentSamples(sentNow(), (totals) => [[{}, totals[field]]]),
  });

  return [
    {
      type: 'gauge',
      name: 'clients',
      help: 'Connected clients.',
      labels: ['transport'],
      collect: () =>
        [...clientsByTransport(clients.list())].map(([transport, value]) => ({ labels: { transport }, value })),
    },
    single('gauge', 'max_clients', 'Clients that the server takes at most.', () => clients.maxClients),
    sent('gauge', 'stream_clients', 'Clients that watch the stream.', 'clients'),
    sent('counter', 'sent_frames_total', 'Frames sent to clients.', 'frames'),
    sent('counter', 'sent_bytes_total', 'Bytes of frames sent to clients.', 'bytes'),
    {
      type: 'counter',
      name: 'skipped_frames_total',
      help: 'Frames left out for a client that lagged, or that asked for fewer (reason max_fps).',
      labels: [...labels, 'reason'],
      collect: () =>
        sentSamples(sentNow(), ({ lagging, thinned }) => [
          [{ reason: 'lagging' }, lagging],
          [{ reason: 'max_fps' }, thinned],
        ]),
    },
    {
      type: 'counter',
      name: 'latency_reports_total',
      help: 'Latencies reported by a client on a stream: read, unread because they were too many, or bad.',
      labels: ['outcome'],
      collect: () => OUTCOMES.map((outcome) => ({ labels: { outcome }, value: reports[outcome] })),
    },
  ];
}

function sentSamples(
  sent: SentByStream,
  values: (totals: SentTotals) => readonly (readonly [Labels, number])[],
): Sample[] {
  const samplesOf = (stream: string, [transport, totals]: [TransportName, SentTotals]): Sample[] =>
    values(totals).map(([labels, value]) => ({ labels: { stream, transport, ...labels }, value }));
  return [...sent].flatMap(([stream, roads]) => [...roads].flatMap((road) => samplesOf(stream, road)));
}

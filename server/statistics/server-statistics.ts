import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { Stats, StreamChange, StreamStats } from '../../shared/protocol/messages.js';
import type { ClientRecord, ClientRegistry, ClientStream } from '../clients.js';
import type { Hub } from '../hub/hub.js';
import type { HubStream } from '../hub/stream.js';
import { ClientStatistics } from './client-statistics.js';
import type { ClientFigures } from './client-statistics.js';
import { EventLoopDelay } from './event-loop-delay.js';
import type { DelayFigures } from '../../shared/loop-delay.js';
import { ReportIntake } from './report-intake.js';
import { readReportedLatency } from './reported-latency.js';
import { SentToGone } from './sent-totals.js';
import type { SentByStream } from './sent-totals.js';
import { StreamStatistics } from './stream-statistics.js';
import type { StreamFigures } from './stream-statistics.js';

export type { ClientFigures, StreamFigures };

/** What became of the latencies that clients reported, each report of a client on a stream counting one. */
export interface ReportCounters {
  read: number;
  /** Left out because reading more would have cost too much. */
  unread: number;
  /** No histogram, or not of frames that the client was sent. */
  bad: number;
}

/** Bytes of a histogram that are read at the price of one. */
const BYTES_A_REPORT = 2048;
/** What a bad report costs of the budget: as much as the longest. */
const BAD_REPORT_COST = 4;

/** Measures how the streams and clients of a server are doing. */
export class ServerStatistics {
  readonly reports: ReportCounters = { read: 0, unread: 0, bad: 0 };
  private readonly byStream = new Map<HubStream, StreamStatistics>();
  private readonly byClient = new Map<ClientRecord, ClientStatistics>();
  private readonly sentToGone = new SentToGone();
  private readonly intake: ReportIntake;
  private readonly stopObserving: (() => void)[];

  constructor(
    private readonly hub: Hub,
    private readonly clients: ClientRegistry,
    private readonly clock: Clock,
    private readonly loopDelay = new EventLoopDelay(clock),
  ) {
    this.intake = new ReportIntake(clock, {
      read: (client, report, stats) => this.read(client, report, stats),
      leaveOut: (reports) => (this.reports.unread += reports),
    });
    for (const stream of hub.list()) this.addStream(stream);
    for (const client of clients.list()) this.byClient.set(client, new ClientStatistics());
    this.stopObserving = [
      hub.onChange((change) => this.onStreamChange(change)),
      clients.observe({
        onConnected: (client) => this.byClient.set(client, new ClientStatistics()),
        onDisconnected: (client) => this.onDisconnected(client),
        onReport: (client, stats) => this.onReport(client, stats),
      }),
    ];
  }

  /** How a stream is doing; null where there is none of that name. */
  stream(name: string): StreamFigures | null {
    const stream = this.hub.byName(name);
    return (stream && this.byStream.get(stream)?.figures()) ?? null;
  }

  /** What a client reported; null where there is none of that id. */
  client(id: string): ClientFigures | null {
    const client = this.clients.byId(id);
    return (client && this.byClient.get(client)?.figures()) ?? null;
  }

  /** The measurements of every stream, in the order of the hub. */
  streams(): readonly StreamStatistics[] {
    return this.hub.list().flatMap((stream) => this.byStream.get(stream) ?? []);
  }

  /** What went out, by stream and road, since each stream was added. */
  sent(): SentByStream {
    return this.sentToGone.totals(this.clients.list());
  }

  eventLoopDelay(): DelayFigures {
    return this.loopDelay.figures();
  }

  eventLoopDelayP99Us(): number {
    return this.loopDelay.figures().p99Us;
  }

  /** Stops measuring. */
  close(): void {
    for (const stop of this.stopObserving) stop();
    for (const statistics of this.byStream.values()) statistics.close();
    this.intake.close();
    this.loopDelay.close();
  }

  private addStream(stream: HubStream): void {
    this.byStream.set(stream, new StreamStatistics(stream, this.clock));
  }

  private onStreamChange({ event, stream: { id, name } }: StreamChange): void {
    if (event === 'appeared') {
      const stream = this.hub.byId(id);
      if (stream) this.addStream(stream);
    } else if (event === 'removed') {
      for (const [stream, statistics] of this.byStream) {
        if (stream.id !== id) continue;
        statistics.close();
        this.byStream.delete(stream);
      }
      this.sentToGone.onRemoved(name);
    }
  }

  private onDisconnected(client: ClientRecord): void {
    this.intake.forget(client);
    this.byClient.delete(client);
    this.sentToGone.onGone(client, (name) => this.hub.byName(name) !== undefined);
  }

  private onReport(client: ClientRecord, stats: Stats): void {
    const statistics = this.byClient.get(client);
    if (!statistics) return;
    statistics.onStats(stats);
    const watched = stats.streams.some(({ lost }) => lost > 0) ? client.streams() : [];
    for (const { streamId, lost } of stats.streams) {
      const stream = lost > 0 ? this.measured(streamId, watched) : null;
      if (stream) stream.statistics.lostFrames += statistics.onLost(lost, stream.watched);
    }
    this.intake.offer(client, stats);
  }

  /** Reads what a client reported about one stream; returns what that cost. */
  private read(client: ClientRecord, { streamId, latency }: StreamStats, stats: Stats): number {
    const statistics = this.byClient.get(client);
    const stream = this.measured(streamId, client.streams());
    if (!statistics || !stream || latency === undefined) return this.refuse();
    try {
      const reported = readReportedLatency(latency, statistics.unmeasured(stream.watched));
      const errorUs = stats.clock ? Math.ceil(stats.clock.errorUs + stream.statistics.captureErrorUs) : null;
      statistics.onLatency(stream.watched, reported, errorUs, stats);
      stream.statistics.onLatency(client.id, reported, errorUs);
      this.reports.read += 1;
      return Math.ceil(reported.plainBytes / BYTES_A_REPORT);
    } catch (error) {
      if (!(error instanceof StreamerError)) throw error;
      return this.refuse();
    }
  }

  private refuse(): number {
    this.reports.bad += 1;
    return BAD_REPORT_COST;
  }

  /** The stream of that id with the client's part in it; null where it watches no such stream. */
  private measured(
    streamId: number,
    streams: readonly ClientStream[],
  ): { statistics: StreamStatistics; watched: ClientStream } | null {
    const stream = this.hub.byId(streamId);
    const statistics = stream && this.byStream.get(stream);
    const watched = streams.find(({ stream: name }) => name === stream?.name);
    return statistics && watched ? { statistics, watched } : null;
  }
}

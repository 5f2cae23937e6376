import { ClientRegistry } from '../../server/clients.js';
import type { ClientRecord, ClientStream } from '../../server/clients.js';
import { Hub } from '../../server/hub/hub.js';
import type { HubStream } from '../../server/hub/stream.js';
import type { SubscriberCounters } from '../../server/hub/subscriber.js';
import { EventLoopDelay } from '../../server/statistics/event-loop-delay.js';
import { ServerStatistics } from '../../server/statistics/server-statistics.js';
import type { TransportName } from '../../shared/api/client-schema.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import type { StreamStats } from '../../shared/protocol/messages.js';
import { FakeClock } from './fake-clock.js';
import { FakeDelayHistogram } from './fake-delay-histogram.js';
import { START_US } from './fake-frames.js';
import { DESCRIPTION, encodedFrame } from './hub-stream-of-test.js';

/** A client that watches what it is told to. */
export class MeasuredClient implements ClientRecord {
  readonly name = 'a client';
  readonly peer = '192.0.2.1:5';
  readonly connectedAtUs = START_US;
  private readonly watched = new Map<string, SubscriberCounters>();

  constructor(
    readonly id: string,
    readonly transport: TransportName = 'tcp',
  ) {}

  /** Watches a stream of which it was sent so much; counters not given are 0. */
  watch(stream: string, counters: Partial<SubscriberCounters> = {}): SubscriberCounters {
    const all = { sent: 0, sentBytes: 0, acknowledged: 0, replaced: 0, thinned: 0, lags: 0, ...counters };
    this.watched.set(stream, all);
    return all;
  }

  unwatch(stream: string): void {
    this.watched.delete(stream);
  }

  streams(): readonly ClientStream[] {
    return [...this.watched].map(([stream, counters]) => ({ stream, counters }));
  }

  disconnect(): void {
    throw new Error('nobody ends the connection in this test');
  }
}

/** A hub and a registry of clients that are measured, on a fake clock. */
export class MeasuredServer {
  readonly clock = new FakeClock(START_US);
  readonly hub = new Hub(this.clock);
  readonly clients = new ClientRegistry(5000);
  readonly delays = new FakeDelayHistogram();
  readonly statistics = new ServerStatistics(
    this.hub,
    this.clients,
    this.clock,
    new EventLoopDelay(this.clock, this.delays),
  );

  addStream(name: string): HubStream {
    return this.hub.add(name, { frameBuffer: 3, policy: 'latest' }, DESCRIPTION);
  }

  removeStream(stream: HubStream): void {
    this.hub.remove(stream, { code: 'STREAM_REMOVED', message: 'The stream was taken away.' });
  }

  /** Publishes the next frame of a stream, captured now. */
  publish(stream: HubStream, jpegBytes = 4): void {
    const nowUs = this.clock.nowUs();
    const times = { decodedTimeUs: nowUs, processedTimeUs: nowUs, encodeStartTimeUs: nowUs, encodedTimeUs: nowUs };
    stream.publish(
      encodedFrame(stream.nextSequence, { captureTimeUs: nowUs, ...times, jpeg: Buffer.alloc(jpegBytes) }),
    );
  }

  /** Connects a client. */
  connect(id: string, transport?: TransportName): MeasuredClient {
    const client = new MeasuredClient(id, transport);
    this.clients.admit(client);
    return client;
  }

  /** A client reports on streams, with the error of its clock unless that is null. */
  report(client: ClientRecord, streams: readonly StreamStats[], clockErrorUs: number | null = 100): void {
    const clock = clockErrorUs === null ? undefined : { offsetUs: 0, errorUs: clockErrorUs };
    this.clients.report(client, { intervalMs: 1000, clock, streams });
  }
}

/** What a client reports about one stream: the given latencies, none where there is no array. */
export function streamReport(
  { id }: Pick<HubStream, 'id'>,
  latenciesUs: readonly number[] | null,
  more: Partial<StreamStats> = {},
): StreamStats {
  const latency = latenciesUs ? encodedLatencies(latenciesUs) : undefined;
  const received = latenciesUs?.length ?? 0;
  return { streamId: id, received, lost: 0, skipped: 0, corrupt: 0, bytes: 0, latency, ...more };
}

/** Latencies as STATS carries them. */
export function encodedLatencies(latenciesUs: readonly number[]): string {
  const histogram = new LatencyHistogram();
  for (const latencyUs of latenciesUs) histogram.record(latencyUs);
  return histogram.encode();
}

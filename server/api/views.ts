import type { ApiClient } from '../../shared/api/client-schema.js';
import type { ApiFleet } from '../../shared/api/publisher-schema.js';
import type { ApiRecordingStatus } from '../../shared/api/recording-schema.js';
import type { ApiServer, Role } from '../../shared/api/server-schema.js';
import type { StreamStatistics } from '../../shared/api/stats-schema.js';
import type { ApiStream } from '../../shared/api/stream-schema.js';
import type { Clock } from '../../shared/clock.js';
import { VERSION } from '../../shared/package-info.js';
import type { ClientRecord, ClientRegistry } from '../clients.js';
import type { ServerConfig } from '../config.js';
import type { ProcessFigures } from '../process-figures.js';
import type { FleetControl } from '../publish/fleet-status.js';
import type { ServerStatistics } from '../statistics/server-statistics.js';
import type { ControlledStream, StreamControl } from '../stream-control.js';
import { clientView } from './client-view.js';
import { publishingCounts, publishingView } from './publishing-view.js';
import { fleetView } from './publisher-view.js';
import { recordingStatusView } from './recording-view.js';
import { shownReason, streamView } from './stream-view.js';

/** What the API shows. */
export interface ViewParts {
  readonly control: Pick<StreamControl, 'list' | 'get' | 'recordingStatus' | 'publishingStatus'>;
  /** Null, or left out, where the server publishes no videos. */
  readonly fleet?: FleetControl | null;
  readonly clients: ClientRegistry;
  readonly statistics: Pick<ServerStatistics, 'stream' | 'client' | 'eventLoopDelayP99Us'>;
  readonly config: ServerConfig;
  readonly clock: Clock;
  /** Microseconds since the epoch. */
  readonly startedAtUs: number;
  /** Asked each time, since free ports are known only after listening. */
  ports(): { readonly tcpPort: number; readonly httpPort: number };
  process(): ProcessFigures;
}

/** Turns the insides of the server into the JSON of shared/api, the same for REST and for events. */
export class ApiViews {
  constructor(private readonly parts: ViewParts) {}

  /** A stream, or null where there is none of that name; in the very moment it appears in the hub there is none yet. */
  stream(name: string): ApiStream | null {
    const controlled = this.parts.control.get(name);
    return controlled ? this.streamView(controlled, this.viewers().get(name)) : null;
  }

  /** All streams, in the order they were added. */
  streams(): ApiStream[] {
    const viewers = this.viewers();
    return this.parts.control.list().map((each) => this.streamView(each, viewers.get(each.stream.name)));
  }

  /** How a stream is doing, or null where there is none of that name. */
  stats(name: string): StreamStatistics | null {
    const { control, statistics, clock } = this.parts;
    const stream = control.get(name)?.stream;
    const figures = stream && statistics.stream(name);
    if (!stream || !figures) return null;
    const { reason, counters } = stream;
    const published = control.publishingStatus(name);
    return {
      ...{ name, stream_id: name, state: stream.info().state },
      reason: reason ? shownReason(reason) : null,
      atUs: clock.nowUs(),
      ...figures,
      ...{ frames: counters.published, bytes: counters.publishedBytes, droppedFrames: counters.dropped },
      clients: this.viewers().get(name) ?? 0,
      rtsp: published && publishingCounts(published),
    };
  }

  /** A client as one with `role` may see it. */
  client(record: ClientRecord, role: Role): ApiClient {
    return clientView(record, this.parts.statistics.client(record.id), role);
  }

  /** All clients, in the order they came. */
  clients(role: Role): ApiClient[] {
    return this.parts.clients.list().map((record) => this.client(record, role));
  }

  /** How the recording of a stream goes; null where nothing is, or was just now, recorded. */
  recordingStatus(name: string): ApiRecordingStatus | null {
    const status = this.parts.control.recordingStatus(name);
    return status && recordingStatusView(status);
  }

  /** The publishers and the load of the machine; null where the server publishes no videos. */
  fleet(): ApiFleet | null {
    const { fleet } = this.parts;
    return fleet ? fleetView(fleet) : null;
  }

  /** The server, and what one with `role` may do with it. */
  server(role: Role): ApiServer {
    const { control, fleet, clients, statistics, config, clock, startedAtUs } = this.parts;
    return {
      version: VERSION,
      ...{ nowUs: clock.nowUs(), startedAtUs },
      ...{ streams: control.list().length, maxStreams: config.maxStreams },
      publishers: fleet?.list().length ?? null,
      ...{ clients: clients.count, maxClients: clients.maxClients },
      ...this.parts.ports(),
      isTls: config.tls !== null,
      role,
      hasAdminToken: role !== 'admin' && config.adminToken !== null,
      ...this.parts.process(),
      eventLoopDelayP99Us: statistics.eventLoopDelayP99Us(),
    };
  }

  private streamView(controlled: ControlledStream, viewers = 0): ApiStream {
    const { control } = this.parts;
    const { name } = controlled.stream;
    const isRecording = control.recordingStatus(name)?.state === 'recording';
    const published = control.publishingStatus(name);
    return streamView(controlled, { viewers, isRecording, rtsp: published && publishingView(published) });
  }

  /** Clients of each stream; its recording, which subscribes to it as well, is none. */
  private viewers(): Map<string, number> {
    const viewers = new Map<string, number>();
    for (const client of this.parts.clients.list()) {
      for (const { stream } of client.streams()) viewers.set(stream, (viewers.get(stream) ?? 0) + 1);
    }
    return viewers;
  }
}

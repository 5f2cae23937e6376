import type { PublisherStatus } from '../rtsp/publisher-status.js';

/** One publisher of a fleet. */
export interface FleetMember {
  /** Last part of its path on the RTSP server, one of a fleet each: `stream-001`. */
  readonly name: string;
  /** The video that it plays, as the user named it, without folders. */
  readonly video: string;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Frames a second of the video, and sent in the last seconds; null until they were measured. */
  readonly nominalFps: number;
  readonly fps: number | null;
  /** Bits a second sent in the last seconds; null until they were measured. */
  readonly bitrateBps: number | null;
  /** How often the video began anew. */
  readonly loops: number;
  /** Its connection. */
  readonly connection: PublisherStatus;
  /** `healthy`: publishing at 95 % of its rate or more; `degraded`: below that; else what the connection is doing. */
  readonly health: 'healthy' | 'degraded' | 'connecting' | 'waiting' | 'stopped';
  /** What the RTSP server says of the path: null where its API is not reachable. */
  readonly server: { readonly isReady: boolean; readonly readers: number; readonly bytesReceived: number } | null;
}

/** What can be asked for when a publisher is added. */
export interface FleetRequest {
  /** The next free `stream-NNN` where none is given. */
  readonly name?: string | undefined;
  /** Name of one of the fleet's videos, or a pattern such as `test:bars?size=1280x720`; the next in turn by default. */
  readonly video?: string | undefined;
}

/** Resources of the machine and the limits of the fleet on them, in percent of the whole machine. */
export interface FleetResources {
  readonly cpuPercent: number | null;
  readonly memoryPercent: number | null;
  readonly limits: { readonly maxStreams: number; readonly maxCpuPercent: number; readonly maxMemoryPercent: number };
  /** Why no more publishers are started, or some were ended; null while there is room. */
  readonly notice: string | null;
}

/** A running fleet of publishers, as its owners control it. */
export interface FleetControl {
  /** Names of the videos that can be asked for. */
  readonly videos: readonly string[];
  list(): readonly FleetMember[];
  get(name: string): FleetMember | undefined;
  resources(): FleetResources;
  /**
   * Starts one more; resolves when it is in the list, connected or not.
   *
   * @throws {StreamerError} STREAM_EXISTS, TOO_MANY_STREAMS at a limit, SOURCE_NOT_FOUND for a video that is not listed,
   *   BAD_REQUEST for a name that cannot be.
   */
  add(request: FleetRequest): Promise<FleetMember>;
  /** Ends one and takes it from the list. @throws {StreamerError} UNKNOWN_STREAM */
  remove(name: string): Promise<void>;
  /** Connects one anew and lets its video begin anew. @throws {StreamerError} UNKNOWN_STREAM */
  restart(name: string): Promise<FleetMember>;
}

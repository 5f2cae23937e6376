import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { isStreamName } from '../../shared/stream-name.js';
import type { PublisherStatus } from '../rtsp/publisher-status.js';
import { FleetLog } from './fleet-log.js';
import { FleetPublisher } from './fleet-publisher.js';
import type { CreateSender, PublisherRecord } from './fleet-publisher.js';
import type { FleetControl, FleetMember, FleetRequest, FleetResources } from './fleet-status.js';
import type { FleetLimits } from './limit-guard.js';
import type { MachineWatch } from '../../shared/machine-load.js';
import type { PlayableVideo } from './playable-video.js';
import { ResourceWatch } from './resource-watch.js';
import type { ResourceFigures } from './resource-watch.js';
import { nextStreamName, streamUrl } from './stream-address.js';

/** Videos that a fleet can play. */
export interface FleetVideos {
  /** Those that were asked for at the start, in their order. */
  readonly names: readonly string[];
  /** @throws {StreamerError} SOURCE_NOT_FOUND for a name that is none, or why it cannot be made ready. */
  acquire(name: string): Promise<PlayableVideo>;
  /** To be called once for each that was acquired, when it is not played any more. */
  release(name: string): void;
}

/** What an RTSP server says of its paths, by the last part of each; null where it cannot be asked. */
export type ServerPaths = () => ReadonlyMap<string, NonNullable<FleetMember['server']>> | null;

/** What a fleet works with. */
export interface FleetParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly videos: FleetVideos;
  readonly machine: Pick<MachineWatch, 'read'>;
  readonly serverPaths: ServerPaths;
  readonly createSender: CreateSender;
}

/** Where a fleet publishes, and within which limits. */
export interface FleetOptions {
  /** Address of the RTSP server with the part of the path that all streams share. */
  readonly to: string;
  readonly limits: FleetLimits;
  /** Between the start of one stream and that of the next. */
  readonly staggerUs: number;
}

/** A limit that kept the fleet from what was asked for. */
export interface LimitEvent {
  readonly timeUs: number;
  readonly message: string;
  /** Streams that were ended. */
  readonly shed: readonly string[];
}

const TICK_US = 1_000_000;
/** Records of streams that are gone; who adds and removes without end gets the newest. */
const MAX_RECORDS = 1000;

/** Streams that are published together, and what may be done to them while they run. */
export class Fleet implements FleetControl {
  private readonly publishers = new Map<string, FleetPublisher>();
  /** Names of streams whose video is made ready. */
  private readonly reserved = new Set<string>();
  private readonly gone: PublisherRecord[] = [];
  private readonly watch: ResourceWatch;
  private readonly log: FleetLog;
  private readonly limited: LimitEvent[] = [];
  private notice: string | null = null;
  private unstarted = 0;
  /** Whether streams had to be ended: then those that wait would only have to end as well. */
  private hasShed = false;
  private turn = 0;
  private cancelTick: CancelTimer | null = null;
  private cancelStart: CancelTimer | null = null;
  private isStopped = false;
  private tellEnded: () => void = () => undefined;
  /** Resolves when every stream has played its video to the end. */
  readonly ended = new Promise<void>((resolve) => (this.tellEnded = resolve));

  constructor(
    private readonly options: FleetOptions,
    private readonly parts: FleetParts,
  ) {
    this.watch = new ResourceWatch(parts.machine, options.limits);
    this.log = new FleetLog(parts.logger, parts.clock);
  }

  get videos(): readonly string[] {
    return this.parts.videos.names;
  }

  /** Streams that were asked for at the start and have not been started, because a limit is reached. */
  get unstartedStreams(): number {
    return this.unstarted;
  }

  /** Starts `count` streams, one after the other, and goes on while there is room on the machine. */
  start(count: number): void {
    this.unstarted = count;
    void this.tick();
    void this.startNext();
  }

  list(): readonly FleetMember[] {
    const paths = this.parts.serverPaths();
    return [...this.publishers.values()].map((publisher) => publisher.member(paths?.get(publisher.name) ?? null));
  }

  get(name: string): FleetMember | undefined {
    return this.publishers.get(name)?.member(this.parts.serverPaths()?.get(name) ?? null);
  }

  resources(): FleetResources {
    return { ...this.watch.latest, notice: this.notice };
  }

  async add(request: FleetRequest): Promise<FleetMember> {
    const { fault } = this.watch;
    const sentence = 'end something, or raise the limit.';
    if (fault !== null) throw new StreamerError('TOO_MANY_STREAMS', `No stream can be added: ${fault}; ${sentence}`);
    const member = await this.addOne(request);
    this.notice = null;
    return member;
  }

  async remove(name: string): Promise<void> {
    await this.take(name, 'removed');
    this.checkEnded();
  }

  async restart(name: string): Promise<FleetMember> {
    const publisher = await Promise.resolve(name).then((each) => this.find(each));
    publisher.restart();
    return publisher.member(this.parts.serverPaths()?.get(name) ?? null);
  }

  /** Ends all streams at once; resolves when their connections are gone. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelTick?.();
    this.cancelStart?.();
    this.log.flush();
    await Promise.all([...this.publishers.values()].map((publisher) => publisher.stop()));
  }

  /** What every stream did, those that are gone first. */
  records(): readonly PublisherRecord[] {
    const paths = this.parts.serverPaths();
    const present = [...this.publishers.values()];
    return [...this.gone, ...present.map((each) => each.record(paths?.get(each.name) ?? null, null))];
  }

  /** What was seen of the machine, and what limits did. */
  figures(): ResourceFigures & { readonly limited: readonly LimitEvent[] } {
    return { ...this.watch.figures, limited: this.limited };
  }

  private async startNext(): Promise<void> {
    this.cancelStart = null;
    if (this.isStopped || this.hasShed || this.unstarted === 0) return;
    const { fault } = this.watch;
    if (fault === null) {
      try {
        this.unstarted -= 1;
        await this.addOne({});
      } catch (error) {
        this.parts.logger.error({ err: error }, 'a stream could not be started');
      }
    } else {
      this.say(`${fault}: ${counted(this.unstarted)} not started yet`);
    }
    if (this.isStopped || this.hasShed) return;
    const delayUs = fault === null ? this.options.staggerUs : TICK_US;
    this.cancelStart = this.parts.clock.schedule(delayUs, () => void this.startNext());
  }

  private async addOne({ name: wanted, video: wantedVideo }: FleetRequest): Promise<FleetMember> {
    const { videos, clock, createSender } = this.parts;
    const name = wanted ?? nextStreamName((each) => this.isTaken(each));
    this.checkRoom(name);
    this.reserved.add(name);
    const videoName = wantedVideo ?? this.nextVideo();
    try {
      const video = await videos.acquire(videoName);
      if (this.isStopped) throw new StreamerError('SERVER_CLOSING', 'The publishers are being stopped.');
      const options = { name, url: streamUrl(this.options.to, name), video: videoName };
      const publisher = new FleetPublisher(options, video, clock, createSender, {
        onState: (each, status) => this.onState(each, status),
        onEnd: (each, error) => this.onVideoEnd(each, error),
      });
      this.publishers.set(name, publisher);
      return publisher.member(null);
    } finally {
      this.reserved.delete(name);
    }
  }

  private checkRoom(name: string): void {
    if (!isStreamName(name)) {
      const sentence = 'A name of a stream is 1 to 64 letters, digits, _ . and -, one of them a letter or digit.';
      throw new StreamerError('BAD_REQUEST', sentence);
    }
    if (this.isTaken(name)) throw new StreamerError('STREAM_EXISTS', `There is a stream ${name} already.`);
    const { maxStreams } = this.options.limits;
    if (this.publishers.size + this.reserved.size < maxStreams) return;
    throw new StreamerError('TOO_MANY_STREAMS', `There are ${maxStreams} streams, as many as --max-streams allows.`);
  }

  private isTaken(name: string): boolean {
    return this.publishers.has(name) || this.reserved.has(name);
  }

  private nextVideo(): string {
    const { names } = this.parts.videos;
    const name = names[this.turn % names.length] ?? '';
    this.turn += 1;
    return name;
  }

  private find(name: string): FleetPublisher {
    const publisher = this.publishers.get(name);
    if (publisher) return publisher;
    throw new StreamerError('UNKNOWN_STREAM', `There is no stream ${JSON.stringify(name)} in the fleet.`);
  }

  private async take(name: string, reason: 'removed' | 'shed'): Promise<void> {
    const publisher = this.find(name);
    this.publishers.delete(name);
    this.log.forget(name);
    this.gone.push(publisher.record(this.parts.serverPaths()?.get(name) ?? null, reason));
    if (this.gone.length > MAX_RECORDS) this.gone.shift();
    this.parts.videos.release(publisher.options.video);
    await publisher.stop();
  }

  private onState(publisher: FleetPublisher, status: PublisherStatus): void {
    this.log.onState(publisher.name, status);
  }

  private onVideoEnd(publisher: FleetPublisher, error: StreamerError | null): void {
    if (error) this.parts.logger.error({ stream: publisher.name, code: error.code }, error.message);
    this.checkEnded();
  }

  private checkEnded(): void {
    const all = [...this.publishers.values()];
    const isStarting = this.unstarted > 0 && !this.hasShed;
    if (all.length > 0 && !isStarting && all.every((publisher) => publisher.isFinished)) this.tellEnded();
  }

  private async tick(): Promise<void> {
    this.cancelTick = this.parts.clock.schedule(TICK_US, () => void this.tick());
    for (const publisher of this.publishers.values()) publisher.sample();
    try {
      const surplus = await this.watch.read(() => this.publishers.size);
      if (this.isStopped) return;
      if (surplus > 0) this.shed(surplus);
      else if (this.watch.fault === null && !this.hasShed) this.notice = null;
    } catch (error) {
      this.parts.logger.debug({ err: toStreamerError(error) }, 'the machine could not be watched');
    }
  }

  /** Ends the newest streams, and starts none of those that wait. */
  private shed(count: number): void {
    const names = [...this.publishers.keys()].slice(-count).reverse();
    const fault = this.watch.fault ?? 'a limit is passed';
    const rest = this.unstarted === 0 ? '' : `, and ${counted(this.unstarted)} not started`;
    this.hasShed = true;
    this.cancelStart?.();
    this.say(`${fault}: ${counted(names.length)} ended${rest}`, names);
    for (const name of names) void this.take(name, 'shed');
    this.checkEnded();
  }

  private say(message: string, shed: readonly string[] = []): void {
    this.notice = message;
    const last = this.limited.at(-1);
    // While it stays as it is, the same is said once.
    if (shed.length === 0 && last?.shed.length === 0) return;
    this.limited.push({ timeUs: this.parts.clock.nowUs(), message, shed });
    this.parts.logger.warn({ code: 'RESOURCE_LIMIT', ...(shed.length > 0 && { shed }) }, message);
  }
}

function counted(streams: number): string {
  return `${streams} ${streams === 1 ? 'stream is' : 'streams are'}`;
}

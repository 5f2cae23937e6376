import { StreamerError } from '../shared/errors.js';
import type { Hub } from './hub/hub.js';
import type { HubStream } from './hub/stream.js';
import { InTurn } from './in-turn.js';
import type { OpenedSource } from './sources/open-source.js';
import type { Source } from './sources/source.js';
import { StreamRuntime, describeStream } from './stream-runtime.js';
import type { StreamParts } from './stream-runtime.js';
import type { OpenStream } from './stream-opener.js';
import type { StreamSettings } from './stream-settings.js';

/** Settings that take the place of a stream's present ones. */
export type StreamChange = Partial<Omit<StreamSettings, 'name'>>;

/**
 * The streams of a server: added, changed and removed while it runs. Calls for the same name take effect one after the
 * other; those for other names do not wait.
 */
export class Streams {
  private readonly runtimes = new Map<string, StreamRuntime>();
  /** Names that are being opened count as taken. */
  private readonly claimed = new Set<string>();
  private readonly inTurn = new InTurn();
  private closed = false;
  private resolveEnded!: () => void;
  /** Resolves when every stream has come to its end; never while one goes on, or because one was removed. */
  readonly ended = new Promise<void>((resolve) => (this.resolveEnded = resolve));

  constructor(
    private readonly hub: Hub,
    private readonly open: OpenStream,
    private readonly parts: StreamParts,
    private readonly maxStreams: number,
  ) {}

  get(name: string): StreamRuntime | undefined {
    return this.runtimes.get(name);
  }

  list(): readonly StreamRuntime[] {
    return [...this.runtimes.values()];
  }

  /**
   * Adds a stream.
   *
   * @throws {StreamerError} STREAM_EXISTS, TOO_MANY_STREAMS, SERVER_CLOSING, or as the source is refused.
   */
  async add(settings: StreamSettings): Promise<HubStream> {
    const { name } = settings;
    if (this.claimed.has(name))
      throw new StreamerError('STREAM_EXISTS', `There is a stream ${name} already; take another name.`);
    if (this.claimed.size >= this.maxStreams) {
      throw new StreamerError(
        'TOO_MANY_STREAMS',
        `There are ${this.maxStreams} streams already; remove one or raise --max-streams.`,
      );
    }
    this.claimed.add(name);
    try {
      return this.start(settings, await this.open(settings));
    } catch (error) {
      this.claimed.delete(name);
      throw error;
    }
  }

  /** Adds a stream whose source was looked at already. Throws as `add` does. */
  addOpened(settings: StreamSettings, opened: OpenedSource): HubStream {
    this.claimed.add(settings.name);
    return this.start(settings, opened);
  }

  /**
   * Gives a stream other settings, under the same name. The new source is looked at first, so a refusal leaves the stream
   * as it was; those who watch it get its frames on.
   *
   * @throws {StreamerError} UNKNOWN_STREAM, SERVER_CLOSING, or as the source is refused.
   */
  change(name: string, change: StreamChange): Promise<HubStream> {
    return this.inTurn.run(name, async () => {
      const settings = { ...this.existing(name).settings, ...change };
      const { source } = await this.open(settings);
      this.refuseWhenClosed();
      const before = this.existing(name);
      await before.close();
      this.refuseWhenClosed();
      before.stream.setState('idle');
      before.stream.reconfigure(settings);
      before.stream.describe(describeStream(source.info, settings));
      before.stream.packets.setOffer(null);
      return this.run(before.stream, settings, source);
    });
  }

  /**
   * Ends a stream; resolves when its children and connections are gone.
   *
   * @throws {StreamerError} UNKNOWN_STREAM
   */
  remove(name: string): Promise<void> {
    return this.inTurn.run(name, async () => {
      const runtime = this.existing(name);
      this.runtimes.delete(name);
      this.hub.remove(runtime.stream, { code: 'STREAM_REMOVED', message: 'The stream was taken away.' });
      await runtime.close();
      this.claimed.delete(name);
    });
  }

  /** Ends all of them for good. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.list().map((runtime) => runtime.close()));
  }

  private start(settings: StreamSettings, { source }: OpenedSource): HubStream {
    this.refuseWhenClosed();
    const stream = this.hub.add(settings.name, settings, describeStream(source.info, settings));
    return this.run(stream, settings, source);
  }

  private run(stream: HubStream, settings: StreamSettings, source: Source): HubStream {
    const runtime = new StreamRuntime(stream, settings, source, this.parts);
    this.runtimes.set(settings.name, runtime);
    void runtime.ended.then(() => this.checkEnded());
    return stream;
  }

  /** What started after the end of all others would never be ended itself, so this is asked after every wait. */
  private refuseWhenClosed(): void {
    if (this.closed) throw new StreamerError('SERVER_CLOSING', 'The server shuts down.');
  }

  private checkEnded(): void {
    if (this.list().every(({ hasEnded }) => hasEnded)) this.resolveEnded();
  }

  private existing(name: string): StreamRuntime {
    const runtime = this.runtimes.get(name);
    if (!runtime) throw new StreamerError('UNKNOWN_STREAM', `There is no stream ${name}.`);
    return runtime;
  }
}

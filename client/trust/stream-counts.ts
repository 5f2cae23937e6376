import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { ServerSamples } from '../report/run-trust-schema.js';
import type { FoundApi } from './find-server-api.js';
import { JsonRequest } from './json-request.js';
import { askedServerSchema, askedStatsSchema, askedStreamsSchema } from './server-api-schema.js';
import type { AskedStats } from './server-api-schema.js';

/** A server with more streams is asked for the first ones: each costs it a request at either end of the window. */
const MAX_STREAMS = 64;
/** For all of them together: nobody waits for a server that is slow to say what it does. */
const LIMIT_US = 2_000_000;

/** What each stream had published, and since when the server runs that said so; null where it does not say. */
interface Counts {
  readonly startedAtUs: number | null;
  readonly stats: ReadonlyMap<string, AskedStats>;
}

/** Asks a server at both ends of a window how many frames each stream has published. */
export class StreamCounts {
  private before: Counts = { startedAtUs: null, stats: new Map() };
  private request: JsonRequest | null = null;
  /** Gives up the reading that is under way. */
  private giveUp: () => void = () => undefined;

  constructor(
    private readonly api: Pick<FoundApi, 'origin' | 'token'>,
    private readonly clock: Clock,
  ) {}

  async begin(): Promise<void> {
    this.before = await this.read();
  }

  /**
   * What was published since. All counters of a server that started anew began at zero, and may have passed their old
   * values; so nothing is said of it then, nor of a stream that began anew or was not there at the begin.
   */
  async end(): Promise<ServerSamples['streams']> {
    const { before } = this;
    const after = await this.read();
    if (after.startedAtUs === null || after.startedAtUs !== before.startedAtUs) return [];
    return [...after.stats].flatMap(([name, now]) => {
      const then = before.stats.get(name);
      if (!then || now.frames < then.frames || now.droppedFrames < then.droppedFrames) return [];
      return [{ name, published: now.frames - then.frames, droppedFrames: now.droppedFrames - then.droppedFrames }];
    });
  }

  /** Gives up what is under way; resolves when no socket is left. */
  async close(): Promise<void> {
    this.giveUp();
    await this.request?.close();
  }

  /** Those that answered in time. */
  private async read(): Promise<Counts> {
    this.giveUp();
    let isOver = false;
    this.giveUp = () => {
      isOver = true;
      void this.request?.close();
    };
    const cancel: CancelTimer = this.clock.schedule(LIMIT_US, this.giveUp);
    const counts = await this.readUntil(() => isOver);
    cancel();
    return counts;
  }

  private async readUntil(isOver: () => boolean): Promise<Counts> {
    const startedAtUs = askedServerSchema.safeParse(await this.ask('/api/server')).data?.startedAtUs ?? null;
    if (isOver()) return { startedAtUs: null, stats: new Map() };
    const list = askedStreamsSchema.safeParse(await this.ask('/api/streams')).data?.streams ?? [];
    const stats: AskedStats[] = [];
    // One after the other: a server under load is not to be stormed by those who only ask how it is.
    for (const { name } of list.slice(0, MAX_STREAMS)) {
      if (isOver()) break;
      const body = await this.ask(`/api/streams/${encodeURIComponent(name)}/stats`);
      const { data } = askedStatsSchema.safeParse(body);
      if (data) stats.push(data);
    }
    return { startedAtUs, stats: new Map(stats.map((each) => [each.name, each])) };
  }

  private async ask(path: string): Promise<unknown> {
    const request = new JsonRequest(new URL(path, this.api.origin), this.api.token, this.clock);
    this.request = request;
    try {
      return await request.get();
    } catch {
      return null;
    } finally {
      await request.close();
    }
  }
}

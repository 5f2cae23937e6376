import type { Clock } from '../../shared/clock.js';
import type { ServerSamples } from '../report/run-trust-schema.js';
import type { FoundApi } from './find-server-api.js';
import { JsonRequest } from './json-request.js';
import { askedStatsSchema, askedStreamsSchema } from './server-api-schema.js';
import type { AskedStats } from './server-api-schema.js';

/** A server with more streams is asked for the first ones: each costs it a request at either end of the window. */
const MAX_STREAMS = 64;

/** Asks a server at both ends of a window how many frames each stream has published. */
export class StreamCounts {
  private before = new Map<string, AskedStats>();
  private request: JsonRequest | null = null;
  private isClosed = false;

  constructor(
    private readonly api: Pick<FoundApi, 'origin' | 'token'>,
    private readonly clock: Clock,
  ) {}

  async begin(): Promise<void> {
    this.before = await this.read();
  }

  /** What was published since; a stream that began anew, or was not there at the begin, is left out. */
  async end(): Promise<ServerSamples['streams']> {
    const { before } = this;
    const after = await this.read();
    return [...after].flatMap(([name, now]) => {
      const then = before.get(name);
      if (!then || now.frames < then.frames || now.droppedFrames < then.droppedFrames) return [];
      return [{ name, published: now.frames - then.frames, droppedFrames: now.droppedFrames - then.droppedFrames }];
    });
  }

  /** Gives up what is under way; resolves when no socket is left. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.request?.close();
  }

  private async read(): Promise<Map<string, AskedStats>> {
    const list = askedStreamsSchema.safeParse(await this.ask('/api/streams')).data?.streams ?? [];
    const stats: AskedStats[] = [];
    // One after the other: a server under load is not to be stormed by those who only ask how it is.
    for (const { name } of list.slice(0, MAX_STREAMS)) {
      const body = await this.ask(`/api/streams/${encodeURIComponent(name)}/stats`);
      const { data } = askedStatsSchema.safeParse(body);
      if (data) stats.push(data);
    }
    return new Map(stats.map((each) => [each.name, each]));
  }

  private async ask(path: string): Promise<unknown> {
    if (this.isClosed) return null;
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

import { fleetSchema } from '../../shared/api/publisher-schema.js';
import type { ApiPublisher } from '../../shared/api/publisher-schema.js';
import { problemSchema } from '../../shared/api/problem-schema.js';
import type { Clock } from '../../shared/clock.js';
import { askedServerSchema } from '../trust/server-api-schema.js';
import type { AskedServer } from '../trust/server-api-schema.js';
import { StreamerError, isErrorCode, toStreamerError } from '../../shared/errors.js';

/** A new video may have to be encoded before the answer comes. */
const TIMEOUT_US = 60_000_000;

/** Adds and removes streams of a publisher on this machine over its HTTP API (docs/api.md). */
export class PublisherApi {
  /** Where it listens; 0 before it is known. */
  port = 0;

  constructor(
    private readonly token: string,
    private readonly clock: Clock,
  ) {}

  /** How its process is doing. @throws {StreamerError} of the answer, or CONNECT_FAILED. */
  async server(): Promise<AskedServer> {
    const server = askedServerSchema.safeParse(await this.ask('GET', 'server'));
    if (!server.success) throw new StreamerError('CONNECT_FAILED', 'The publisher answers with something else.');
    return server.data;
  }

  /** @throws {StreamerError} of the answer, or CONNECT_FAILED. */
  async list(): Promise<readonly ApiPublisher[]> {
    const fleet = fleetSchema.safeParse(await this.ask('GET', 'publishers'));
    if (!fleet.success) throw new StreamerError('CONNECT_FAILED', 'The publisher answers with something else.');
    return fleet.data.publishers;
  }

  /** @throws {StreamerError} of the answer, such as TOO_MANY_STREAMS, or CONNECT_FAILED. */
  async add(name: string): Promise<void> {
    await this.ask('POST', 'publishers', { name });
  }

  /** @throws {StreamerError} of the answer, or CONNECT_FAILED. */
  async remove(name: string): Promise<void> {
    await this.ask('DELETE', `publishers/${encodeURIComponent(name)}`);
  }

  private async ask(method: string, path: string, body?: object): Promise<unknown> {
    const limit = new AbortController();
    const cancel = this.clock.schedule(TIMEOUT_US, () => limit.abort());
    try {
      const answer = await fetch(`http://127.0.0.1:${this.port}/api/${path}`, {
        method,
        signal: limit.signal,
        headers: { Authorization: `Bearer ${this.token}`, ...(body && { 'Content-Type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const json: unknown = text === '' ? null : JSON.parse(text);
      if (!answer.ok) throw problemOf(json, answer.status);
      return json;
    } catch (error) {
      throw toStreamerError(error, 'CONNECT_FAILED');
    } finally {
      cancel();
    }
  }
}

function problemOf(json: unknown, status: number): StreamerError {
  const { data } = problemSchema.safeParse(json);
  const code = data && isErrorCode(data.code) ? data.code : 'CONNECT_FAILED';
  return new StreamerError(code, data?.detail ?? `The publisher answers with status ${status}.`);
}

import type { ApiClient } from '../../../../shared/api/client-schema.js';
import type { Problem } from '../../../../shared/api/problem-schema.js';
import type { ApiPublisher, NewPublisher } from '../../../../shared/api/publisher-schema.js';
import type { ApiRecordingList } from '../../../../shared/api/recording-schema.js';
import type { ApiServer } from '../../../../shared/api/server-schema.js';
import type { ApiStream, NewStream, StreamPatch } from '../../../../shared/api/stream-schema.js';

/** An answer that is an error; `code` is one of the server's codes, `message` says what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: string,
    message: string,
    /** Of the HTTP answer; null where there was none. */
    readonly status: number | null,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** File formats of a recording. */
export type RecordingFormat = 'mkv' | 'mp4';

/** A server that is switched off or behind a broken line says nothing at all, and a browser would wait for minutes. */
const ANSWER_LIMIT_MS = 30_000;
/** Of what every server answers at once. */
const PROMPT_LIMIT_MS = 10_000;

/** The REST interface of the server. Every call throws `ApiError`. */
export class ServerApi {
  constructor(
    /** Address of the server, with a `/` at its end. */
    readonly base: string,
    readonly token: string | null,
    private readonly fetchFrom: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  server(): Promise<ApiServer> {
    return this.json('GET', 'api/server', undefined, PROMPT_LIMIT_MS);
  }

  addStream(stream: NewStream): Promise<ApiStream> {
    return this.json('POST', 'api/streams', stream);
  }

  changeStream(name: string, change: StreamPatch): Promise<ApiStream> {
    return this.json('PATCH', streamPath(name), change);
  }

  async removeStream(name: string): Promise<void> {
    await this.ask('DELETE', streamPath(name));
  }

  async addPublisher(publisher: NewPublisher): Promise<void> {
    await this.ask('POST', 'api/publishers', publisher);
  }

  async removePublisher(name: string): Promise<void> {
    await this.ask('DELETE', publisherPath(name));
  }

  async restartPublisher(name: string): Promise<void> {
    await this.ask('POST', `${publisherPath(name)}/restart`);
  }

  async kick(client: ApiClient): Promise<void> {
    await this.ask('DELETE', `api/clients/${encodeURIComponent(client.id)}`);
  }

  recordings(name: string): Promise<ApiRecordingList> {
    return this.json('GET', `${streamPath(name)}/recordings`);
  }

  async startRecording(name: string, format: RecordingFormat): Promise<void> {
    await this.ask('POST', `${streamPath(name)}/recordings`, { format });
  }

  async stopRecording(name: string): Promise<void> {
    await this.ask('DELETE', `${streamPath(name)}/recordings`);
  }

  /** The newest picture of a stream as JPEG. */
  async snapshot(name: string): Promise<Blob> {
    return (await this.ask('GET', `${streamPath(name)}/frame`)).blob();
  }

  /** An address under the server that a link can hold: the token is part of it. */
  link(path: string): string {
    // Paths of the server begin at its root, which behind a proxy is not the proxy's.
    const url = new URL(path.replace(/^\//, ''), this.base);
    if (this.token !== null) url.searchParams.set('token', this.token);
    return url.href;
  }

  /** Address of a WebSocket under the server. */
  socketAddress(path: string): string {
    return this.link(path).replace(/^http/, 'ws');
  }

  private async json<T>(method: string, path: string, body?: unknown, limitMs?: number): Promise<T> {
    const response = await this.ask(method, path, body, limitMs);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new ApiError('BAD_ANSWER', 'The server’s answer cannot be read.', response.status, { cause });
    }
  }

  private async ask(method: string, path: string, body?: unknown, limitMs = ANSWER_LIMIT_MS): Promise<Response> {
    const headers: Record<string, string> = {};
    if (this.token !== null) headers['authorization'] = `Bearer ${this.token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    let response: Response;
    try {
      response = await this.fetchFrom(new URL(path, this.base), {
        method,
        headers,
        cache: 'no-store',
        // The token is all that counts; the browser's own password dialog must not come up.
        credentials: 'omit',
        signal: AbortSignal.timeout(limitMs),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw isTimeout(cause)
        ? new ApiError('CONNECT_TIMEOUT', `The server did not answer within ${limitMs / 1000} seconds.`, null, {
            cause,
          })
        : new ApiError('CONNECT_FAILED', 'The server cannot be reached.', null, { cause });
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

/** Anything thrown as an `ApiError`. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError('INTERNAL', thrown instanceof Error ? thrown.message : String(thrown), null, { cause: thrown });
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'TimeoutError';
}

function streamPath(name: string): string {
  return `api/streams/${encodeURIComponent(name)}`;
}

function publisherPath(name: ApiPublisher['name']): string {
  return `api/publishers/${encodeURIComponent(name)}`;
}

/** A proxy between may answer with something else than a problem document. */
async function problemOf(response: Response): Promise<ApiError> {
  try {
    const { code, detail, title } = (await response.json()) as Partial<Problem>;
    if (typeof code === 'string') return new ApiError(code, detail ?? title ?? code, response.status);
  } catch {
    return unknownAnswer(response);
  }
  return unknownAnswer(response);
}

function unknownAnswer({ status, statusText }: Response): ApiError {
  return new ApiError('BAD_ANSWER', `The server answered ${status} ${statusText}`.trim() + '.', status);
}

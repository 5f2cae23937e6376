import type { IncomingMessage } from 'node:http';
import { HttpAuth, credentialsOf } from '../../shared/auth/http-auth.js';
import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { readBody } from '../../shared/http/http-body.js';
import { HttpClient } from '../../shared/http/http-client.js';
import { mediaType } from '../../shared/http/http-content.js';
import { failure, shownUrl } from '../../shared/http/http-errors.js';
import { parseJson } from './list-document.js';
import { listError, stoppedError } from './list-error.js';

/** One answer of the API. */
export interface ApiPage {
  readonly document: unknown;
  /** The header of RFC 8288, which may name the next page. */
  readonly link: string | null;
  readonly lengthBytes: number;
  readonly text: string;
}

const MAX_PAGE_BYTES = 32 * 1024 * 1024;
const ANSWER_TIMEOUT_US = 30_000_000;

/** Asks an API for its pages, and shows its credentials to the origin of its first address only. */
export class ApiClient {
  private readonly auth: HttpAuth | null;

  /** @param headers sent to the origin of `url`; a token may be among them */
  constructor(
    private readonly url: URL,
    private readonly headers: Readonly<Record<string, string>>,
    private readonly clock: Clock,
  ) {
    const credentials = credentialsOf(url);
    this.auth = credentials && new HttpAuth(credentials);
  }

  /**
   * Fetches `url`, for which `signal` is the end.
   *
   * @throws {StreamerError} SOURCE_… where no answer comes or it is an error, CAMERA_LIST_INVALID where it is no JSON.
   */
  async get(url: URL, signal: AbortSignal): Promise<ApiPage> {
    const isOwn = url.origin === this.url.origin;
    const client = new HttpClient(url, isOwn ? this.auth : null, this.clock, null, isOwn ? this.headers : {});
    try {
      const { answer, body } = await wholeAnswer(client, url, this.clock, signal);
      const where = `The answer of ${shownUrl(url)}`;
      if (/html/.test(mediaType(answer.headers['content-type']))) {
        throw listError(`${where} is a web page, not JSON; check the address, and whether it wants a login.`);
      }
      const text = new TextDecoder().decode(body);
      const link = answer.headersDistinct['link']?.join(', ') ?? null;
      return { document: parseJson(text, where), link, lengthBytes: body.length, text };
    } catch (thrown) {
      throw this.reworded(thrown, url);
    } finally {
      await client.close();
    }
  }

  /** What the client says of refusals is meant for cameras, which have no other way to take credentials. */
  private reworded(thrown: unknown, url: URL): unknown {
    if (!(thrown instanceof StreamerError) || thrown.code !== 'SOURCE_DENIED') return thrown;
    const hadAny = this.auth !== null || 'authorization' in this.headers;
    const hint = hadAny
      ? 'the user, the password or the token is wrong, or may not see the list.'
      : 'it wants credentials; give --token, a --header, or user:password@ before the host.';
    return failure('SOURCE_DENIED', url, `it refuses the list; ${hint}`, thrown);
  }
}

/** An answer with all of its body, within limits of size and time. */
function wholeAnswer(
  client: HttpClient,
  url: URL,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ answer: IncomingMessage; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const settle = (tell: () => void) => {
      cancelLimit();
      signal.removeEventListener('abort', onAbort);
      tell();
    };
    const fail = (error: StreamerError) => settle(() => reject(error));
    const onAbort = () => fail(stoppedError());
    const cancelLimit = clock.schedule(ANSWER_TIMEOUT_US, () =>
      fail(failure('SOURCE_TIMEOUT', url, 'the list did not come within 30 s.')),
    );
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    client.get({
      onAnswer: (answer) => readWhole(answer, url, (body) => settle(() => resolve({ answer, body })), fail),
      onError: fail,
    });
  });
}

function readWhole(
  answer: IncomingMessage,
  url: URL,
  onBody: (body: Buffer) => void,
  onError: (error: StreamerError) => void,
): void {
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  readBody(answer, {
    onChunk: (chunk) => {
      chunks.push(chunk);
      lengthBytes += chunk.length;
      if (lengthBytes > MAX_PAGE_BYTES) throw listError(`${shownUrl(url)}: the list is larger than 32 MiB.`);
    },
    onEnd: (isWhole) => {
      if (isWhole) onBody(Buffer.concat(chunks, lengthBytes));
      else onError(failure('SOURCE_FAILED', url, 'the connection broke within the list.'));
    },
    onError,
  });
}

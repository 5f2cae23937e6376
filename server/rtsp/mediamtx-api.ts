import type { Clock } from '../../shared/clock.js';
import { redactText } from '../../shared/redact.js';
import { ITEMS_PER_PAGE, pathPageSchema, type PathPage } from './mediamtx-api-schema.js';
import type { MediamtxUser } from './mediamtx-config.js';

/** What MediaMTX says of one path. */
export interface MediamtxPath {
  /** Without a slash at the beginning. */
  readonly name: string;
  /** Whether somebody publishes it, so that it can be read. */
  readonly isReady: boolean;
  /** Codecs, in MediaMTX's words: `H264`, `M-JPEG`. */
  readonly tracks: readonly string[];
  /** Over every protocol. */
  readonly readers: number;
  readonly bytesReceived: number;
}

const MAX_PAGES = 50;
/** A path with a thousand readers takes 80 KB. It is read in at once, so it is also a limit on how long that takes. */
const MAX_PAGE_BYTES = 1024 * 1024;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** It takes two seconds to say that credentials are wrong. */
const DEFAULT_TIMEOUT_MS = 3000;

/**
 * A client of the API of MediaMTX (v3, of MediaMTX 1.x). It only looks: what it cannot learn is null, and `problem` says
 * why; it never throws, takes no longer than its limit and reads no more than it has room for.
 */
export class MediamtxApi {
  private reason: string | null = null;
  private lengthBytes = 0;
  private readUs = 0;

  /**
   * @param address where it is, such as `http://127.0.0.1:9997`
   * @param user who may use it; null where anybody on this machine may
   */
  constructor(
    private readonly address: string,
    private readonly user: MediamtxUser | null,
    private readonly clock: Clock,
    private readonly timeoutMs = DEFAULT_TIMEOUT_MS,
  ) {}

  /** Why the last question had no answer; null when it had one. */
  get problem(): string | null {
    return this.reason;
  }

  /** Microseconds for which the last answer kept this process from everything else. */
  get readingUs(): number {
    return this.readUs;
  }

  /** Everything that is published or read, by name; null when that cannot be learnt. */
  async paths(): Promise<ReadonlyMap<string, MediamtxPath> | null> {
    const limit = new AbortController();
    const cancel = this.clock.schedule(this.timeoutMs * 1000, () =>
      limit.abort(new Error(`no answer within ${this.timeoutMs} ms`)),
    );
    this.lengthBytes = 0;
    this.readUs = 0;
    try {
      const paths = await this.allPages(limit.signal);
      this.reason = null;
      return paths;
    } catch (error) {
      this.reason = redactText(reasonOf(error));
      return null;
    } finally {
      cancel();
    }
  }

  private async allPages(signal: AbortSignal): Promise<ReadonlyMap<string, MediamtxPath>> {
    const paths = new Map<string, MediamtxPath>();
    for (let page = 0, pageCount = 1; page < pageCount; page++) {
      if (page === MAX_PAGES) throw new Error(`it has more than ${MAX_PAGES * ITEMS_PER_PAGE} paths`);
      const answer = await this.page(page, signal);
      ({ pageCount } = answer);
      for (const { name, ready, tracks, bytesReceived, readers } of answer.items)
        paths.set(name, { name, isReady: ready, tracks, readers: readers.length, bytesReceived });
    }
    return paths;
  }

  private async page(page: number, signal: AbortSignal): Promise<PathPage> {
    const url = new URL('/v3/paths/list', this.address);
    url.search = new URLSearchParams({ page: `${page}`, itemsPerPage: `${ITEMS_PER_PAGE}` }).toString();
    const answer = await fetch(url, { headers: this.headers(), redirect: 'error', signal });
    if (answer.status !== 200) {
      await answer.body?.cancel();
      throw new Error(answer.status === 401 ? 'it wants other credentials' : `it answered with ${answer.status}`);
    }
    return this.read(await this.boundedText(answer));
  }

  private read(text: string): PathPage {
    const startedUs = this.clock.nowUs();
    try {
      const result = pathPageSchema.safeParse(JSON.parse(text));
      if (!result.success) throw new Error('its answer is no list of paths');
      return result.data;
    } finally {
      this.readUs += this.clock.nowUs() - startedUs;
    }
  }

  /** @throws {Error} when the body, or all of the answer, is longer than it can be; what is left of it is not read. */
  private async boundedText(answer: Response): Promise<string> {
    if (!answer.body) return '';
    const chunks: Uint8Array[] = [];
    const maxBytes = Math.min(MAX_ANSWER_BYTES, this.lengthBytes + MAX_PAGE_BYTES);
    // Leaving the loop cancels the rest.
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      this.lengthBytes += chunk.length;
      if (this.lengthBytes > maxBytes) throw new Error('its answer is too long');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  private headers(): Record<string, string> {
    if (!this.user) return {};
    const { user, password } = this.user;
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  }
}

/** `fetch` hides the reason in the cause. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'its answer is no JSON';
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

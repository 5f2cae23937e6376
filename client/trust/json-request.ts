import type { IncomingMessage } from 'node:http';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import { readBody } from '../../shared/http/http-body.js';
import { HttpClient } from '../../shared/http/http-client.js';

/** Longest answer that is read; a list of 64 streams is far below. */
const MAX_BYTES = 1_048_576;
/** For the whole answer, by default; the client has shorter limits for connecting and for the head. */
const TIMEOUT_US = 10_000_000;

/** Asks one address of an HTTP API for JSON, as often as wanted and once at a time, over a connection that is kept. */
export class JsonRequest {
  private readonly client: HttpClient;
  private giveUp: () => void = () => undefined;

  /** @param token sent as a bearer token to the origin of `url` and to no other */
  constructor(
    url: URL,
    token: string | null,
    private readonly clock: Clock,
  ) {
    const headers = { Accept: 'application/json', ...(token !== null && { Authorization: `Bearer ${token}` }) };
    this.client = new HttpClient(url, null, clock, null, headers);
  }

  /**
   * Resolves with what the body says; null when it is no JSON, too long, breaks off, was given up, as `signal` does too, or
   * is not there within `timeoutUs`.
   *
   * @throws {StreamerError} of the HTTP client: nothing answers, or with an error.
   */
  async get(timeoutUs = TIMEOUT_US, signal?: AbortSignal): Promise<unknown> {
    this.giveUp();
    if (signal?.aborted) return null;
    let cancelTimer: CancelTimer = () => undefined;
    const onAbort = () => this.giveUp();
    signal?.addEventListener('abort', onAbort);
    const givenUp = new Promise<null>((resolve) => {
      this.giveUp = () => {
        this.client.cancel();
        resolve(null);
      };
      cancelTimer = this.clock.schedule(timeoutUs, this.giveUp);
    });
    try {
      return await Promise.race([givenUp, this.answer()]);
    } finally {
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Gives up what is under way; resolves when no socket is left. */
  close(): Promise<void> {
    this.giveUp();
    return this.client.close();
  }

  private answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.client.get({ onAnswer: (answer) => resolve(this.bodyOf(answer)), onError: reject });
    });
  }

  private bodyOf(answer: IncomingMessage): Promise<unknown> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let lengthBytes = 0;
      const stop = readBody(answer, {
        onChunk: (chunk) => {
          chunks.push(chunk);
          lengthBytes += chunk.length;
          if (lengthBytes <= MAX_BYTES) return;
          stop();
          this.client.cancel();
          resolve(null);
        },
        onEnd: (isWhole) => resolve(isWhole ? parsed(Buffer.concat(chunks)) : null),
        onError: () => resolve(null),
      });
    });
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

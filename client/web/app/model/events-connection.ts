import { Backoff } from '../../../../shared/backoff.js';
import type { ApiEvent } from '../../../../shared/api/event-schema.js';
import { ApiError, type ServerApi, toApiError } from './api-client.js';

/** How the connection to the server is: `refused` waits for another token, everything else tries again by itself. */
export type EventsStatus =
  | { readonly kind: 'connecting' | 'connected' }
  | { readonly kind: 'reconnecting' | 'refused'; readonly problem: ApiError };

/** What is needed of a WebSocket. */
export type EventSocket = Pick<WebSocket, 'close' | 'addEventListener'>;

export interface EventsConnectionOptions {
  readonly api: Pick<ServerApi, 'server' | 'socketAddress'>;
  onEvent(event: ApiEvent): void;
  onStatus(status: EventsStatus): void;
  readonly openSocket?: (address: string) => EventSocket;
  readonly backoff?: Pick<Backoff, 'nextDelayMs' | 'reset'>;
}

/** The server says something every second; after so much silence the connection is dead, whatever the browser thinks. */
const SILENCE_MS = 6_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Where only somebody with another token, or with patience, can help: to go on trying would count against them. */
const WANTS_TOKEN: ReadonlySet<string> = new Set(['BAD_TOKEN', 'TOO_MANY_ATTEMPTS']);
const BACKOFF = { initialMs: 500, maxMs: 10_000, factor: 2 };

/** Events of the server, for as long as the page is open. */
export class EventsConnection {
  private readonly backoff: Pick<Backoff, 'nextDelayMs' | 'reset'>;
  private socket: EventSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isClosed = false;

  constructor(private readonly options: EventsConnectionOptions) {
    this.backoff = options.backoff ?? new Backoff(BACKOFF);
  }

  /** Connects, and goes on trying. */
  async open(): Promise<void> {
    if (this.isClosed) return;
    try {
      // A WebSocket that is refused does not say why; this does.
      await this.options.api.server();
    } catch (thrown) {
      this.fail(toApiError(thrown));
      return;
    }
    if (!this.isClosed) this.listen();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.socket?.close();
    this.socket = null;
  }

  private listen(): void {
    const openSocket = this.options.openSocket ?? ((address: string) => new WebSocket(address));
    const socket = openSocket(this.options.api.socketAddress('api/events'));
    this.socket = socket;
    this.expectWithin(CONNECT_TIMEOUT_MS);
    socket.addEventListener('message', ({ data }) => {
      if (this.socket !== socket) return;
      this.receive(data);
    });
    socket.addEventListener('close', () => {
      if (this.socket === socket) this.drop();
    });
  }

  private receive(data: unknown): void {
    const event = parseEvent(data);
    if (event === null) return;
    this.expectWithin(SILENCE_MS);
    if (event.type === 'snapshot') {
      this.backoff.reset();
      this.options.onStatus({ kind: 'connected' });
    }
    this.options.onEvent(event);
  }

  private expectWithin(timeoutMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drop(), timeoutMs);
  }

  private drop(): void {
    const { socket } = this;
    this.socket = null;
    socket?.close();
    this.fail(new ApiError('CONNECTION_LOST', 'The connection to the server is lost.', null));
  }

  private fail(problem: ApiError): void {
    clearTimeout(this.timer);
    if (this.isClosed) return;
    if (WANTS_TOKEN.has(problem.code) || problem.status === 401) {
      this.options.onStatus({ kind: 'refused', problem });
      return;
    }
    this.options.onStatus({ kind: 'reconnecting', problem });
    this.timer = setTimeout(() => void this.open(), this.backoff.nextDelayMs());
  }
}

/** What this page understands. */
const EVENTS: readonly ApiEvent['type'][] = ['snapshot', 'stream', 'client', 'stats', 'publishers'];

/** One event, or null for what is none: the server may be of a later version. */
function parseEvent(data: unknown): ApiEvent | null {
  if (typeof data !== 'string') return null;
  try {
    const event = JSON.parse(data) as ApiEvent;
    return EVENTS.includes(event.type) ? event : null;
  } catch {
    return null;
  }
}

import type { TransportName } from '../shared/api/client-schema.js';
import type { ErrorCode } from '../shared/errors.js';
import type { Stats } from '../shared/protocol/messages.js';
import type { SubscriberCounters } from './hub/subscriber.js';

/** What a client watches, with what it was sent of it. */
export interface ClientStream {
  readonly stream: string;
  readonly counters: Readonly<SubscriberCounters>;
}

/** One connected client as the rest of the server sees it. */
export interface ClientRecord {
  readonly id: string;
  readonly name: string;
  /** Address and port. */
  readonly peer: string;
  readonly transport: TransportName;
  readonly connectedAtUs: number;
  streams(): readonly ClientStream[];
  /** Ends the connection, with a word about why where the road has one. */
  disconnect(code: ErrorCode, message: string): void;
}

/** What is told about the clients; called synchronously, must not throw. */
export interface ClientObserver {
  onConnected?(client: ClientRecord): void;
  onDisconnected?(client: ClientRecord): void;
  /** The figures that a client measured in its last interval came. */
  onReport?(client: ClientRecord, stats: Stats): void;
}

/** All clients of all transports, so that the limit holds for the server as a whole. */
export class ClientRegistry {
  private readonly records = new Map<string, ClientRecord>();
  private readonly observers = new Set<ClientObserver>();

  constructor(readonly maxClients: number) {}

  get count(): number {
    return this.records.size;
  }

  list(): readonly ClientRecord[] {
    return [...this.records.values()];
  }

  byId(id: string): ClientRecord | undefined {
    return this.records.get(id);
  }

  /** Adds a client; false when the server is full. */
  admit(record: ClientRecord): boolean {
    if (this.records.size >= this.maxClients) return false;
    this.records.set(record.id, record);
    for (const observer of [...this.observers]) observer.onConnected?.(record);
    return true;
  }

  remove(record: ClientRecord): void {
    if (this.records.get(record.id) !== record) return;
    this.records.delete(record.id);
    for (const observer of [...this.observers]) observer.onDisconnected?.(record);
  }

  /** Passes on what a client measured. */
  report(record: ClientRecord, stats: Stats): void {
    for (const observer of this.observers) observer.onReport?.(record, stats);
  }

  /** Watches the clients until the returned function is called. */
  observe(observer: ClientObserver): () => void {
    this.observers.add(observer);
    return () => this.observers.delete(observer);
  }
}

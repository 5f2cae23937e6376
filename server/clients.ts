import type { Stats } from '../shared/protocol/messages.js';

/** One connected client as the rest of the server sees it. */
export interface ClientRecord {
  readonly sessionId: string;
  readonly name: string;
  readonly peer: string;
  readonly transport: string;
  readonly connectedAtUs: number;
  /** The last figures the client measured and sent; null until the first came. */
  stats: Stats | null;
}

/** All clients of all transports, so that the limit holds for the server as a whole. */
export class ClientRegistry {
  private readonly records = new Set<ClientRecord>();

  constructor(private readonly maxClients: number) {}

  get count(): number {
    return this.records.size;
  }

  list(): readonly ClientRecord[] {
    return [...this.records];
  }

  /** Adds a client; false when the server is full. */
  admit(record: ClientRecord): boolean {
    if (this.records.size >= this.maxClients) return false;
    this.records.add(record);
    return true;
  }

  remove(record: ClientRecord): void {
    this.records.delete(record);
  }
}

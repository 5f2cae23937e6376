import type { EventParts } from '../../server/api/event-feed.js';
import type { ClientRecord, ClientRegistry } from '../../server/clients.js';
import type { Hub } from '../../server/hub/hub.js';
import type { ApiFleet } from '../../shared/api/publisher-schema.js';
import type { Role } from '../../shared/api/server-schema.js';

/** Views of what there is, each with no more than a test needs to tell it; counts what they are asked for. */
export class FakeViews {
  calls = 0;
  /** Settings by the name of the stream; a stream without any cannot be looked at yet. */
  readonly quality = new Map<string, number>();
  /** What there is of a fleet. */
  publishers: ApiFleet | null = null;

  constructor(
    private readonly hub: Hub,
    private readonly registry: ClientRegistry,
  ) {}

  server(role: Role) {
    this.calls += 1;
    return { role };
  }

  stream(name: string) {
    this.calls += 1;
    const stream = this.hub.byName(name);
    const quality = this.quality.get(name);
    if (!stream || quality === undefined) return null;
    return { name, state: stream.info().state, reason: stream.reason ?? null, quality };
  }

  streams() {
    return this.hub.list().flatMap(({ name }) => this.stream(name) ?? []);
  }

  stats(name: string) {
    this.calls += 1;
    return { name, frames: this.hub.byName(name)?.counters.published };
  }

  client({ id, peer }: ClientRecord, role: Role) {
    this.calls += 1;
    return { id, peer: role === 'admin' ? peer : null };
  }

  clients(role: Role) {
    return this.registry.list().map((record) => this.client(record, role));
  }

  fleet(): ApiFleet | null {
    this.calls += 1;
    return this.publishers;
  }

  /** As the API's own views, which tell more of everything. */
  asApiViews(): EventParts['views'] {
    return this as unknown as EventParts['views'];
  }
}

import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import type { PublisherStatus } from '../rtsp/publisher-status.js';
import { withoutAddress } from './status-text.js';

/** So long streams that fare alike are gathered for one line. */
const GATHER_US = 500_000;

interface Gathered {
  readonly names: string[];
  readonly status: PublisherStatus;
}

/** Writes what happens to the connections of a fleet; a server that dies under 200 streams is one line and not 200. */
export class FleetLog {
  private readonly gathered = new Map<string, Gathered>();
  /** What was said last of each stream: every further attempt that fails alike is no news. */
  private readonly said = new Map<string, string>();
  private cancelTimer: CancelTimer | null = null;

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  onState(name: string, status: PublisherStatus): void {
    if (status.state === 'connecting' || status.state === 'stopped') return;
    const key = `${status.state} ${status.error?.code ?? ''}`;
    if (this.said.get(name) === key) return;
    this.said.set(name, key);
    const before = this.gathered.get(key);
    if (before) before.names.push(name);
    else this.gathered.set(key, { names: [name], status });
    this.cancelTimer ??= this.clock.schedule(GATHER_US, () => this.flush());
  }

  /** The stream is gone, and the next of that name another one. */
  forget(name: string): void {
    this.said.delete(name);
  }

  /** Writes what waits. */
  flush(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    const all = [...this.gathered.values()];
    this.gathered.clear();
    for (const { names, status } of all) this.write(names, status);
  }

  private write(names: readonly string[], { state, error, url }: PublisherStatus): void {
    const [name = ''] = names;
    const fields = names.length === 1 ? { stream: name } : { streams: names.length, first: name };
    if (state === 'publishing') this.logger.info(fields, names.length === 1 ? 'publishing' : 'all publishing');
    else this.logger.warn({ ...fields, code: error?.code }, withoutAddress(error?.message ?? 'disconnected', url));
  }
}

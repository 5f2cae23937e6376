import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import type { PublisherStatus } from '../rtsp/publisher-status.js';

/** So long streams that fare alike are gathered for one line. */
const GATHER_US = 500_000;

interface Gathered {
  readonly names: string[];
  readonly status: PublisherStatus;
}

/** Writes what happens to the connections of a fleet; a server that dies under 200 streams is one line and not 200. */
export class FleetLog {
  private readonly gathered = new Map<string, Gathered>();
  private cancelTimer: CancelTimer | null = null;

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  onState(name: string, status: PublisherStatus): void {
    if (status.state === 'connecting' || status.state === 'stopped') return;
    const key = `${status.state} ${status.error?.code ?? ''}`;
    const before = this.gathered.get(key);
    if (before) before.names.push(name);
    else this.gathered.set(key, { names: [name], status });
    this.cancelTimer ??= this.clock.schedule(GATHER_US, () => this.flush());
  }

  /** Writes what waits. */
  flush(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    const all = [...this.gathered.values()];
    this.gathered.clear();
    for (const { names, status } of all) this.write(names, status);
  }

  private write(names: readonly string[], { state, error }: PublisherStatus): void {
    const [name = ''] = names;
    const fields = names.length === 1 ? { stream: name } : { streams: names.length, first: name };
    if (state === 'publishing') this.logger.info(fields, names.length === 1 ? 'publishing' : 'all publishing');
    else this.logger.warn({ ...fields, code: error?.code }, error?.message ?? 'disconnected; trying again');
  }
}

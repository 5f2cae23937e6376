import type { Clock } from '../../shared/clock.js';
import { residentBytes } from '../../shared/process-times.js';
import type { ServerSample, ServerWatch } from '../trust/server-watch.js';

/** The API is asked once a second and given two to answer; what is older is of a server that answers no more. */
const FRESH_US = 3_000_000;

/** The resident memory of the server: what its API says, or where there is none that of a process on this machine. */
export class ServerMemory {
  private seen: { readonly sample: ServerSample; readonly atUs: number } | null = null;

  constructor(
    private readonly api: Pick<ServerWatch, 'latest'> | null,
    private readonly pid: number | null,
    private readonly clock: Clock,
  ) {}

  /** In bytes; null where nobody says it, or no more. To be asked more often than once a second. */
  latestBytes(): number | null {
    if (this.api === null) return this.pid === null ? null : residentBytes(this.pid);
    const sample = this.api.latest();
    if (sample === null) return null;
    const nowUs = this.clock.nowUs();
    if (this.seen?.sample !== sample) this.seen = { sample, atUs: nowUs };
    return nowUs - this.seen.atUs > FRESH_US ? null : sample.residentBytes;
  }
}

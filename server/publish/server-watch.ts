import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { MediamtxApi } from '../rtsp/mediamtx-api.js';
import type { FleetMember } from './fleet-status.js';

type ServerPath = NonNullable<FleetMember['server']>;

const POLL_US = 2_000_000;
/** Where no API answers there is hardly one. */
const POLL_RARELY_US = 15_000_000;
/** An answer that takes longer to read in keeps pictures from being sent. */
const COSTLY_US = 200_000;

/** The path that all streams share in an address, with a slash at its end; nothing for none. */
export function pathPrefix(to: string): string {
  const path = new URL(to).pathname.replace(/^\/+|\/+$/g, '');
  return path === '' ? '' : `${decoded(path)}/`;
}

/** As it is where it holds a percent sign that stands for itself. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Asks MediaMTX now and then what it says of the paths of a fleet. */
export class ServerWatch {
  private latest: ReadonlyMap<string, ServerPath> | null = null;
  private cancelPoll: CancelTimer = () => undefined;
  private isStopped = false;

  /** @param prefix what the names of its paths have before the names of the streams; see `pathPrefix` */
  constructor(
    private readonly api: Pick<MediamtxApi, 'paths' | 'readingUs'>,
    private readonly prefix: string,
    private readonly clock: Clock,
  ) {}

  /** By the names of streams; null while the API does not answer. */
  get paths(): ReadonlyMap<string, ServerPath> | null {
    return this.latest;
  }

  /** Asks at once, and again until it is stopped. */
  async start(): Promise<void> {
    await this.poll();
    if (this.isStopped) return;
    const isCheap = this.latest !== null && this.api.readingUs <= COSTLY_US;
    const delayUs = isCheap ? POLL_US : POLL_RARELY_US;
    this.cancelPoll = this.clock.schedule(delayUs, () => void this.start());
  }

  stop(): void {
    this.isStopped = true;
    this.cancelPoll();
  }

  private async poll(): Promise<void> {
    const paths = await this.api.paths();
    if (!paths) {
      this.latest = null;
      return;
    }
    const ours = [...paths.values()].filter(({ name }) => name.startsWith(this.prefix));
    this.latest = new Map(
      ours.map(({ name, isReady, readers, bytesReceived }) => [
        name.slice(this.prefix.length),
        { isReady, readers, bytesReceived },
      ]),
    );
  }
}

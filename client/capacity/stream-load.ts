import type { Clock } from '../../shared/clock.js';
import { toStreamerError } from '../../shared/errors.js';
import { pause } from '../../shared/pause.js';
import type { Crowd, CrowdFigures, CrowdProgress, LoadTarget } from '../load/crowd.js';
import type { ErrorTally } from '../report/run-report-schema.js';
import type { ThreadFigures } from '../report/run-trust-schema.js';
import type { AskedServer } from '../trust/server-api-schema.js';
import { withRates } from './expected-rates.js';
import type { LoadUnderTest } from './load-under-test.js';
import type { PublisherApi } from './publisher-api.js';

const LOOK_US = 100_000;
/** A server that has not taken a stream by then does not take it. */
const PUBLISH_LIMIT_US = 10_000_000;
/** How many requests to the publisher are under way at once. */
const AT_ONCE = 8;

/** What streams are called below the address that they are published to: `load-0001`. */
export function streamNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `load-${String(index + 1).padStart(4, '0')}`);
}

/** Where each of these streams is read back. */
export function readTargets(to: string, shownTo: string, names: readonly string[]): LoadTarget[] {
  return names.map((name) => ({ name, kind: 'rtsp', url: `${to}/${name}`, shownUrl: `${shownTo}/${name}` }));
}

/** Whoever publishes, such as a `PublisherProcess`. */
export interface Publisher {
  readonly api: Pick<PublisherApi, 'add' | 'remove' | 'list' | 'server'>;
  stop(): Promise<void>;
}

/** Streams that are published to an RTSP server, each of them read back by one session. */
export class StreamLoad implements LoadUnderTest {
  /** Those that the publisher has. */
  private readonly published = new Set<string>();
  private errors = new Map<string, ErrorTally>();
  /** How the publisher was doing when the window began. */
  private atBegin: AskedServer | null = null;

  /** @param names of all streams there may be, in the order of the targets of `crowd` */
  constructor(
    private readonly names: readonly string[],
    private readonly publisher: Publisher,
    private readonly crowd: Crowd,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  async resize(size: number): Promise<void> {
    this.errors = new Map();
    // Readers go first, since one whose stream goes would count as broken.
    if (size < this.published.size) await this.crowd.resize(size, 0);
    await this.publish(size);
    await this.untilPublished();
    await this.crowd.resize(size, 0);
  }

  async begin(): Promise<void> {
    [this.atBegin] = await Promise.all([this.publisher.api.server().catch(() => null), this.crowd.begin()]);
  }

  progress(): CrowdProgress {
    return this.crowd.progress();
  }

  async end(): Promise<CrowdFigures> {
    const figures = await this.crowd.end();
    const { api } = this.publisher;
    const [publishers, atEnd] = await Promise.all([api.list().catch(() => []), api.server().catch(() => null)]);
    for (const { connection } of publishers) if (connection.error) this.note(connection.error);
    // A stream that was refused is why its reader fails, so that it is told first.
    const errors = [...this.errors.values(), ...figures.total.errors];
    const rates = new Map(publishers.map(({ name, nominalFps }) => [name, nominalFps]));
    // RTSP may announce no rate, but who publishes knows it.
    const sessions = withRates(figures.sessions, ({ target }) => rates.get(target?.split('/').at(-1) ?? ''));
    const threads = [...figures.generator.threads, ...publisherThread(this.atBegin, atEnd, this.published.size)];
    return { ...figures, sessions, total: { ...figures.total, errors }, generator: { ...figures.generator, threads } };
  }

  async close(): Promise<void> {
    await Promise.all([this.crowd.close(), this.publisher.stop()]);
  }

  private async publish(size: number): Promise<void> {
    const wanted = this.names.slice(0, size);
    const extra = [...this.published].filter((name) => !wanted.includes(name));
    await this.each(extra, (name) => this.publisher.api.remove(name).then(() => void this.published.delete(name)));
    const missing = wanted.filter((name) => !this.published.has(name));
    await this.each(missing, (name) => this.publisher.api.add(name).then(() => void this.published.add(name)));
  }

  private async each(names: readonly string[], change: (name: string) => Promise<void>): Promise<void> {
    for (let at = 0; at < names.length && !this.signal.aborted; at += AT_ONCE) {
      const outcomes = names.slice(at, at + AT_ONCE).map((name) => change(name).then(() => null, toStreamerError));
      for (const error of await Promise.all(outcomes)) if (error) this.note(error);
    }
  }

  /** Waits until the RTSP server has taken, or refused, each of them. */
  private async untilPublished(): Promise<void> {
    const endsAtUs = this.clock.nowUs() + PUBLISH_LIMIT_US;
    while (!this.signal.aborted && this.clock.nowUs() < endsAtUs) {
      const publishers = await this.publisher.api.list().catch(() => []);
      if (publishers.every(({ connection }) => connection.state !== 'connecting')) return;
      await pause(this.clock, LOOK_US, this.signal);
    }
  }

  private note({ code, message }: Pick<ErrorTally, 'code' | 'message'>): void {
    const count = (this.errors.get(code)?.count ?? 0) + 1;
    this.errors.set(code, { code, message, count });
  }
}

/** Who publishes makes load as much as who reads, and may be the bottleneck: it is one more thread of the generator. */
function publisherThread(before: AskedServer | null, after: AskedServer | null, streams: number): ThreadFigures[] {
  if (!before || !after || after.nowUs <= before.nowUs) return [];
  const cpuPercent = Math.max(0, ((after.cpuSeconds - before.cpuSeconds) * 1e8) / (after.nowUs - before.nowUs));
  // It tells no more of its delay than the p99 of a second.
  const p99 = after.eventLoopDelayP99Us;
  const delayUs = { p50: p99, p99, max: p99 };
  const name = 'publisher';
  return [{ name, sessions: streams, cpuPercent, waitedPercent: null, loopDelayUs: delayUs, timerLatenessUs: delayUs }];
}

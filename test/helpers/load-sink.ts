import { onTestFinished } from 'vitest';
import type { ArrivedFrame, LoadConnection, LoadSink, LoadSource, SourceFacts } from '../../client/load/load-source.js';
import type { StreamerError } from '../../shared/errors.js';

/** Takes whatever a connection of a load source tells, and complains about calls that come when none may. */
export class LoadSinkOfTest implements LoadSink {
  readonly facts: SourceFacts[] = [];
  readonly frames: ArrivedFrame[] = [];
  readonly errors: (StreamerError | null)[] = [];
  lost = 0;
  skipped = 0;
  corrupt = 0;
  private readonly waiters = new Set<() => void>();

  onFacts(facts: SourceFacts): void {
    this.take(() => this.facts.push(facts));
  }

  onFrame(frame: ArrivedFrame): void {
    this.take(() => this.frames.push({ ...frame }));
  }

  onLost(frames: number): void {
    this.take(() => (this.lost += frames));
  }

  onSkipped(frames: number): void {
    this.take(() => (this.skipped += frames));
  }

  onCorrupt(): void {
    this.take(() => (this.corrupt += 1));
  }

  onClosed(error: StreamerError | null): void {
    this.take(() => this.errors.push(error));
  }

  /** What it ended with. */
  async closed(): Promise<StreamerError | null> {
    await this.until(() => this.errors.length > 0);
    return this.errors[0] ?? null;
  }

  /** Resolves when `holds`; it is asked again whenever something was told. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.waiters.add(resolve));
  }

  private take(keep: () => void): void {
    // It is seen by whoever waits, and not swallowed by the code under test.
    if (this.errors.length > 0) throw new Error('a call came after onClosed');
    keep();
    for (const resolve of this.waiters) resolve();
    this.waiters.clear();
  }
}

/** Opens a connection of `source` that ends with the running test. */
export function openLoadOfTest(source: LoadSource): { sink: LoadSinkOfTest; connection: LoadConnection } {
  const sink = new LoadSinkOfTest();
  const connection = source.open('of-test', sink);
  onTestFinished(async () => {
    await connection.close();
    await source.close();
  });
  return { sink, connection };
}

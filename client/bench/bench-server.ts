import type { ServerSamples } from '../report/run-trust-schema.js';
import type { ServerWatch } from '../trust/server-watch.js';

/** Asks the server of a benchmark how it is doing while the window lasts. */
export class BenchServer {
  private begun: Promise<void> | null = null;
  private ended: Promise<ServerSamples> | null = null;

  /** @param watch null where nobody is asked */
  constructor(private readonly watch: Pick<ServerWatch, 'begin' | 'end' | 'close'> | null) {}

  /** A window that is stopped early begins a second time, which changes nothing. */
  onPhase(phase: 'running' | 'collecting'): void {
    if (phase === 'running') this.begun ??= this.watch?.begin() ?? null;
    else this.end();
  }

  /** What it said; null where nobody was asked, or the window never began. Also of a window that broke off. */
  async samples(): Promise<ServerSamples | null> {
    this.end();
    return await this.ended;
  }

  async close(): Promise<void> {
    await this.watch?.close();
  }

  private end(): void {
    const { begun, watch } = this;
    if (begun && watch) this.ended ??= begun.then(() => watch.end());
  }
}

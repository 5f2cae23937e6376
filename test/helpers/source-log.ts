import type { Source, SourceFrame, SourceInfo, SourceRun, SourceSink } from '../../server/sources/source.js';
import type { StreamerError } from '../../shared/errors.js';

/** Runs a live source and keeps all it says. */
export class SourceLog implements SourceSink {
  /** What came, in order: `info`, `frame`, `warning`, `end`, `error`. */
  readonly order: string[] = [];
  readonly infos: SourceInfo[] = [];
  /** How often it said that it is connected, before it knew its pictures. */
  connections = 0;
  readonly frames: SourceFrame[] = [];
  /** Bytes of each transport stream of the source's own video. */
  readonly packets: number[] = [];
  readonly warnings: StreamerError[] = [];
  readonly errors: StreamerError[] = [];
  private readonly run: SourceRun;
  private waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];
  private isStopped = false;

  /** @param whenFrame is called in the middle of the delivery, as a pipeline is */
  constructor(
    source: Source,
    nextSequence = 0,
    private readonly whenFrame?: (frame: SourceFrame, log: SourceLog) => void,
  ) {
    this.run = source.start(this, nextSequence);
  }

  get isOver(): boolean {
    return this.errors.length > 0 || this.order.includes('end');
  }

  /** Bodies of the JPEGs that came. */
  get jpegs(): Buffer[] {
    return this.frames.map(({ data }) => data);
  }

  /** Resolves once so many frames came; rejects when the source ended before. */
  async untilFrames(count: number): Promise<void> {
    await this.until(() => this.frames.length >= count || this.isOver);
    if (this.frames.length < count) throw this.errors[0] ?? new Error(`it ended after ${this.frames.length} frames`);
  }

  /** Resolves with the error that the source ends with. */
  async untilError(): Promise<StreamerError> {
    await this.until(() => this.isOver);
    const [error] = this.errors;
    if (!error) throw new Error('it ended without an error');
    return error;
  }

  /** Resolves as soon as `holds`, which is asked after everything that comes. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ holds, resolve }));
  }

  stop(): Promise<void> {
    this.isStopped = true;
    return this.run.stop();
  }

  onInfo(info: SourceInfo): void {
    if (info.width === 0) {
      this.connections += 1;
      return;
    }
    this.infos.push(info);
    this.note('info');
  }

  onPackets(bytes: Buffer, isStart: boolean): void {
    if (isStart) this.packets.push(0);
    this.packets.push((this.packets.pop() ?? 0) + bytes.length);
    this.wake();
  }

  onFrame(frame: SourceFrame): void {
    this.frames.push(frame);
    this.note('frame');
    this.whenFrame?.(frame, this);
  }

  onDrop(first: number, last: number): void {
    this.note(`drop ${first}-${last}`);
  }

  onWarning(error: StreamerError): void {
    this.warnings.push(error);
    this.note('warning');
  }

  onEnd(): void {
    this.note('end');
  }

  onError(error: StreamerError): void {
    this.errors.push(error);
    this.note('error');
  }

  private note(what: string): void {
    if (this.isStopped) throw new Error(`${what} after stop`);
    if (['end', 'error'].includes(this.order.at(-1) ?? '')) throw new Error(`${what} after the end`);
    this.order.push(what);
    this.wake();
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = waiting.filter(({ holds }) => !holds());
    for (const each of waiting) if (!this.waiting.includes(each)) each.resolve();
  }
}

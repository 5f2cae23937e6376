import type { StreamerError } from '../../shared/errors.js';
import type { ProbedPicture, ProbeFacts, ProbeReader, ProbeRun, ProbeSink } from '../../client/probe/probe-events.js';
import { onTestFinished } from 'vitest';
import { until } from './until.js';

/** Notes what a reader of a path delivers. */
export class ProbeLog implements ProbeSink {
  readonly pictures: ProbedPicture[] = [];
  readonly facts: ProbeFacts[] = [];
  /** Everything in order: `facts`, `picture 640x360`, `bytes 7`, `lost 2`, `corrupt`, `end`, `error CODE`. */
  readonly events: string[] = [];
  bytes = 0;
  lost = 0;
  corrupt = 0;
  ended = false;
  error: StreamerError | null = null;

  onFacts(facts: ProbeFacts): void {
    this.facts.push(facts);
    this.events.push('facts');
  }

  onPicture(picture: ProbedPicture): void {
    const { luma } = picture;
    this.pictures.push({ ...picture, luma: luma && { ...luma, data: Uint8Array.from(luma.data) } });
    this.events.push(`picture ${picture.width}x${picture.height}`);
  }

  onBytes(lengthBytes: number): void {
    this.bytes += lengthBytes;
    this.events.push(`bytes ${lengthBytes}`);
  }

  onLost(frames: number): void {
    this.lost += frames;
    this.events.push(`lost ${frames}`);
  }

  onCorrupt(): void {
    this.corrupt += 1;
    this.events.push('corrupt');
  }

  onEnd(): void {
    this.ended = true;
    this.events.push('end');
  }

  onError(error: StreamerError): void {
    this.error = error;
    this.events.push(`error ${error.code}`);
  }

  /** Resolves when so many pictures came. */
  async received(count: number): Promise<void> {
    await until(() => this.pictures.length >= count);
  }

  /** Resolves with the error that ended the path. */
  async failed(): Promise<StreamerError> {
    await until(() => this.error !== null);
    return this.error as StreamerError;
  }
}

/** Starts a reader for the running test, at whose end it is stopped. */
export function startReader(reader: ProbeReader): { readonly log: ProbeLog; readonly run: ProbeRun } {
  const log = new ProbeLog();
  const run = reader.start(log);
  onTestFinished(() => run.stop());
  return { log, run };
}

import type { ByteSink } from './byte-sink.js';

/** What a pipe holds on Linux, so that one read can empty it. */
const BUFFER_BYTES = 64 * 1024;

/** Hands on what comes at once, so that whoever writes never waits; the bytes are written over afterwards. */
export class PassedBytes implements ByteSink {
  private readonly buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);

  constructor(
    private readonly onBytes: (bytes: Buffer) => void,
    private readonly onEnd: () => void = () => undefined,
  ) {}

  target(): Buffer {
    return this.buffer;
  }

  filled(lengthBytes: number): boolean {
    this.onBytes(this.buffer.subarray(0, lengthBytes));
    return true;
  }

  end(): void {
    this.onEnd();
  }
}

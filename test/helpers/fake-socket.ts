import { EventEmitter } from 'node:events';

/** The server's end of a connection; its kernel takes bytes when the test says so. */
export class FakeSocket extends EventEmitter {
  readonly localPort = 8080;
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 51068;
  writable = true;
  writableLength = 0;
  destroyed = false;
  readonly written: Buffer[] = [];
  private corks = 0;
  private readonly callbacks: (() => void)[] = [];

  /** Whether what was written goes out in one go. */
  get isCorked(): boolean {
    return this.corks > 0;
  }

  cork(): void {
    this.corks += 1;
  }

  uncork(): void {
    this.corks -= 1;
  }

  write(chunk: Buffer, callback?: () => void): boolean {
    if (this.corks !== 1) throw new Error('a frame is written in one go');
    this.written.push(chunk);
    this.writableLength += chunk.length;
    if (callback) this.callbacks.push(callback);
    return false;
  }

  destroy(): void {
    this.destroyed = true;
  }

  /** The kernel takes all that was written. */
  flush(): void {
    this.writableLength = 0;
    for (const callback of this.callbacks.splice(0)) callback();
  }
}

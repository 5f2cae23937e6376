import { decodeMessage } from '../../shared/protocol/codec.js';
import { PREFIX_BYTES } from '../../shared/protocol/messages.js';
import type { Message } from '../../shared/protocol/messages.js';

/** A browser's WebSocket on paper: the test plays the server. */
export class FakeBrowserSocket extends EventTarget {
  binaryType = 'blob';
  /** What the client said and the test has not taken yet. */
  private said: Message[] = [];
  /** Close code that the client gave; null while it has not closed. */
  closeCode: number | null = null;
  /** What the server has not read. */
  bufferedAmount = 0;

  constructor(readonly url: string) {
    super();
  }

  send(data: ArrayBuffer): void {
    const bytes = Buffer.from(data);
    const message = decodeMessage(bytes.readUInt8(PREFIX_BYTES - 1), bytes.subarray(PREFIX_BYTES));
    if (message) this.said.push(message);
  }

  close(code: number): void {
    this.closeCode ??= code;
  }

  /** What the client said since the last call. */
  take(): Message[] {
    return this.said.splice(0);
  }

  /** The handshake is done. */
  open(): void {
    this.dispatchEvent(new Event('open'));
  }

  /** The server sends each of `messages`. */
  say(...messages: readonly Uint8Array[]): void {
    for (const message of messages) this.sayRaw(new Uint8Array(message).buffer);
  }

  /** The server sends anything at all. */
  sayRaw(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  /** The connection is gone, as a browser says it: an error without a reason, and the close. */
  drop(code = 1006): void {
    this.dispatchEvent(new Event('error'));
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
}

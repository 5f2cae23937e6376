import type { IncomingMessage } from 'node:http';
import { toStreamerError } from '../errors.js';
import type { StreamerError } from '../errors.js';

/** What comes of a body: chunks, then one of the other two. */
export interface BodyListener {
  /** What it throws ends the reading with `onError`. */
  onChunk(chunk: Buffer): void;
  /** No more comes; `isWhole` is false when the connection broke before the length or the last chunk was there. */
  onEnd(isWhole: boolean): void;
  onError(error: StreamerError): void;
}

/** Reads the body of `answer` as it comes. Returns what stops the reading; nothing is told any more then. */
export function readBody(answer: IncomingMessage, listener: BodyListener): () => void {
  let isOver = false;
  const finish = (tell: () => void) => {
    if (isOver) return;
    isOver = true;
    tell();
  };
  const guard = (act: () => void) => {
    try {
      act();
    } catch (thrown) {
      finish(() => listener.onError(toStreamerError(thrown)));
    }
  };
  answer.on('data', (chunk: Buffer) => {
    if (!isOver) guard(() => listener.onChunk(chunk));
  });
  answer.once('end', () => finish(() => listener.onEnd(true)));
  answer.on('error', () => finish(() => listener.onEnd(false)));
  answer.once('close', () => finish(() => listener.onEnd(false)));
  answer.resume();
  return () => finish(() => undefined);
}

/**
 * The first `lengthBytes` bytes of the body, or fewer where it ends before. They can be read again afterwards, unless
 * it has ended.
 */
export function peekBody(answer: IncomingMessage, lengthBytes: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let head: Buffer = Buffer.alloc(0);
    const finish = () => {
      answer.off('data', take).off('end', finish).off('close', finish);
      resolve(head);
    };
    const take = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      if (head.length < lengthBytes) return;
      answer.pause();
      answer.unshift(head);
      finish();
    };
    // What breaks closes too; the listener stays, since an error without one would end the process.
    answer.on('error', () => undefined);
    answer.on('data', take).once('end', finish).once('close', finish);
  });
}

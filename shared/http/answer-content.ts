import type { IncomingMessage } from 'node:http';
import { peekBody } from './http-body.js';
import { HEAD_BYTES, contentOfBytes, contentOfType } from './http-content.js';
import type { HttpContent } from './http-content.js';

/**
 * Tells how the body of `answer` is to be read: by its Content-Type, at once, or by its first bytes where that says
 * nothing. The body can be read from its begin afterwards.
 */
export function tellContent(
  answer: IncomingMessage,
  onContent: (content: Exclude<HttpContent, 'unknown'>) => void,
): void {
  const content = contentOfType(answer.headers['content-type']);
  if (content !== 'unknown') return onContent(content);
  void peekBody(answer, HEAD_BYTES).then((head) => onContent(contentOfBytes(head)));
}

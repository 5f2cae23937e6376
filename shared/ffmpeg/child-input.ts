import { finished } from 'node:stream';
import type { Readable, Writable } from 'node:stream';

/**
 * Feeds `input` to the standard input of a child, and ends that with it. A child that takes no more, or dies, leaves the
 * rest of the input where it is: the input stays open and belongs to whoever made it.
 *
 * @param onBroken called when the input breaks off; the child then sees it end
 */
export function feedChild(input: Readable, stdin: Writable, onBroken: (error: Error) => void): void {
  const forget = finished(input, { writable: false }, (error) => {
    if (!error) return;
    onBroken(error);
    stdin.end();
  });
  stdin.on('close', forget);
  // EPIPE says no more than that the child is gone or going, which its exit explains better.
  stdin.on('error', () => stdin.destroy());
  input.pipe(stdin);
}

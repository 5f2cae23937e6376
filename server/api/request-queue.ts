import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that may wait on a connection for the answers before theirs; with one more the connection ends. */
export const MAX_WAITING = 16;

/** A request whose turn has not come. */
interface Waiting {
  readonly response: ServerResponse;
  readonly answer: () => void;
}

/**
 * Answers the requests of each connection one after the other, however many a client sends ahead (RFC 9112, section
 * 9.3.2). Node hands them all out at once, and tells an answer that waits behind another nothing of the end of its
 * connection: the file it sends would stay open for ever.
 */
export class RequestQueue {
  /** Requests that wait, by connection; there is an entry while one is being answered. */
  private readonly queues = new WeakMap<Socket, Waiting[]>();

  /** Calls `answer` once it is the turn of a request, and never where its connection ends before. */
  take({ socket }: IncomingMessage, response: ServerResponse, answer: () => void): void {
    // The rest of what was read at once is still parsed when the connection was ended.
    if (socket.destroyed) return;
    response.once('finish', () => this.next(socket));
    const queue = this.queues.get(socket);
    if (!queue) {
      this.queues.set(socket, []);
      answer();
    } else if (queue.length < MAX_WAITING) {
      queue.push({ response, answer });
    } else {
      socket.destroy();
    }
  }

  private next(socket: Socket): void {
    const next = this.queues.get(socket)?.shift();
    if (!next) this.queues.delete(socket);
    // After an answer that is the last of its connection, Node gives the connection to no other.
    else if (!socket.destroyed && next.response.socket === socket) next.answer();
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { StreamerError } from '../../shared/errors.js';
import { toPrintable } from '../../shared/protocol/printable.js';
import type { ByteBudget } from '../hub/byte-budget.js';
import type { PartFormat } from './mjpeg-part.js';
import { EARLY_PARTS, FULL_PARTS, MULTIPART_TYPE } from './mjpeg-part.js';
import { UnacknowledgedPeer } from './unacknowledged-peer.js';

/** How fast a stream is, and how fast its viewer wants it. */
export interface MjpegRate {
  /** The stream's nominal rate; 0 while it is not known. */
  readonly fps: number;
  readonly maxFps: number | null;
  /** What may be sent in a second; null sets no limit. */
  readonly budget: ByteBudget | null;
}

const MAX_NAME_LENGTH = 128;
const NAMELESS = 'mjpeg';
/** Without a length or chunks the end of the connection is the end of the answer. */
const HEADERS = {
  'Content-Type': MULTIPART_TYPE,
  Connection: 'close',
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
  // A proxy that collects what it passes on makes frames old.
  'X-Accel-Buffering': 'no',
};

/** Answers HEAD as GET would be answered, without the stream. */
export function answerHead(response: ServerResponse): void {
  response.writeHead(200, HEADERS).end();
}

/** The answer to one request: a multipart stream, written to the socket itself, where a frame is one write. */
export class MjpegConnection {
  readonly peer: UnacknowledgedPeer;
  /** What the viewer calls itself. */
  readonly name: string;
  private readonly socket: Socket;
  private readonly format: PartFormat;

  /** @throws {StreamerError} BAD_REQUEST when the viewer has gone, or waits for another answer on the same connection. */
  constructor(
    { headers }: IncomingMessage,
    private readonly response: ServerResponse,
    { fps, maxFps, budget }: MjpegRate,
  ) {
    const { socket } = response;
    if (!socket || socket.destroyed)
      throw new StreamerError('BAD_REQUEST', 'A stream needs a connection of its own; ask for it on a new one.');
    this.socket = socket;
    this.name = toPrintable(headers['user-agent'] ?? '').slice(0, MAX_NAME_LENGTH) || NAMELESS;
    // Browsers say which types of pictures they take, players do not.
    this.format = headers.accept?.includes('image/') ? EARLY_PARTS : FULL_PARTS;
    this.peer = new UnacknowledgedPeer(socket, { fps, maxFps, budget, writeFrame: this.format.writeFrame });
  }

  /** Sends all that precedes the first frame; `onClosed` is called when the connection is gone. */
  begin(onClosed: () => void): void {
    const { socket, response } = this;
    socket.once('close', onClosed);
    // No more requests are read: they would wait for an answer, and take memory, until the stream ends.
    socket.removeAllListeners('data');
    socket.on('data', () => undefined);
    socket.cork();
    response.removeHeader('Transfer-Encoding');
    response.writeHead(200, HEADERS);
    response.flushHeaders();
    socket.write(this.format.begin);
    socket.uncork();
  }

  /** Ends the stream behind the frame that was sent last, or within it when the viewer does not read. */
  end(): void {
    if (this.socket.writableLength > 0) this.socket.destroy();
    else this.socket.destroySoon();
  }
}

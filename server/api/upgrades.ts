import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { StreamerError } from '../../shared/errors.js';
import type { HttpLimits, HttpServer } from './http-server.js';
import { refusalOf } from './malformed-request.js';
import { writeProblem } from './problem.js';

/** The connection of a request to upgrade, and what of the new protocol came with it. */
export interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * Requests to upgrade to WebSocket. Each goes through the same router, guard and problem answers as any other; only a
 * route that takes the connection with `take` upgrades it. Those of other protocols are answered as if they had not
 * asked, as HTTP allows (RFC 9110, section 7.8).
 */
export class Upgrades {
  private readonly waiting = new WeakMap<IncomingMessage, Upgrade>();

  constructor(
    private readonly http: HttpServer,
    private readonly limits: HttpLimits,
  ) {
    http.server.on('upgrade', (request, socket, head) => this.onUpgrade(request, socket as Socket, head));
  }

  /** Takes the connection of a request over from HTTP; null when it asked for no WebSocket. */
  take(request: FastifyRequest, reply: FastifyReply): Upgrade | null {
    const upgrade = this.waiting.get(request.raw);
    if (!upgrade || !isWebSocket(request.raw)) return null;
    this.waiting.delete(request.raw);
    reply.hijack();
    reply.raw.detachSocket(upgrade.socket as Socket);
    this.http.connections.letIn(upgrade.socket as Socket);
    return upgrade;
  }

  /** Does for a connection without a WebSocket what Node does no more. */
  private watchOver(socket: Socket): void {
    // A peer that hangs up is noticed only while its bytes are read, and nobody else reads these.
    socket.resume();
    socket.setTimeout(this.limits.stallTimeoutMs, () => {
      if (socket.writableLength > 0) socket.destroy();
    });
  }

  private onUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // Node has let go of the connection, its listeners and its time-outs.
    socket.on('error', () => socket.destroy());
    // The answer that is under way has the connection, and Node does not keep this request until it is done.
    if (this.http.connections.isBusy(socket)) return void socket.destroy();
    const refusal = refusalOf(request, this.limits) ?? bodyRefusal(request);
    if (refusal) return writeProblem(socket, refusal);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.destroySoon());
    this.waiting.set(request, { socket, head });
    if (!isWebSocket(request)) this.watchOver(socket);
    this.http.app.routing(request, response);
  }
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** After a request to upgrade come no more bytes of HTTP, so that its body would be waited for in vain. */
function bodyRefusal({ method = '' }: IncomingMessage): StreamerError | null {
  if (method === 'GET' || method === 'HEAD') return null;
  return new StreamerError('BAD_REQUEST', 'Only a GET can ask for another protocol; leave the header Upgrade out.');
}

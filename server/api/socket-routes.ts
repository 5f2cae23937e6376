import type { FastifyReply, FastifyRequest } from 'fastify';
import { unknownStream } from './answers.js';
import { HttpError } from './http-error.js';
import type { ApiApp, RouteParts } from './routes.js';
import type { Upgrades } from './upgrades.js';

/** WebSockets: frames of one stream or several, and what changes on the server. */
export function registerSocketRoutes(app: ApiApp, { hub, webSockets, events }: RouteParts, upgrades: Upgrades): void {
  const frames = (stream: string | null) => (request: FastifyRequest, reply: FastifyReply) => {
    const { role, peer } = request;
    // Who has yet to show that they may watch is told after HELLO, and must not learn before which streams there are.
    if (stream !== null && role !== null && !hub.byName(stream)) throw unknownStream(stream);
    const { socket, head } = taken(request, reply);
    webSockets.accept(request.raw, socket, head, { stream, isAuthorized: role !== null, peer });
  };
  const schema = { hide: true };
  // A client of the protocol can also give its token in HELLO, where no log of a proxy has it.
  const config = { requires: 'view', canAuthorizeLater: true } as const;
  app.get('/ws', { config, schema }, frames(null));
  app.get<{ Params: { id: string } }>('/ws/:id', { config, schema }, (request, reply) =>
    frames(request.params.id)(request, reply),
  );
  app.get('/api/events', { config: { requires: 'view' }, schema }, (request, reply) => {
    if (events.isFull) {
      const headers = { 'Retry-After': '10' };
      throw new HttpError('SERVER_FULL', 'Too many listen to events already; close a page.', { headers });
    }
    const { socket, head } = taken(request, reply);
    events.accept(request.raw, socket, head, request.role ?? 'view');
  });

  function taken(request: FastifyRequest, reply: FastifyReply) {
    const upgrade = upgrades.take(request, reply);
    if (upgrade) return upgrade;
    const headers = { Upgrade: 'websocket', Connection: 'Upgrade' };
    throw new HttpError('BAD_REQUEST', 'Here is a WebSocket only; ask for it with Upgrade: websocket (RFC 6455).', {
      status: 426,
      headers,
    });
  }
}

import { clientListSchema } from '../../shared/api/client-schema.js';
import { StreamerError } from '../../shared/errors.js';
import { clientParamsSchema, emptySchema } from './answer-schema.js';
import { changeProblems, readProblems } from './answers.js';
import type { ApiApp, RouteParts } from './routes.js';

const TAGS = ['Clients'];

/** Who is connected, and how to end that. */
export function registerClientRoutes(app: ApiApp, { views, clients }: Pick<RouteParts, 'views' | 'clients'>): void {
  app.route({
    method: 'GET',
    url: '/api/clients',
    config: { requires: 'view' },
    schema: {
      operationId: 'listClients',
      tags: TAGS,
      summary: 'List the connected clients',
      description:
        'Every client of every transport, with what it was sent and, where it reports that, what it measured. Addresses ' +
        'are shown to those with the admin token only.',
      response: { 200: clientListSchema.describe('The clients, in the order they came.'), ...readProblems() },
    },
    handler: (request) => ({ clients: views.clients(request.role ?? 'view') }),
  });

  app.route({
    method: 'DELETE',
    url: '/api/clients/:id',
    config: { requires: 'admin' },
    schema: {
      operationId: 'disconnectClient',
      tags: TAGS,
      summary: 'Disconnect a client',
      description: 'Ends the connection with the code KICKED. Nothing keeps the client from connecting again.',
      params: clientParamsSchema,
      response: { 204: emptySchema('It is disconnected.'), ...changeProblems({ 404: 'There is no such client.' }) },
    },
    handler: (request, reply) => {
      const { id } = request.params;
      const client = clients.byId(id);
      if (!client) throw unknownClient(id);
      client.disconnect('KICKED', 'An administrator ended the connection.');
      return reply.code(204).send();
    },
  });
}

function unknownClient(id: string): StreamerError {
  const sentence = `There is no client ${JSON.stringify(id)}; it may have left: GET /api/clients lists those there are.`;
  return new StreamerError('UNKNOWN_CLIENT', sentence);
}

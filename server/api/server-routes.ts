import { serverSchema } from '../../shared/api/server-schema.js';
import { readProblems } from './answers.js';
import type { ApiApp, RouteParts } from './routes.js';

/** The server itself. */
export function registerServerRoutes(app: ApiApp, { views }: Pick<RouteParts, 'views'>): void {
  app.route({
    method: 'GET',
    url: '/api/server',
    config: { requires: 'view' },
    schema: {
      operationId: 'getServer',
      tags: ['Server'],
      summary: 'Describe the server',
      description: 'Version, clock, limits and load of the server, and what the one who asks may do.',
      response: { 200: serverSchema.describe('The server.'), ...readProblems() },
    },
    handler: (request) => views.server(request.role ?? 'view'),
  });
}

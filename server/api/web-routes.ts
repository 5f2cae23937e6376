import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { NOT_BUILT_PAGE, isWebBuilt } from '../web/web-folder.js';
import type { WebFiles } from '../web/web-folder.js';
import type { ApiApp } from './routes.js';

const YEAR_SECONDS = 31_536_000;
const schema = { hide: true };
const config = { requires: 'none' } as const;

/**
 * The web interface: the page at `/`, the files beside it, and `/assets/*`, whose names change with their content; and the
 * browser client for other pages. They need no token, since the page asks for one; what it shows it gets from the API.
 */
export function registerWebRoutes(app: ApiApp, { folder, client }: WebFiles): void {
  void app.register(fastifyStatic, { serve: false, root: folder, cacheControl: false, dotfiles: 'deny' });

  const page = (reply: FastifyReply) => {
    if (isWebBuilt(folder)) return reply.header('Cache-Control', 'no-cache').sendFile('index.html');
    return reply.code(503).header('Cache-Control', 'no-store').type('text/html; charset=utf-8').send(NOT_BUILT_PAGE);
  };
  app.get('/', { config, schema }, (_request, reply) => page(reply));
  app.get('/client.js', { config, schema }, (_request, reply) =>
    reply.header('Cache-Control', 'no-cache').sendFile(basename(client), dirname(client)),
  );
  for (const name of topLevelFiles(folder)) {
    app.get(`/${name}`, { config, schema }, (_request, reply) =>
      reply.header('Cache-Control', 'no-cache').sendFile(name),
    );
  }
  app.get<{ Params: { '*': string } }>('/assets/*', { config, schema }, (request, reply) =>
    reply
      .header('Cache-Control', `public, max-age=${YEAR_SECONDS}, immutable`)
      .sendFile(request.params['*'], join(folder, 'assets')),
  );
}

/** Icons and the like; the page itself is at `/`. */
function topLevelFiles(folder: string): string[] {
  if (!isWebBuilt(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^[a-z0-9][\w.-]*$/i.test(entry.name) && entry.name !== 'index.html')
    .map(({ name }) => name);
}

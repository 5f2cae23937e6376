import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { VERSION } from '../../shared/package-info.js';
import { addAnswerHeaders, tidyDocument } from './openapi-document.js';
import type { ApiApp } from './routes.js';
import { CONTENT_SECURITY_POLICY } from './security-headers.js';

const DESCRIPTION = `Streams of video as JPEG frames, with the time each was captured.

Errors are problem documents (RFC 9457) with a stable \`code\`. A token goes into \`Authorization: Bearer\`, the password of
Basic authentication, or \`?token=\` where no header can be set (\`<img>\`, WebSocket). With the view token one may look, with
the admin token also change; a server without tokens that listens on loopback lets those on its machine do both.

Beside what is listed here there are WebSockets: \`/ws\` and \`/ws/{id}\` speak the frame-streamer protocol in binary
messages, \`/api/events\` tells as JSON what changes on the server.`;

const TAGS = [
  { name: 'Streams', description: 'Streams and their frames.' },
  { name: 'Pictures', description: 'Pictures for browsers and players.' },
  { name: 'Recordings', description: 'Recordings on the server.' },
  { name: 'Clients', description: 'Who watches.' },
  { name: 'Server', description: 'The server itself.' },
  { name: 'Health', description: 'For those who watch over the server.' },
];

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer' },
  basic: { type: 'http', scheme: 'basic', description: 'Any user name, the token as the password.' },
  query: { type: 'apiKey', in: 'query', name: 'token' },
} as const;
const SECURITY = [{ bearer: [] }, { basic: [] }, { query: [] }, {}];

/**
 * Describes the routes that are registered after it as OpenAPI 3.1, at `/api/openapi.json` and as a page at `/api`. Both
 * are the same for every server of this version, and need no token.
 */
export function describeApi(app: ApiApp): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'frame-streamer',
        version: VERSION,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'This server.' }],
      tags: TAGS,
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform: (route) => {
      const described = jsonSchemaTransform(route);
      addAnswerHeaders(described.schema?.['response'], route.schema?.response);
      const { requires = 'view' } = route.route.config ?? {};
      return { ...described, schema: { ...described.schema, security: requires === 'none' ? [] : SECURITY } };
    },
    transformObject: (document) => tidyDocument(jsonSchemaTransformObject(document)),
  });
  void app.register(async (pages: ApiApp) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, requires: 'none' };
    });
    await pages.register(swaggerUi, {
      routePrefix: '/api',
      theme: { title: 'frame-streamer API' },
      // The page is the library's, and sets styles in its elements.
      staticCSP: `${CONTENT_SECURITY_POLICY}; style-src 'self' 'unsafe-inline'`,
      uiConfig: { persistAuthorization: false, displayRequestDuration: true },
    });
    pages.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
  });
}

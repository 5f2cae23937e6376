import { healthSchema } from '../../shared/api/health-schema.js';
import { binaryAnswer, problemAnswers, readProblems } from './answers.js';
import { HttpError } from './http-error.js';
import { KeptValue } from './kept-value.js';
import type { ApiApp, RouteParts } from './routes.js';

const TAGS = ['Health'];
/** Many streams make a scrape costly; nobody needs two in a second. */
const KEEP_METRICS_US = 1_000_000;
const RETRY = { headers: { 'Retry-After': '5' }, status: 503 } as const;

/** What orchestrators, load balancers and Prometheus ask. Health needs no token and names nothing. */
export function registerHealthRoutes(
  app: ApiApp,
  { control, metrics, clock }: Pick<RouteParts, 'control' | 'metrics' | 'clock'>,
  isClosing: () => boolean,
): void {
  const rendered = new KeptValue(clock, KEEP_METRICS_US, () => metrics.render());
  app.route({
    method: 'GET',
    url: '/healthz',
    config: { requires: 'none' },
    schema: {
      operationId: 'getHealth',
      tags: TAGS,
      summary: 'Whether the server is alive',
      description: 'Always 200 while the server can answer at all; restart it when no answer comes.',
      response: { 200: healthSchema.describe('It is alive.'), ...problemAnswers(OPEN_PROBLEMS) },
    },
    handler: () => ({ status: 'alive' as const }),
  });

  app.route({
    method: 'GET',
    url: '/readyz',
    config: { requires: 'none' },
    schema: {
      operationId: 'getReadiness',
      tags: TAGS,
      summary: 'Whether the server should get clients',
      description:
        'Not while the server shuts down, nor while every stream that runs always is offline. Streams that start on ' +
        'demand do not count, since nobody knows how they are before somebody watches.',
      response: {
        200: healthSchema.describe('It is ready.'),
        ...problemAnswers({ ...OPEN_PROBLEMS, 503: 'It is not, for the reason in `detail`.' }),
      },
    },
    handler: () => {
      if (isClosing()) throw new HttpError('SERVER_CLOSING', 'The server shuts down.', RETRY);
      const running = control.list().filter(({ settings }) => !settings.onDemand);
      if (running.length > 0 && running.every(({ stream }) => stream.info().state === 'offline')) {
        const sentence = `All streams that run always (${running.length}) are offline; see GET /api/streams for why.`;
        throw new HttpError('SOURCE_FAILED', sentence, RETRY);
      }
      return { status: 'ready' as const };
    },
  });

  app.route({
    method: 'GET',
    url: '/metrics',
    config: { requires: 'view' },
    schema: {
      operationId: 'getMetrics',
      tags: TAGS,
      summary: 'Figures for Prometheus',
      description:
        'Figures of the streams, the clients and the process, for Prometheus to collect; they can be a second old.',
      response: { 200: binaryAnswer('The figures in the text format of Prometheus.', 'text/plain'), ...readProblems() },
    },
    handler: async (_request, reply) => {
      const text = await rendered.get();
      return reply
        .header('Content-Type', metrics.contentType)
        .serializer((body: string) => body)
        .send(text);
    },
  });
}

/** Problems of what looks at no token. */
const OPEN_PROBLEMS = {
  400: 'The request does not have the form that it must have.',
  421: 'This server does not answer to that host.',
  429: 'Too many requests from this address; see Retry-After.',
  500: 'A defect of the server.',
} as const;

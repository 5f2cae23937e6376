import type { FastifyReply, FastifyRequest } from 'fastify';
import { StreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { RepeatLimiter } from '../../shared/repeat-limiter.js';
import { HttpError } from './http-error.js';
import { fromLibrary } from './library-error.js';
import { MethodTable } from './method-table.js';
import { PROBLEM_TYPE, isExpected, toProblem } from './problem.js';
import type { ApiApp } from './routes.js';

/** What failures are told to. */
export interface ProblemParts {
  readonly logger: Logger;
  /** Anybody can be refused as often as they like, and must not fill the log. */
  readonly refusals: RepeatLimiter;
  readonly maxBodyBytes: number;
}

/** Refusals that the one who runs the server wants to know of. */
const NOTABLE = ['BAD_TOKEN', 'TOO_MANY_ATTEMPTS', 'TOO_MANY_REQUESTS', 'FORBIDDEN', 'HOST_FORBIDDEN', 'SERVER_FULL'];

/** Answers everything that fails with a problem document, and logs it where it matters. */
export function answerProblems(app: ApiApp, parts: ProblemParts): void {
  const methods = new MethodTable();
  app.addHook('onRoute', ({ url, method }) => {
    // Preflights of any path whatsoever are answered under this one.
    if (url !== '*') methods.add(url, method);
  });
  app.setErrorHandler((thrown, request, reply) => {
    const error = fromLibrary(thrown, parts.maxBodyBytes);
    logFailure(error, request, parts);
    return sendError(reply, error);
  });
  app.setNotFoundHandler((request, reply) => sendError(reply, notFound(request, methods)));
}

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, headers, problem } = toProblem(error);
  return reply
    .code(status)
    .headers({ 'Cache-Control': 'no-store', ...headers })
    .type(PROBLEM_TYPE)
    .serializer((body: string) => body)
    .send(JSON.stringify(problem));
}

function notFound({ method, url }: FastifyRequest, methods: MethodTable): StreamerError {
  const path = url.split('?')[0] ?? '';
  const allowed = methods.methodsOf(path);
  // A route that found nothing, such as no file of that name, comes here too.
  if (allowed.length === 0 || allowed.includes(method))
    return new StreamerError('NOT_FOUND', `There is nothing at ${path}; GET /api tells what there is.`);
  const headers = { Allow: allowed.join(', ') };
  return new HttpError('METHOD_NOT_ALLOWED', `${path} takes ${allowed.join(', ')}, not ${method}.`, { headers });
}

function logFailure(error: unknown, request: FastifyRequest, { logger, refusals }: ProblemParts): void {
  const { method, url, peer } = request;
  const fields = { method, url, peer };
  if (!isExpected(error)) return logger.error({ ...fields, err: error }, 'request failed');
  const { code } = error;
  if (!NOTABLE.includes(code)) return logger.debug({ ...fields, code, reason: error.message }, 'request refused');
  refusals.run(code, (suppressed) =>
    logger.warn({ ...fields, code, reason: error.message, suppressed }, 'request refused'),
  );
}

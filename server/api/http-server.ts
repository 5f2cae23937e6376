import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { StreamerError } from '../../shared/errors.js';
import type { TlsIdentity } from '../tls-identity.js';
import { Connections } from './connections.js';
import { HttpError } from './http-error.js';
import { badUrl, refusalOf, refuseBroken } from './malformed-request.js';
import { sendProblem, writeProblem } from './problem.js';
import { RequestQueue } from './request-queue.js';
import type { ApiApp } from './routes.js';

/** Bounds of what one connection and one request may take. */
export interface HttpLimits {
  readonly maxBodyBytes: number;
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  /** For the handshake of TLS, for the header, and for the whole request. */
  readonly handshakeTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveTimeoutMs: number;
  /** How long a peer may take nothing of an answer. */
  readonly stallTimeoutMs: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxBodyBytes: 64 * 1024,
  maxHeaderBytes: 16 * 1024,
  maxHeaders: 100,
  handshakeTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  keepAliveTimeoutMs: 5000,
  stallTimeoutMs: 60_000,
};

/** What an HTTP server is made of. */
export interface HttpServerOptions {
  readonly limits: HttpLimits;
  readonly maxConnections: number;
  readonly trustedProxies: readonly string[];
  /** Null serves without TLS. */
  readonly tls: Pick<TlsIdentity, 'credentials' | 'onReload'> | null;
}

/** A server that does not listen yet, and what requests are routed with. */
export interface HttpServer {
  readonly app: ApiApp;
  readonly server: Server;
  readonly connections: Connections;
}

const MAX_PARAMETER_LENGTH = 512;

/** Makes an HTTP server. What is refused before there is a request to route is answered with a problem as well. */
export function createHttpServer({ limits, maxConnections, trustedProxies, tls }: HttpServerOptions): HttpServer {
  const server = nodeServer(limits, tls);
  const connections = new Connections(server, maxConnections);
  server.setTimeout(limits.stallTimeoutMs, (socket: Socket) => {
    // A stream without frames is quiet as well; who does not take what is there is gone, and so is who has asked for nothing.
    if (!connections.isBusy(socket) || socket.writableLength > 0) socket.destroy();
  });
  const queue = new RequestQueue();
  server.on('checkExpectation', (request, response) =>
    queue.take(request, response, () => sendProblem(response, unmetExpectation())),
  );
  const app = fastify({
    serverFactory: (handler) =>
      server.on('request', (request, response) =>
        queue.take(request, response, () => route(request, response, limits, handler)),
      ),
    clientErrorHandler: (error, socket) => refuseBroken(error, socket, connections),
    // One line a request would fill the log; what fails is logged by the gateway.
    logger: false,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    bodyLimit: limits.maxBodyBytes,
    rewriteUrl: withoutAction,
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    // What is wrong with a URL is found before there is a route, and so before any hook.
    frameworkErrors: (error, _request, reply) => sendProblem(reply.raw, badUrl(error)),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  acceptJsonOnly(app);
  return { app, server, connections };
}

function nodeServer(limits: HttpLimits, tls: HttpServerOptions['tls']): Server {
  const options: ServerOptions = {
    noDelay: true,
    keepAlive: true,
    // Refused here with words, not by the parser without.
    requireHostHeader: false,
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.max(100, limits.headersTimeoutMs / 10),
  };
  const server = tls
    ? createTlsServer({ ...options, ...tls.credentials, handshakeTimeout: limits.handshakeTimeoutMs })
    : createServer(options);
  if (tls) {
    const stopListening = tls.onReload((credentials) =>
      (server as ReturnType<typeof createTlsServer>).setSecureContext(credentials),
    );
    server.once('close', stopListening);
  }
  // One more than allowed, so that it shows when there are too many.
  server.maxHeadersCount = limits.maxHeaders + 1;
  server.on('connect', (_request, socket) =>
    writeProblem(socket, new StreamerError('METHOD_NOT_ALLOWED', 'This server is no proxy.')),
  );
  // Errors of single connections; the server goes on.
  server.on('error', () => undefined);
  return server;
}

function unmetExpectation(): HttpError {
  return new HttpError('BAD_REQUEST', 'Only Expect: 100-continue can be met.', { status: 417 });
}

/** Refuses what the router would not answer with a problem; passes all else on. */
function route(
  request: IncomingMessage,
  response: ServerResponse,
  limits: HttpLimits,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  const refusal = refusalOf(request, limits);
  if (refusal === null) handler(request, response);
  else sendProblem(response, refusal);
}

/** The habit of mjpg-streamer: `/?action=stream` is `/stream`, `/?action=snapshot` is `/snapshot`. */
function withoutAction({ url = '/' }: { url?: string | undefined }): string {
  return url.replace(/^\/\?(?:(.*)&)?action=(stream|snapshot)(?:_\d+)?(?=&|$)/, '/$2?$1');
}

/** An empty body is none, whatever its type: many clients name a type with every request. */
function acceptJsonOnly(app: ApiApp): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body as string, done);
  });
}

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
import { SERVED_METHODS } from './method-table.js';
import { sendProblem, writeProblem } from './problem.js';
import type { ApiApp } from './routes.js';

/** Bounds of what one connection and one request may take. */
export interface HttpLimits {
  readonly maxBodyBytes: number;
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  /** For the header, and for the whole request. */
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
  const app = fastify({
    serverFactory: (handler) => server.on('request', (request, response) => route(request, response, limits, handler)),
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
  const server = tls ? createTlsServer({ ...options, ...tls.credentials }) : createServer(options);
  if (tls) {
    const stopListening = tls.onReload((credentials) =>
      (server as ReturnType<typeof createTlsServer>).setSecureContext(credentials),
    );
    server.once('close', stopListening);
  }
  // One more than allowed, so that it shows when there are too many.
  server.maxHeadersCount = limits.maxHeaders + 1;
  server.on('checkExpectation', (_request, response: ServerResponse) =>
    sendProblem(response, new HttpError('BAD_REQUEST', 'Only Expect: 100-continue can be met.', { status: 417 })),
  );
  server.on('connect', (_request, socket) =>
    writeProblem(socket, new StreamerError('METHOD_NOT_ALLOWED', 'This server is no proxy.')),
  );
  // Errors of single connections; the server goes on.
  server.on('error', () => undefined);
  return server;
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

/** What is wrong with a request, whatever it is about; null when nothing is. */
export function refusalOf(
  request: IncomingMessage,
  { maxHeaders }: Pick<HttpLimits, 'maxHeaders'>,
): StreamerError | null {
  const { method = '', headers, rawHeaders, httpVersion } = request;
  if (rawHeaders.length / 2 > maxHeaders) {
    return new HttpError('BAD_REQUEST', `More than ${maxHeaders} headers came.`, { status: 431 });
  }
  if (headers.host === undefined && httpVersion !== '1.0') {
    return new StreamerError('BAD_REQUEST', 'The header Host is missing (RFC 9112).');
  }
  if (SERVED_METHODS.includes(method)) return null;
  const options = { headers: { Allow: SERVED_METHODS.join(', ') } };
  return new HttpError('METHOD_NOT_ALLOWED', `The method ${method} is not served.`, options);
}

/** A request that is no HTTP, too large, or did not come in time. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Socket, connections: Connections): void {
  // A failed TLS handshake has nobody to read an answer; and a second answer to one request would break the connection.
  if (!socket.writable || error.code === 'ECONNRESET' || !isOfHttp(error) || connections.isAnswered(socket)) {
    socket.destroy();
    return;
  }
  writeProblem(socket, brokenRequest(error.code));
}

function isOfHttp({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('HPE_') || code.startsWith('ERR_HTTP_');
}

function brokenRequest(code: string | undefined): HttpError {
  if (code === 'HPE_HEADER_OVERFLOW') return new HttpError('BAD_REQUEST', 'The header is too large.', { status: 431 });
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new HttpError('BAD_REQUEST', 'The request did not come in time.', { status: 408 });
  }
  return new HttpError('BAD_REQUEST', 'This is no HTTP request (RFC 9112).', { status: 400 });
}

function badUrl(error: Error & { code?: string }): StreamerError {
  const isTooLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH';
  const sentence = isTooLong ? 'A part of the path is too long.' : 'The path is not encoded as it must be (RFC 3986).';
  return new StreamerError('BAD_REQUEST', sentence);
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
    else parseJson(request, body as string, done);
  });
}

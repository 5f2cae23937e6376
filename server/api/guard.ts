import cors from '@fastify/cors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toPrintable } from '../../shared/protocol/printable.js';
import type { Access, Credentials } from './access.js';
import type { Connections } from './connections.js';
import { HttpError } from './http-error.js';
import type { RequestRate } from './request-rate.js';
import type { ApiApp } from './routes.js';
import { SECURITY_HEADERS } from './security-headers.js';
import type { StrangeProxies } from './strange-proxies.js';

/** What requests are judged by. */
export interface GuardParts {
  readonly access: Access;
  readonly rate: RequestRate;
  readonly connections: Connections;
  readonly corsOrigins: readonly string[];
  readonly strangeProxies: StrangeProxies;
  /** Whether the server shuts down. */
  readonly isClosing: () => boolean;
}

/** Longest address that is kept of what a proxy says. */
const MAX_ADDRESS_LENGTH = 64;
const HEALTH_ROUTES: readonly string[] = ['/healthz', '/readyz'];
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
/** What answers tell beyond what scripts of other origins may read anyway (Fetch Standard). */
const EXPOSED_HEADERS = [
  ...['X-Stream', 'X-State', 'X-Sequence', 'X-Capture-Time-Us', 'X-Timestamp', 'X-Time-Source', 'X-Age-Us'],
  ...['X-Width', 'X-Height', 'Retry-After', 'Location', 'Content-Range', 'Accept-Ranges', 'ETag'],
];

/**
 * Puts in front of every route what must hold before it: bounds, where the request goes and comes from, and what the one
 * who asks may do. Preflights of allowed origins are answered here; they have no token.
 */
export function guardRequests(app: ApiApp, parts: GuardParts): void {
  app.decorateRequest('role', null);
  app.decorateRequest('peer', '');
  app.addHook('onRequest', (request, reply, done) => {
    request.peer = peerOf(request);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) reply.raw.setHeader(name, value);
    refuseSurplus(request, reply, parts);
    // Probes and load balancers come under names of their own, and health tells a page nothing.
    if (!HEALTH_ROUTES.includes(request.routeOptions.url ?? '')) parts.access.refuseHost(request.headers.host);
    parts.strangeProxies.notice(request);
    refuseHaste(request, parts);
    done();
  });
  if (parts.corsOrigins.length > 0) {
    void app.register(cors, {
      origin: [...parts.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: ['Authorization', 'Content-Type'],
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: 600,
      strictPreflight: false,
    });
  }
  app.addHook('onRequest', (request, reply, done) => {
    // Answers that a transport takes over are written past the library, and need these headers just as well.
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    refuseForeignPage(request, parts.access);
    authorize(request, parts.access);
    if (request.role !== null) parts.connections.letIn(request.socket);
    done();
  });
}

/** Who watches over the server must get through however many others are there. */
function refuseSurplus(request: FastifyRequest, reply: FastifyReply, { connections, isClosing }: GuardParts): void {
  const isSurplus = connections.isSurplus(request.socket);
  if (!isSurplus && !isClosing()) return;
  reply.header('Connection', 'close');
  if (request.routeOptions.config.requires === 'none') return;
  const headers = { 'Retry-After': '5' };
  if (isClosing()) throw new HttpError('SERVER_CLOSING', 'The server shuts down; try again in a moment.', { headers });
  throw new HttpError('SERVER_FULL', 'The server has all the connections it allows; try again in a moment.', {
    headers,
  });
}

function refuseHaste(request: FastifyRequest, { rate }: GuardParts): void {
  const waitUs = rate.take(request.ip);
  if (waitUs === 0) return;
  const headers = { 'Retry-After': `${Math.ceil(waitUs / 1_000_000)}` };
  throw new HttpError('TOO_MANY_REQUESTS', 'Too many requests come from this address; send fewer.', { headers });
}

/** Reading is the browser's affair (same-origin policy); changing something, or a WebSocket, is not kept by it. */
function refuseForeignPage(request: FastifyRequest, access: Access): void {
  if (SAFE_METHODS.includes(request.method) && request.headers.upgrade === undefined) return;
  const hosts = [request.headers.host ?? '', request.host];
  access.refuseOrigin({ hosts, origin: request.headers.origin });
}

function authorize(request: FastifyRequest, access: Access): void {
  const { requires = 'view', canAuthorizeLater = false } = request.routeOptions.config;
  if (requires === 'none' || request.is404) return;
  const credentials = credentialsOf(request);
  request.role = access.roleOf(credentials);
  if (request.role !== null || !canAuthorizeLater) access.refuseUnless(request.role, requires, credentials);
}

function credentialsOf(request: FastifyRequest): Credentials {
  const { headers, query, peer } = request;
  const token: unknown = (query as Readonly<Record<string, unknown>>)['token'];
  const destination = headers['sec-fetch-dest'];
  return {
    authorization: headers.authorization,
    queryToken: [token].flat().find((one) => typeof one === 'string'),
    peer,
    isForwarded: FORWARDING_HEADERS.some((name) => headers[name] !== undefined),
    isAskable: destination === undefined || destination === 'document',
  };
}

/** What proxies say of the one they ask for; any of them alone tells that there is one. */
const FORWARDING_HEADERS = [
  ...['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port'],
  ...['x-forwarded-server', 'x-real-ip', 'x-client-ip', 'x-cluster-client-ip', 'x-original-forwarded-for'],
  ...['cf-connecting-ip', 'true-client-ip', 'fastly-client-ip', 'cdn-loop'],
];

function peerOf(request: FastifyRequest): string {
  const address = toPrintable(request.ip.slice(0, MAX_ADDRESS_LENGTH));
  return `${address}:${request.socket.remotePort ?? 0}`;
}

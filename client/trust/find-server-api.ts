import type { Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import type { ErrorCode } from '../../shared/errors.js';
import { shownUrl } from '../../shared/http/http-errors.js';
import type { LoadTarget } from '../load/crowd.js';
import { tcpPath } from '../probe/session-path.js';
import { JsonRequest } from './json-request.js';
import { askedServerSchema } from './server-api-schema.js';
import type { AskedServer } from './server-api-schema.js';

/** What is known of the server under load. */
export interface ServerApiRequest {
  /** As it was given: the origin of a gateway, `off` for nobody, null to look for one. */
  readonly apiUrl: string | null;
  readonly targets: readonly Pick<LoadTarget, 'kind' | 'url'>[];
  /** Goes to an address that was given, and to the origin of a target that it goes to anyhow; to no other. */
  readonly token: string | null;
  /** Where a server listens whose target says nothing of HTTP; 8080, which is the default of the server. */
  readonly gatewayPort?: number;
}

/** An API that answered. */
export interface FoundApi {
  readonly origin: URL;
  readonly token: string | null;
  readonly server: AskedServer;
}

const GATEWAY_PORT = 8080;

/** What our words for cameras mean here. */
const REASONS: Partial<Readonly<Record<ErrorCode, string>>> = {
  SOURCE_UNREACHABLE: 'nothing answers there; check the port (--http-port of the server)',
  SOURCE_TIMEOUT: 'no answer came in time',
  SOURCE_DENIED: 'it wants another token (--token)',
};

/**
 * Finds the HTTP API of the server under load. Null where there is none, or several servers are under load, or the only
 * one there may be does not answer, or is another server than that of the target; also when `signal` gives it up.
 *
 * @throws {StreamerError} CONNECT_FAILED when `apiUrl` names one that does not answer.
 */
export async function findServerApi(
  request: ServerApiRequest,
  clock: Clock,
  signal?: AbortSignal,
): Promise<FoundApi | null> {
  const { apiUrl, token } = request;
  if (apiUrl === 'off') return null;
  const asking = { clock, signal };
  if (apiUrl !== null) return givenApi(new URL(apiUrl), token, asking);
  const guess = commonGuess(request.targets.map((target) => guessOf(target, request)));
  if (guess === null) return null;
  const { origin, token: sent, tcpPort } = guess;
  const server = await ask(origin, sent, asking).catch(() => null);
  if (server === null || (tcpPort !== null && server.tcpPort !== tcpPort)) return null;
  return { origin, token: sent, server };
}

interface Asking {
  readonly clock: Clock;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal | undefined;
}

interface Guess {
  readonly origin: URL;
  readonly token: string | null;
  /** What the server must say, so that it is the one of the target; null where the origin is that of the target. */
  readonly tcpPort: number | null;
}

/** The one server that all of `guesses` may be; null where they are several, whose figures would be taken for those of all. */
function commonGuess(guesses: readonly (Guess | null)[]): Guess | null {
  const known = guesses.filter((guess) => guess !== null);
  if (known.length < guesses.length) return null;
  // Where a target over HTTP says which port that is, one over TCP of the same host need not guess it.
  const said = known.filter(({ tcpPort }) => tcpPort === null);
  const originOfGuess = ({ origin, tcpPort }: Guess) =>
    tcpPort === null ? origin : (said.find((other) => other.origin.hostname === origin.hostname)?.origin ?? origin);
  const [origin, ...others] = known.map(originOfGuess);
  if (!origin || others.some((other) => other.origin !== origin.origin)) return null;
  const [tcpPort = null, ...otherPorts] = new Set(known.flatMap((guess) => guess.tcpPort ?? []));
  if (otherPorts.length > 0) return null;
  return { origin, tcpPort, token: said.find(({ token }) => token !== null)?.token ?? null };
}

async function givenApi(url: URL, token: string | null, asking: Asking): Promise<FoundApi | null> {
  const found = { origin: originOf(url), token: ownToken(url) ?? token };
  try {
    const server = await ask(found.origin, found.token, asking);
    if (server !== null) return { ...found, server };
    if (asking.signal?.aborted) return null;
  } catch (error) {
    const reason = REASONS[toStreamerError(error).code] ?? 'it answers with an error';
    throw apiError(found.origin, reason, error);
  }
  throw apiError(found.origin, 'what answers there is not the API of a streamer-server');
}

function apiError(origin: URL, reason: string, cause?: unknown): StreamerError {
  const sentence = `The API of the server at ${shownUrl(origin)} (--server-api) cannot be asked: ${reason}.`;
  return new StreamerError('CONNECT_FAILED', sentence, { cause });
}

/** The API that the server of a target would have; null for other servers. */
function guessOf(
  { kind, url }: Pick<LoadTarget, 'kind' | 'url'>,
  { token, gatewayPort = GATEWAY_PORT }: ServerApiRequest,
): Guess | null {
  switch (kind) {
    case 'streamer': {
      const { host, port } = tcpPath(url, null);
      const name = host.includes(':') ? `[${host}]` : host;
      // Whoever listens on that port there need not be the server, and has no business with its token.
      return { origin: new URL(`http://${name}:${gatewayPort}`), token: null, tcpPort: port };
    }
    case 'websocket':
    case 'mjpeg': {
      const target = new URL(url.replace(/^ws/i, 'http'));
      // A camera's token is not sent to any other path of the camera than its own.
      return {
        origin: originOf(target),
        token: ownToken(target) ?? (kind === 'websocket' ? token : null),
        tcpPort: null,
      };
    }
    case 'rtsp':
    case 'ffmpeg':
      return null;
  }
}

async function ask(origin: URL, token: string | null, { clock, signal }: Asking): Promise<AskedServer | null> {
  const request = new JsonRequest(new URL('/api/server', origin), token, clock);
  try {
    return askedServerSchema.safeParse(await request.get(undefined, signal)).data ?? null;
  } finally {
    await request.close();
  }
}

function originOf(url: URL): URL {
  return new URL(url.origin);
}

function ownToken(url: URL): string | null {
  return url.searchParams.get('token');
}

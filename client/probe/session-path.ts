import { StreamerError } from '../../shared/errors.js';
import type { Clock } from '../../shared/clock.js';
import type { Subscription } from '../../shared/protocol/messages.js';
import { redactUrl } from '../../shared/redact.js';
import type { OpenLink } from '../connection.js';
import { parseProtocolAddress } from './protocol-address.js';
import { WebSocketConnection } from './websocket-connection.js';

/** A stream of our own protocol, and the way to it. */
export interface SessionPath {
  readonly host: string;
  readonly port: number;
  readonly token: string | null;
  readonly subscription: Subscription;
  /** Over TCP where nothing is given. */
  readonly openLink?: OpenLink;
}

/** What a path over WebSocket needs. */
interface WebSocketParts {
  readonly clock: Clock;
  readonly token: string | null;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'ws:': 80, 'wss:': 443 };

/**
 * The path that `streamer://host[:port]/stream[?token=TOKEN]` names.
 *
 * @param token for a server that has one, where the address holds none
 * @throws {StreamerError} BAD_USAGE
 */
export function tcpPath(url: string, token: string | null): SessionPath {
  const { host, port, stream, token: ownToken } = parseProtocolAddress(url);
  return { host, port, token: ownToken ?? token, subscription: stream === null ? {} : { stream } };
}

/**
 * The path that `ws://host[:port]/ws/stream` names, or one of wss://; the server takes the stream from its path, and what
 * the address holds of a token or a password goes with the request.
 *
 * @throws {StreamerError} BAD_USAGE
 */
export function webSocketPath(url: string, { clock, token }: WebSocketParts): SessionPath {
  const { protocol, hostname, port, username, password, hash, searchParams } = new URL(url);
  if (hash !== '') {
    throw new StreamerError(
      'BAD_USAGE',
      `${JSON.stringify(redactUrl(url))} has a part after #, which means nothing here.`,
    );
  }
  const hasOwn = username !== '' || password !== '' || searchParams.has('token');
  return {
    host: hostname,
    port: port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port),
    token: hasOwn ? null : token,
    subscription: {},
    openLink: (listener) => new WebSocketConnection(url, clock, listener),
  };
}

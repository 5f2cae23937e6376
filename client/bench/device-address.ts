import { StreamerError } from '../../shared/errors.js';
import type { Clock } from '../../shared/clock.js';
import { redactUrl } from '../../shared/redact.js';
import type { OpenLink } from '../connection.js';
import { tcpPath, webSocketPath } from '../probe/session-path.js';

/** Where a server is, and the way to it. */
export interface DevicePath {
  readonly host: string;
  readonly port: number;
  readonly token: string | null;
  /** Over TCP where nothing is given. */
  readonly openLink?: OpenLink;
}

const WEB_SOCKET = /^wss?:\/\//i;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * The way that `host`, `host:port`, `streamer://host[:port]` or `ws://host:port` names; the last one goes to the HTTP port.
 *
 * @throws {StreamerError} BAD_USAGE
 */
export function devicePath(text: string, token: string | null, clock: Clock): DevicePath {
  if (WEB_SOCKET.test(text)) return webSocketPath(serverUrl(text), { clock, token });
  const url = SCHEME.test(text) ? text : `streamer://${bracketed(text)}`;
  if (!url.toLowerCase().startsWith('streamer://')) {
    throw refusal(text, 'is no server; give host, host:port, streamer://host:port or ws://host:port');
  }
  const { subscription, ...path } = tcpPath(url, token);
  if (subscription.stream !== undefined) throw refusal(text, 'names a stream; the benchmark says which one to measure');
  return path;
}

/** The address of all streams of a server, since a benchmark says which one. */
function serverUrl(text: string): string {
  if (!URL.canParse(text)) throw refusal(text, 'is no address');
  const url = new URL(text);
  if (url.pathname === '/' || url.pathname === '') url.pathname = '/ws';
  return url.href;
}

/** An IPv6 address stands in brackets in a URL. */
function bracketed(host: string): string {
  return /^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host) ? `[${host}]` : host;
}

function refusal(text: string, problem: string): StreamerError {
  return new StreamerError('BAD_USAGE', `${JSON.stringify(redactUrl(text))} ${problem}.`);
}

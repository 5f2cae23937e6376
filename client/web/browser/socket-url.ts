import { StreamerError } from '../../../shared/errors.js';

const SOCKET_PROTOCOLS: Readonly<Record<string, string>> = {
  'http:': 'ws:',
  'https:': 'wss:',
  'ws:': 'ws:',
  'wss:': 'wss:',
};

/**
 * Where the server of `serverUrl` speaks the protocol over a WebSocket. In a page the address may be relative, such as
 * `/`. A path before the server's own (a proxy's) is kept, and so is a query.
 *
 * @throws {StreamerError} BAD_USAGE
 */
export function socketUrl(serverUrl: string | URL, pageUrl = pageAddress()): string {
  let url: URL;
  try {
    url = new URL(serverUrl, pageUrl);
  } catch (cause) {
    throw new StreamerError('BAD_USAGE', 'serverUrl must be an address such as http://machine-a:8080.', { cause });
  }
  const protocol = SOCKET_PROTOCOLS[url.protocol];
  if (protocol === undefined) {
    throw new StreamerError('BAD_USAGE', `serverUrl must begin with http or https, not ${url.protocol}`);
  }
  url.protocol = protocol;
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/ws`;
  url.hash = '';
  return url.href;
}

/** Undefined outside a page and a worker. */
function pageAddress(): string | undefined {
  return typeof location === 'undefined' ? undefined : location.href;
}

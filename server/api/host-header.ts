import { isIPv4, isIPv6 } from 'node:net';

/** Whether a Host header names this machine (`localhost`, a name under it) or an address, with or without a port. */
export function isLocalHost(host: string): boolean {
  const name = hostOf('http:', host)?.hostname ?? '';
  const bare = name.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  return bare === 'localhost' || bare.endsWith('.localhost') || isIPv4(bare) || isIPv6(bare);
}

/** Whether pages of `origin` (a scheme and a host, RFC 6454) were served under the Host header `host`. */
export function isSameHost(host: string, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: pageHost } = new URL(origin);
  return pageHost !== '' && hostOf(protocol, host)?.host === pageHost;
}

/** A Host header as a URL has it: lower case, without the usual port of the scheme. Null when it is none. */
function hostOf(scheme: string, host: string): URL | null {
  // Anything else would be another part of a URL, and so another host than it looks like.
  if (!/^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(host)) return null;
  const text = `${scheme}//${host}`;
  return URL.canParse(text) ? new URL(text) : null;
}

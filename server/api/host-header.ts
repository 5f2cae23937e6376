import { isIPv4, isIPv6 } from 'node:net';

/** Whether a Host header names this machine (`localhost`, a name under it) or an address, with or without a port. */
export function isLocalHost(host: string): boolean {
  const bare = hostName(host).replace(/^\[(.*)\]$/, '$1');
  return bare === 'localhost' || bare.endsWith('.localhost') || isIPv4(bare) || isIPv6(bare);
}

/**
 * The names by which others find a machine that calls itself `machineName`: that, with its domain and without, and the
 * one of multicast DNS (RFC 6762). A name that only begins alike is no such name: anybody can have one.
 */
export function namesOfMachine(machineName: string): readonly string[] {
  const name = machineName.toLowerCase().replace(/\.$/, '');
  const [label = ''] = name.split('.');
  return label === '' ? [] : [...new Set([name, label, `${label}.local`])];
}

/** The name in a Host header: lower case, without port and the dot at the end; empty when it is none. */
export function hostName(host: string): string {
  return (hostOf('http:', host)?.hostname ?? '').replace(/\.$/, '');
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

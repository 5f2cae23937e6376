import { isIP, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * A host as it stands in an address, in the one spelling that everything else here is compared with: a name in lower case
 * and ASCII without a dot at its end, or an address in its usual form without brackets. Numbers that the C library takes
 * for IPv4 (`2130706433`, `0x7f.1`, `017700000001`) become what they mean, by the rules of the URL standard. Null for
 * what is no host, and for an address with a zone, which only this machine could understand.
 */
export function canonicalHost(text: string): string | null {
  const bracketed = /^\[(.*)\]$/.exec(text)?.[1];
  if (bracketed !== undefined) return isIPv6(bracketed) ? addressOf(bracketed) : null;
  if (isIP(text) !== 0) return addressOf(text);
  // What would end the host, or hide something in it, where others read the address.
  if (text === '' || /[\\/?#@:[\]%\s]/.test(text) || !URL.canParse(`http://${text}/`)) return null;
  const host = new URL(`http://${text}/`).hostname.replace(/\.$/, '');
  return host.split('.').includes('') ? null : host;
}

function addressOf(text: string): string | null {
  if (isIP(text) === 0 || text.includes('%')) return null;
  return isIPv6(text) ? ipaddr.process(text).toString() : text;
}

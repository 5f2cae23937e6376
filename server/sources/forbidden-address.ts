import ipaddr from 'ipaddr.js';
import type { IPv6 } from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.process>;

/** Ranges that no guarded source may be in, each under the reason that its refusal gives. */
const FORBIDDEN: readonly (readonly [reason: string, range: string])[] = [
  ['cloud metadata', '169.254.169.254/32'],
  ['cloud metadata', '169.254.170.0/24'],
  ['cloud metadata', '100.100.100.200/32'],
  ['cloud metadata', '168.63.129.16/32'],
  ['cloud metadata', '192.0.0.192/32'],
  ['cloud metadata', 'fd00:ec2::/32'],
  ['cloud metadata', 'fd20:ce::254/128'],
  ['link-local', '169.254.0.0/16'],
  ['link-local', 'fe80::/10'],
  ['unspecified', '0.0.0.0/8'],
  ['unspecified', '::/128'],
  ['broadcast', '255.255.255.255/32'],
];
const RANGES = FORBIDDEN.map(([reason, range]) => ({ reason, range: ipaddr.parseCIDR(range) }));

/** Names under which clouds hand out the credentials of a machine; they need no look at the DNS. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** Why no guarded source may be at `address` (IPv4 or IPv6 as text, valid), in a word or two; null where it may. */
export function forbiddenReason(address: string): string | null {
  const parsed = ipaddr.process(address);
  for (const each of [parsed, ...(parsed.kind() === 'ipv6' ? embedded(parsed as IPv6) : [])]) {
    const rule = RANGES.find(({ range }) => isInRange(each, range));
    if (rule) return rule.reason;
  }
  return null;
}

/** As `forbiddenReason`, of a name in lower case without a dot at its end. */
export function forbiddenNameReason(name: string): string | null {
  return METADATA_NAMES.has(name) ? 'cloud metadata' : null;
}

/** Whether `address` lies in `range`; one of another version lies nowhere. */
export function isInRange(address: Address, range: [Address, number]): boolean {
  return address.kind() === range[0].kind() && address.match(range);
}

/**
 * IPv4 addresses that a network may make of an IPv6 address: IPv4-compatible (RFC 4291, 2.5.5.1), translated (RFC 2765),
 * NAT64 (RFC 6052 and 8215), 6to4 (RFC 3056), Teredo (RFC 4380) and ISATAP (RFC 5214). Mapped ones are IPv4 already.
 */
function embedded(address: IPv6): Address[] {
  const { parts } = address;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = parts;
  const isZero = (...some: number[]) => some.every((part) => part === 0);
  const found: Address[] = [];
  const isLoopback = isZero(a, b, c, d, e, f, g) && h === 1;
  if (isZero(a, b, c, d, e, f) && !isLoopback) found.push(v4(g, h));
  if (isZero(a, b, c, d, f) && e === 0xffff) found.push(v4(g, h));
  if (a === 0x64 && b === 0xff9b) found.push(v4(g, h), ...(c === 1 ? [v4(d, ((e & 0xff) << 8) | (f >> 8))] : []));
  if (a === 0x2002) found.push(v4(b, c));
  if (a === 0x2001 && b === 0) found.push(v4(c, d), v4(g ^ 0xffff, h ^ 0xffff));
  if ((e & ~0x0200) === 0 && f === 0x5efe) found.push(v4(g, h));
  return found;
}

/** An IPv4 address of its two halves. */
function v4(high: number, low: number): Address {
  return ipaddr.fromByteArray([high >> 8, high & 0xff, low >> 8, low & 0xff]);
}

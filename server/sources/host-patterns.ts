import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { canonicalHost } from './canonical-host.js';
import { isInRange } from './forbidden-address.js';

/**
 * The hosts of `--allow-source`: names (`camera.lan`), names in which `*` stands for exactly one label (`*.example.org`),
 * addresses, and ranges of them (`192.0.2.0/24`).
 */
export class HostPatterns {
  private readonly names: readonly (readonly string[])[];
  private readonly ranges: readonly ReturnType<typeof ipaddr.parseCIDR>[];

  constructor(patterns: readonly string[]) {
    // Written like the hosts they are compared with, which lets the stars be.
    const names = patterns.filter((pattern) => !isRange(pattern)).map((name) => canonicalHost(name) ?? name);
    this.names = names.map((name) => name.split('.'));
    this.ranges = patterns.filter(isRange).map(rangeOf);
  }

  get hasRanges(): boolean {
    return this.ranges.length > 0;
  }

  /** @param name as `canonicalHost` writes it */
  matchesName(name: string): boolean {
    const labels = name.split('.');
    return this.names.some((pattern) => matches(pattern, labels));
  }

  /** @param address IPv4 or IPv6; of an IPv4-mapped one the IPv4 address counts */
  matchesAddress(address: string): boolean {
    const parsed = ipaddr.process(address);
    return this.ranges.some((range) => isInRange(parsed, range));
  }
}

function isRange(pattern: string): boolean {
  return isIP(pattern.split('/')[0] ?? '') !== 0;
}

function rangeOf(pattern: string): ReturnType<typeof ipaddr.parseCIDR> {
  if (pattern.includes('/')) return ipaddr.parseCIDR(pattern);
  const address = ipaddr.process(pattern);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

function matches(pattern: readonly string[], labels: readonly string[]): boolean {
  return labels.length === pattern.length && pattern.every((label, index) => label === '*' || label === labels[index]);
}

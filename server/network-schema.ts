import { isIP } from 'node:net';
import { z } from 'zod';
import type { ValueSchema } from '../shared/option-schema.js';

const MAX_ENTRIES = 64;

/** Hosts that a source may be at: names, names with `*` for any label, addresses, address ranges in CIDR form. */
export function sourceHosts(): ValueSchema<string[]> {
  const entry = z
    .string()
    .transform((text) => text.toLowerCase())
    .refine((text) => isAddressRange(text) || isHostPattern(text));
  return list(entry).describe('a list of hosts such as camera.lan, *.example.org, 192.0.2.7 or 192.0.2.0/24');
}

/** Origins of web pages as browsers send them (RFC 6454): scheme, host, and the port where it is not the usual one. */
export function originList(): ValueSchema<string[]> {
  return list(z.string().refine(isOrigin)).describe(
    'a list of origins such as https://app.example.org, without a path',
  );
}

/** Names of hosts, as the header Host has them, without a port. */
export function hostNames(): ValueSchema<string[]> {
  const entry = z
    .string()
    .transform((text) => text.toLowerCase())
    .refine((text) => isHostPattern(text) && !text.includes('*'));
  return list(entry).describe('a list of host names such as cams.example.org, without a port');
}

/** Addresses and address ranges. */
export function addressList(): ValueSchema<string[]> {
  return list(z.string().refine(isAddressRange)).describe('a list of addresses such as 127.0.0.1 or 10.0.0.0/8');
}

/** A list, or text with one entry a line or between commas (the environment has no lists). */
function list(entry: z.ZodType<string>): z.ZodType<string[]> {
  return z.preprocess(entriesOf, z.array(entry).min(1).max(MAX_ENTRIES));
}

function entriesOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function isHostPattern(text: string): boolean {
  const label = '(?:\\*|[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)';
  return text.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`).test(text) && !/^[\d.]+$/.test(text);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}

import { fieldOf } from './field-path.js';

/** Where APIs put the address of the next page. */
const NEXT_FIELDS = ['next', 'links.next', '_links.next', 'links.next.href', '_links.next.href', 'paging.next'];
const MAX_ADDRESS_LENGTH = 8192;

/** What an answer says of the page behind it. */
export type NextPage =
  | { readonly kind: 'none' }
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'odd'; readonly field: string };

/**
 * The address of the page behind the one at `url`: of a `Link` header with rel=next (RFC 8288), or of a field such as
 * `next`. `odd` is a field that says that there is one, but not where.
 */
export function nextPage(document: unknown, link: string | null, url: URL): NextPage {
  const target = link === null ? null : linkTarget(link);
  if (target !== null) return place(resolved(target, url), 'Link');
  for (const field of NEXT_FIELDS) {
    const value = fieldOf(document, field);
    if (typeof value === 'object' || value === undefined || value === '' || value === false) continue;
    const isAddress = typeof value === 'string' && /^(?:https?:\/\/|\/|\?)/i.test(value);
    return place(isAddress ? resolved(value, url) : null, field);
  }
  return { kind: 'none' };
}

function place(url: URL | null, field: string): NextPage {
  return url ? { kind: 'url', url } : { kind: 'odd', field };
}

/** The target of the link whose relation is `next`; null where there is none. */
export function linkTarget(header: string): string | null {
  for (const [, target = '', parameters = ''] of header.matchAll(/<([^<>]*)>([^<]*)/g)) {
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]*))/i.exec(parameters);
    const words = (relation?.[1] ?? relation?.[2] ?? '').toLowerCase().split(/\s+/);
    if (words.includes('next')) return target.trim();
  }
  return null;
}

/** `url` with the number of the page behind it in its parameter; the first page is 1 unless it says another. */
export function numberedPage(url: URL, parameter: string): URL {
  const now = Number(url.searchParams.get(parameter) ?? '1');
  const next = new URL(url);
  next.searchParams.set(parameter, String((Number.isSafeInteger(now) ? now : 1) + 1));
  return next;
}

function resolved(address: string, base: URL): URL | null {
  if (address.length > MAX_ADDRESS_LENGTH || !URL.canParse(address, base.href)) return null;
  const url = new URL(address, base.href);
  return /^https?:$/.test(url.protocol) ? url : null;
}

import { MAX_DEVICE_NAME_CHARS } from '../../../../shared/protocol/bench-messages.js';
import { toPrintable } from '../../../../shared/protocol/printable.js';
import { isStreamName } from '../../../../shared/stream-name.js';

/** What is open over a page. */
export type RouteDialog = 'add' | 'edit' | 'remove';

/** What the page shows; it stands in the part of its address after `#`, so that links and the back button work. */
export type Route =
  | { readonly page: 'wall'; readonly dialog: 'add' | null }
  | { readonly page: 'stream'; readonly name: string; readonly dialog: 'edit' | 'remove' | null }
  | { readonly page: 'publishers'; readonly dialog: 'add' | null }
  | { readonly page: 'publishers'; readonly dialog: 'remove'; readonly name: string }
  | JoinRoute;

/** The page of a device of benchmarks; with a `name` it takes part by itself, else it asks for one. */
export interface JoinRoute {
  readonly page: 'join';
  readonly dialog: null;
  readonly name: string | null;
  readonly stream: string | null;
}

/** The route of an address's hash; what is not known is the wall. */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '');
  if (/^join(\?|$)/.test(path)) return joinRoute(path.slice('join'.length));
  const [first, second, third, ...rest] = path.split('/');
  if (first === 'add' && second === undefined) return { page: 'wall', dialog: 'add' };
  const name = decode(second);
  if (first === 'publishers' && rest.length === 0) return publishersRoute(name, third);
  if (first !== 'streams' || name === null || rest.length > 0) return { page: 'wall', dialog: null };
  const dialog = third === 'edit' || third === 'remove' ? third : null;
  return { page: 'stream', name, dialog };
}

/** The hash of a route; `parseRoute` gives the route back. */
export function formatRoute(route: Route): string {
  if (route.page === 'wall') return route.dialog === 'add' ? '#/add' : '#/';
  if (route.page === 'publishers') return formatPublishers(route);
  if (route.page === 'join') return formatJoin(route);
  const path = `#/streams/${encodeURIComponent(route.name)}`;
  return route.dialog === null ? path : `${path}/${route.dialog}`;
}

/** The route below a dialog. */
export function withoutDialog(route: Route): Route {
  return route.page === 'publishers' ? { page: 'publishers', dialog: null } : { ...route, dialog: null };
}

function publishersRoute(second: string | null, third: string | undefined): Route {
  if (second !== null && third === 'remove') return { page: 'publishers', dialog: 'remove', name: second };
  return { page: 'publishers', dialog: second === 'add' && third === undefined ? 'add' : null };
}

function formatPublishers(route: Extract<Route, { page: 'publishers' }>): string {
  if (route.dialog === 'remove') return `#/publishers/${encodeURIComponent(route.name)}/remove`;
  return route.dialog === 'add' ? '#/publishers/add' : '#/publishers';
}

function joinRoute(query: string): JoinRoute {
  const given = new URLSearchParams(query);
  const name = toPrintable((given.get('name') ?? '').trim().slice(0, MAX_DEVICE_NAME_CHARS)).trim();
  const stream = given.get('stream') ?? '';
  return { page: 'join', dialog: null, name: name === '' ? null : name, stream: isStreamName(stream) ? stream : null };
}

function formatJoin({ name, stream }: JoinRoute): string {
  const given = new URLSearchParams();
  if (name !== null) given.set('name', name);
  if (stream !== null) given.set('stream', stream);
  return given.size === 0 ? '#/join' : `#/join?${given.toString()}`;
}

function decode(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

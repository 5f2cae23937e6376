import { wholeNumber, lineOfText } from '../../shared/option-schema.js';
import type { OptionTable, OptionValues } from '../../shared/option-table.js';
import { StreamerError } from '../../shared/errors.js';
import { cameraFilters, fieldPath, headerLines, httpUrl } from './camera-list-schema.js';
import type { CameraFilter } from './camera-filter.js';

const LIST = 'Camera list';

/** Options that say where a list of cameras comes from and how it is read; commands with such a list spread them. */
export const CAMERA_LIST_OPTIONS = {
  apiUrl: {
    flags: '--api-url <url>',
    env: [],
    group: LIST,
    help: 'HTTP API that answers with the cameras as JSON; user:password@ for Basic and Digest',
    schema: httpUrl(),
    default: null,
  },
  file: {
    flags: '--file <list>',
    env: [],
    group: LIST,
    help: 'the cameras in a file instead: JSON, CSV with a header line, or one [name=]URL a line',
    schema: lineOfText(4096),
    default: null,
  },
  listPath: {
    flags: '--list-path <path>',
    env: [],
    group: LIST,
    help: 'where in the JSON the array of cameras is, such as data.items; found by itself where there is one',
    schema: fieldPath(),
    default: null,
  },
  urlField: {
    flags: '--url-field <path>',
    env: [],
    group: LIST,
    help: 'field of a camera with the address of its stream; fr_url by default, else url',
    schema: fieldPath(),
    default: null,
  },
  nameField: {
    flags: '--name-field <path>',
    env: [],
    group: LIST,
    help: 'field with its name; name by default, else id, else its number in the list',
    schema: fieldPath(),
    default: null,
  },
  filter: {
    flags: '--filter <field=value>',
    repeatable: true,
    env: [],
    group: LIST,
    help: 'take only cameras of which this holds, such as status=1 or site.kind!=test; may be given several times',
    schema: cameraFilters(),
    default: [],
  },
  pageParam: {
    flags: '--page-param <name>',
    env: [],
    group: LIST,
    help: 'query parameter with the number of the page; Link headers and a field next are followed by themselves',
    schema: lineOfText(100),
    default: null,
  },
  pageSize: {
    flags: '--page-size <number>',
    env: [],
    group: LIST,
    help: 'cameras of a full page, so that one with fewer is the last; without it an empty page is',
    schema: wholeNumber(1, 100_000),
    default: null,
  },
  header: {
    flags: '--header <line>',
    repeatable: true,
    env: [],
    secret: true,
    group: LIST,
    help: "header for the API, such as 'X-Api-Key: abc'; may be given several times",
    schema: headerLines(),
    default: [],
  },
} as const satisfies OptionTable;

/** Where a list of cameras comes from and how it is read. */
export interface CameraListConfig {
  readonly source: { readonly kind: 'api'; readonly url: string } | { readonly kind: 'file'; readonly path: string };
  /** Dotted; null: where it is found. */
  readonly listPath: string | null;
  /** Dotted; null: `fr_url`, else `url`. */
  readonly urlField: string | null;
  /** Dotted; null: `name`, else `id`, else the number. */
  readonly nameField: string | null;
  readonly filters: readonly CameraFilter[];
  readonly pageParam: string | null;
  readonly pageSize: number | null;
  /** Sent to the origin of the API only. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * What the options ask for; `token` goes to the API as a Bearer token (RFC 6750). Null where none of them asks for a list.
 *
 * @throws {StreamerError} BAD_USAGE where they do not fit together.
 */
export function cameraListConfig(
  values: OptionValues<typeof CAMERA_LIST_OPTIONS>,
  token: string | null,
): CameraListConfig | null {
  const { apiUrl, file, pageParam, pageSize } = values;
  if (apiUrl !== null && file !== null) throw refusal('Give --api-url or --file, not both.');
  if (apiUrl === null && (values.header.length > 0 || token !== null || pageParam !== null)) {
    throw refusal('--header, --token and --page-param are for an API; give --api-url.');
  }
  if (pageSize !== null && pageParam === null) throw refusal('--page-size needs --page-param.');
  const { listPath, urlField, nameField, filter: filters } = values;
  const isRead = filters.length > 0 || [listPath, urlField, nameField].some((value) => value !== null);
  if (apiUrl === null && file === null && isRead) {
    throw refusal('--filter, --list-path, --url-field and --name-field are for a list; give --api-url or --file.');
  }
  const source =
    apiUrl !== null ? ({ kind: 'api', url: apiUrl } as const) : file && ({ kind: 'file', path: file } as const);
  if (!source) return null;
  const headers = apiHeaders(values.header, token);
  if ('authorization' in headers && apiUrl !== null && new URL(apiUrl).username !== '') {
    throw refusal('Give a user in --api-url, or --token or an Authorization header, not both.');
  }
  return { source, listPath, urlField, nameField, filters, pageParam, pageSize, headers };
}

/** Names in lower case, so that the last one of a name counts. */
export function headersOf(lines: readonly (readonly [name: string, value: string])[]): Record<string, string> {
  return Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value]));
}

function apiHeaders(lines: readonly (readonly [string, string])[], token: string | null): Record<string, string> {
  const headers = headersOf(lines);
  if (token === null) return { accept: 'application/json', ...headers };
  if ('authorization' in headers) throw refusal('Give --token or an Authorization header, not both.');
  return { accept: 'application/json', ...headers, authorization: `Bearer ${token}` };
}

function refusal(sentence: string): StreamerError {
  return new StreamerError('BAD_USAGE', sentence);
}

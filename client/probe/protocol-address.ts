import { StreamerError } from '../../shared/errors.js';
import { redactUrl } from '../../shared/redact.js';
import { isStreamName } from '../../shared/stream-name.js';

/** What an address `streamer://host[:port][/stream][?token=TOKEN]` says. */
export interface ProtocolAddress {
  readonly host: string;
  readonly port: number;
  /** Null asks for the server's first stream. */
  readonly stream: string | null;
  readonly token: string | null;
}

const DEFAULT_PORT = 8000;
const FORM = 'an address has the form streamer://host[:port]/stream[?token=TOKEN]';

/** @throws {StreamerError} BAD_USAGE; tokens are not shown */
export function parseProtocolAddress(text: string): ProtocolAddress {
  const refuse = (problem: string) =>
    new StreamerError('BAD_USAGE', `${JSON.stringify(redactUrl(text))} ${problem}; ${FORM}.`);
  if (!URL.canParse(text)) throw refuse('is no address');
  const { hostname, port, pathname, search, searchParams, username, password, hash } = new URL(text);
  if (hostname === '') throw refuse('names no host');
  if (username !== '' || password !== '' || hash !== '') throw refuse('has a part that means nothing here');
  const stream = decoded(pathname.replace(/^\/|\/$/g, ''));
  if (stream !== '' && !isStreamName(stream)) throw refuse('names no stream');
  const token = searchParams.get('token');
  if (search !== '' && (token === null || searchParams.size > 1)) throw refuse('has a parameter that is not known');
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? DEFAULT_PORT : Number(port),
    stream: stream === '' ? null : stream,
    token,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { toStreamerError } from '../../shared/errors.js';
import { markedPlaylist, markedRedirect } from './https-marker.js';

/** An answer to a request that the proxy for guarded sources made. */
export interface GuardedAnswer {
  readonly answer: IncomingMessage;
  readonly onward: ClientRequest;
  /** Where the request went. */
  readonly target: URL;
}

/** A playlist of a whole day has some ten thousand lines. */
const MAX_PLAYLIST_BYTES = 1 << 20;
/** Headers that are about one connection (RFC 9110, section 7.6.1), and the proxy's own. */
const HOP_BY_HOP = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'proxy-authenticate'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
]);
/** What no longer holds of a playlist whose text was changed. */
const ABOUT_LENGTH = new Set(['content-length', 'content-range', 'accept-ranges', 'etag', 'content-md5', 'digest']);

/**
 * Passes an answer on. It was read leniently, since cameras are sloppy, so that not all of it may be written. Addresses
 * that FFmpeg could not reach without TLS, in playlists and redirects, are marked for the proxy.
 */
export function passOn(guarded: GuardedAnswer, response: ServerResponse): void {
  const { answer, onward } = guarded;
  if (isPlaylist(guarded)) return void passPlaylistOn(guarded, response).catch(giveUp);
  try {
    response.writeHead(answer.statusCode ?? 0, answer.statusMessage, headersFor(guarded));
    pipeline(answer, response, () => onward.destroy());
  } catch (error) {
    giveUp(error);
  }

  function giveUp(error: unknown): void {
    onward.destroy(toStreamerError(error));
  }
}

/** @param rawHeaders names and values in turn */
export function withoutHopByHop(rawHeaders: readonly string[]): string[] {
  return without(HOP_BY_HOP, rawHeaders);
}

async function passPlaylistOn(guarded: GuardedAnswer, response: ServerResponse): Promise<void> {
  const { answer, target } = guarded;
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    lengthBytes += chunk.length;
    if (lengthBytes > MAX_PLAYLIST_BYTES) throw new Error('its playlist is longer than 1 MiB');
  }
  const text = Buffer.concat(chunks).toString('latin1');
  const body = Buffer.from(markedPlaylist(text, target.protocol === 'https:'), 'latin1');
  const headers = [...without(ABOUT_LENGTH, headersFor(guarded)), 'Content-Length', `${body.length}`];
  response.writeHead(200, headers).end(body);
}

/** Whether it is a whole playlist of HLS, by what a current FFmpeg goes by, that can be read here. */
function isPlaylist({ answer, onward, target }: GuardedAnswer): boolean {
  const { 'content-type': type = '', 'content-range': range = 'bytes 0-', 'content-encoding': coding } = answer.headers;
  const isWhole = onward.method === 'GET' && (answer.statusCode === 200 || answer.statusCode === 206);
  const isNamed = /mpegurl/i.test(type) || /\.m3u8?$/i.test(target.pathname);
  return isWhole && isNamed && /^bytes 0-/.test(range) && (coding ?? 'identity') === 'identity';
}

function headersFor({ answer, target }: GuardedAnswer): string[] {
  const headers = withoutHopByHop(answer.rawHeaders);
  return headers.map((value, index) => {
    const isLocation = index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'location';
    return isLocation ? markedRedirect(value, target.protocol === 'https:') : value;
  });
}

function without(names: ReadonlySet<string>, rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => !names.has(rawHeaders[index - (index % 2)]?.toLowerCase() ?? ''));
}

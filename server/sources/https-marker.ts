/** No name of DNS ends in it (RFC 6761, section 6.4). */
const MARK = '.https.invalid';
/** Behind an address of IPv6, whose colons a name cannot have. */
const IPV6 = '.ipv6';
const DEFAULT_PORT = ':443';
const ADDRESS = /^(?:https:)?\/\/((?:[^/?#]*@)?)(\[[^\]/?#@]*\]|[^:/?#@[\]\\]+)((?::\d{1,5})?)((?:[/?#].*)?)$/i;
/** Lines of a playlist that are no tags, and what tags name (RFC 8216, section 4). */
const PLAYLIST_ADDRESS = /(^|URI=")((?:https:)?\/\/[^"\r\n]+)/gm;

/**
 * An address with `https:` as one with `http:` whose host bears a mark, by which `unmarked` knows that TLS is to be spoken
 * there; any other address as it is. So FFmpeg asks its proxy in clear for what the proxy then fetches over TLS: FFmpeg's
 * own way to do so would let a playlist name any proxy. An address that begins with `//` is taken for one of `https:`.
 */
export function marked(address: string): string {
  const [, userInfo = '', host, port = '', rest = ''] = ADDRESS.exec(address) ?? [];
  if (host === undefined) return address;
  const name = host.startsWith('[') ? `${host.slice(1, -1).replaceAll(':', '-')}${IPV6}` : host;
  return `http://${userInfo}${name}${MARK}${port || DEFAULT_PORT}${rest}`;
}

/**
 * What a proxy is to fetch when it is asked for `url`.
 *
 * @throws {TypeError} for a mark behind what is no host
 */
export function unmarked(url: URL): URL {
  if (!url.hostname.endsWith(MARK)) return url;
  const name = url.hostname.slice(0, -MARK.length);
  const host = name.endsWith(IPV6) ? `[${name.slice(0, -IPV6.length).replaceAll('-', ':')}]` : name;
  // Without a port it was asked for at that of HTTP.
  return new URL(`https://${host}:${url.port || '80'}${url.pathname}${url.search}`);
}

/** An address that a server redirects to, marked where it leads to TLS; `isSecure` says that the answer came over TLS. */
export function markedRedirect(address: string, isSecure: boolean): string {
  return isSecure || !address.startsWith('//') ? marked(address) : address;
}

/**
 * A playlist of HLS, where all addresses of segments, keys, initialization sections and other playlists that lead to TLS
 * are marked. What is overlooked FFmpeg refuses, since it has no protocol for it.
 */
export function markedPlaylist(text: string, isSecure: boolean): string {
  return text.replace(PLAYLIST_ADDRESS, (_, before: string, address: string) => {
    return before + markedRedirect(address, isSecure);
  });
}

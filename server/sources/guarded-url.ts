import { isIPv6 } from 'node:net';
import { StreamerError } from '../../shared/errors.js';

/** Address of a source, taken apart as FFmpeg does it (`av_url_split`). */
interface UrlParts {
  /** In lower case. */
  readonly scheme: string;
  /** User and password with the `@` behind them, or nothing. */
  readonly userInfo: string;
  /** With brackets where there are any. */
  readonly host: string;
  /** With the `:` before it, or nothing. */
  readonly port: string;
  /** All that follows. */
  readonly rest: string;
}

const PARTS = /^([a-z]+):\/\/((?:[^/?#]*@)?)(\[[^\]/?#@]*\]|[^:/?#@[\]\\]+)((?::\d{1,5})?)((?:[/?#].*)?)$/i;

/**
 * Options in the query that a guarded source may have. Left out are those that would listen, send from another address,
 * or name further hosts: who adds a source over HTTP asks for a stream, not for a port of this machine.
 */
const OPTIONS: Readonly<Record<string, ReadonlySet<string>>> = {
  udp: new Set(['fifo_size', 'buffer_size', 'pkt_size', 'overrun_nonfatal', 'timeout']),
  tcp: new Set(['timeout', 'recv_buffer_size', 'tcp_nodelay', 'tcp_mss']),
  srt: new Set([
    ...['streamid', 'srt_streamid', 'passphrase', 'pbkeylen', 'enforced_encryption', 'kmrefreshrate', 'kmpreannounce'],
    ...['latency', 'rcvlatency', 'peerlatency', 'tlpktdrop', 'nakreport', 'lossmaxttl', 'transtype', 'payload_size'],
    ...['maxbw', 'mss', 'ffs', 'rcvbuf', 'recv_buffer_size', 'connect_timeout', 'timeout', 'tsbpd', 'messageapi'],
  ]),
};
/** Below lie the ports of the system's services, which a server that runs as root could take. */
const MIN_UDP_PORT = 1024;

/**
 * The host of a source's address, with brackets where there are any.
 *
 * @throws {StreamerError} SOURCE_FORBIDDEN for an address that not everybody reads in the same way, or that asks FFmpeg for
 *   more than to fetch a stream from that host.
 */
export function hostOfUrl(url: string): string {
  const parts = split(url);
  checkOptions(parts);
  return parts.host;
}

/**
 * The same source at an address that was checked, for FFmpeg, which then has no name to resolve. Of UDP only packets from
 * there are taken; a multicast group is joined instead.
 *
 * @throws {StreamerError} as `hostOfUrl` does
 */
export function atAddress(url: string, address: string): string {
  const parts = split(url);
  checkOptions(parts);
  const { scheme, userInfo, port, rest } = parts;
  const host = isIPv6(address) ? `[${address}]` : address;
  const only = scheme === 'udp' && !isMulticast(address) ? `${rest.includes('?') ? '&' : '?'}sources=${address}` : '';
  return `${scheme}://${userInfo}${host}${port}${rest}${only}`;
}

/**
 * The same RTSP source by way of a relay on this machine.
 *
 * @throws {StreamerError} as `hostOfUrl` does
 */
export function atRelay(url: string, port: number): string {
  const { userInfo, rest } = split(url);
  return `rtsp://${userInfo}127.0.0.1:${port}${rest}`;
}

function split(url: string): UrlParts {
  const [, scheme = '', userInfo = '', host = '', port = '', rest = ''] = PARTS.exec(url) ?? [];
  if (scheme === '' || userInfo.includes('\\')) throw forbidden('The address of the source names no host and port.');
  return { scheme: scheme.toLowerCase(), userInfo, host, port, rest };
}

function checkOptions({ scheme, port, rest }: UrlParts): void {
  const known = OPTIONS[scheme];
  if (!known) return;
  const query = rest.includes('?') ? rest.slice(rest.indexOf('?') + 1) : '';
  for (const option of query.split('&').filter((each) => each !== '')) {
    const [name = ''] = option.split('=');
    const isCaller = scheme === 'srt' && option === 'mode=caller';
    if (!known.has(name) && !isCaller) {
      throw forbidden(`A source added over HTTP may not have the option ${name.slice(0, 40)} of ${scheme}.`);
    }
  }
  if (scheme === 'udp' && Number(port.slice(1)) < MIN_UDP_PORT) {
    throw forbidden(`A source added over HTTP may not take a UDP port below ${MIN_UDP_PORT}.`);
  }
}

/** 224.0.0.0/4 and ff00::/8. */
function isMulticast(address: string): boolean {
  return isIPv6(address) ? /^ff/i.test(address) : /^(?:22[4-9]|23\d)\./.test(address);
}

function forbidden(sentence: string): StreamerError {
  return new StreamerError('SOURCE_FORBIDDEN', sentence);
}

import type { AttackListener, AttackedProtocol } from './attacked-protocol.js';
import { seededBytes } from './seeded-bytes.js';

const NOISE_BYTES = 4096;
const LONG_HEADER_BYTES = 100_000;
/** Longest status line that is looked at. */
const STATUS_BYTES = 12;
const DEFAULT_PORT = 80;

/** Attacks on an MJPEG stream over HTTP. */
export function httpAttack(address: string, token: string | null): AttackedProtocol {
  const url = new URL(address);
  const { host, port } = httpPlace(url);
  return {
    ...{ host, port },
    opening: () => httpRequest(url, token, {}),
    garbage: (variant) => {
      const all = httpGarbage(variant, url);
      return all[variant % all.length] ?? seededBytes(variant, NOISE_BYTES);
    },
    listen: () => new HttpListener(),
  };
}

/** Where `url` leads to. */
export function httpPlace(url: URL): { readonly host: string; readonly port: number } {
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? DEFAULT_PORT : Number(url.port) };
}

/** The bytes of a GET of `url`, with the token as a bearer's where one is given. */
export function httpRequest(url: URL, token: string | null, headers: Readonly<Record<string, string>>): Buffer {
  const all = {
    Host: url.host,
    'User-Agent': 'frame-streamer',
    ...(token !== null && { Authorization: `Bearer ${token}` }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([`GET ${url.pathname}${url.search} HTTP/1.1`, ...lines, '', ''].join('\r\n'), 'utf8');
}

/** Everything that is wrong in a way of its own. */
export function httpGarbage(variant: number, url: URL): readonly Buffer[] {
  const line = `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n`;
  return [
    seededBytes(variant, NOISE_BYTES),
    Buffer.from(`GET ${url.pathname} HTTP/9.9\r\n\r\n`),
    Buffer.from(`${line}X-Long: ${'x'.repeat(LONG_HEADER_BYTES)}\r\n\r\n`),
    Buffer.from(`${line}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`),
    Buffer.from(`${line}Bad Header\0: \u0001\r\n\r\n`, 'latin1'),
    // Cut in the middle, and then nothing.
    Buffer.from(line.slice(0, -4)),
    // A TLS handshake, as of somebody who mistook the port.
    Buffer.concat([Buffer.of(22, 3, 1, 2, 0, 1), seededBytes(variant, 512)]),
  ];
}

/** Understands the status of an answer, and that its body began. */
class HttpListener implements AttackListener {
  hasFrame = false;
  code: string | null = null;
  private head = '';

  push(chunk: Buffer): void {
    if (this.hasFrame) return;
    this.head += chunk.subarray(0, STATUS_BYTES).toString('latin1');
    if (this.head.length < STATUS_BYTES) return;
    const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(this.head)?.[1] ?? 0);
    if (status >= 400) this.code = `HTTP ${status}`;
    this.hasFrame = true;
    this.head = '';
  }

  ping(): void {
    // Nothing that comes after the request means anything.
  }
}

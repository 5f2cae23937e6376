import { isIPv4, isIPv6 } from 'node:net';

/** What matters here of the server's configuration. */
export interface Exposure {
  readonly host: string;
  readonly classicPort: number | null;
  readonly token: string | null;
}

/** Whether only this machine can reach a server that listens on `host`; a name that could be anything is not trusted. */
export function isLoopback(host: string): boolean {
  const address = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (isIPv4(address)) return address.startsWith('127.');
  if (isIPv6(address)) return /^(0*:)*:?0*1$/.test(address) || /^::ffff:127\.\d+\.\d+\.\d+$/.test(address);
  return address === 'localhost' || address.endsWith('.localhost');
}

/** One sentence for the log when others than this machine's users can watch without a token, else null. */
export function exposureWarning({ host, classicPort, token }: Exposure): string | null {
  if (isLoopback(host)) return null;
  if (token === null) {
    return `Everybody who can reach ${host} can watch, since there is no token: set STREAMER_TOKEN, or listen on 127.0.0.1.`;
  }
  if (classicPort !== null) {
    return `Everybody who can reach ${host} can watch on the classic port, which knows neither token nor TLS: leave --classic-port out, or listen on 127.0.0.1.`;
  }
  return null;
}

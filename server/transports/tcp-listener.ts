import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { StreamerError } from '../../shared/errors.js';
import { TlsDoor } from './tls-door.js';
import type { TlsDoorParts } from './tls-door.js';

/** A TCP port that is listened on. */
export interface TcpListener {
  /** The port, also where any free one was asked for. */
  readonly port: number;
  /** Takes no more connections; resolves when all there are have ended, which is for their owner to see to. */
  close(): Promise<void>;
}

/**
 * Listens on a TCP port; 0 takes any free one. With `tls`, sockets are handed out once they are secure.
 *
 * @throws {StreamerError} PORT_IN_USE or LISTEN_FAILED.
 */
export async function listenTcp(
  host: string,
  port: number,
  onSocket: (socket: Socket) => void,
  tls: TlsDoorParts | null = null,
): Promise<TcpListener> {
  const options = { noDelay: true, keepAlive: true };
  const door = tls && new TlsDoor(options, tls, onSocket);
  const server = door ? door.server : createServer(options, onSocket);
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error) => reject(toListenError(error, host, port));
    server.once('error', onError);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', onError);
      resolve();
    });
  });
  // Later errors are about single connections that could not be accepted; the server goes on.
  server.on('error', () => undefined);
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server, door) };
}

async function closeServer(server: Server, door: TlsDoor | null): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  door?.close();
  await closed;
}

/** Why a port cannot be listened on; `advice` is what to do when it is taken. */
export function toListenError(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  advice = 'choose another one',
): StreamerError {
  if (error.code === 'EADDRINUSE') {
    return new StreamerError('PORT_IN_USE', `Port ${port} on ${host} is taken; ${advice}.`, { cause: error });
  }
  const why = error.code === 'EACCES' ? 'that needs more rights' : error.message;
  return new StreamerError('LISTEN_FAILED', `Cannot listen on ${host}, port ${port}: ${why}.`, { cause: error });
}

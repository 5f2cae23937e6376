import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { StreamerError } from '../../shared/errors.js';

/**
 * Listens on a TCP port. `port` 0 takes any free one; the returned server's address tells which.
 *
 * @throws {StreamerError} PORT_IN_USE or LISTEN_FAILED.
 */
export async function listenTcp(host: string, port: number, onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ noDelay: true, keepAlive: true }, onSocket);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(toListenError(error, host, port)));
    server.listen({ host, port, backlog: 1024 }, resolve);
  });
  server.removeAllListeners('error');
  // Later errors are about single connections that could not be accepted; the server goes on.
  server.on('error', () => undefined);
  return server;
}

/** The port a server really listens on. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function toListenError(error: NodeJS.ErrnoException, host: string, port: number): StreamerError {
  if (error.code === 'EADDRINUSE') {
    return new StreamerError('PORT_IN_USE', `Port ${port} on ${host} is taken; choose another one.`, { cause: error });
  }
  const why = error.code === 'EACCES' ? 'that needs more rights' : error.message;
  return new StreamerError('LISTEN_FAILED', `Cannot listen on ${host}, port ${port}: ${why}.`, { cause: error });
}

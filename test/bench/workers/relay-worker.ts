/** The least that a Node process can do with a camera: it hands on what comes, without a look at it. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { serveCommands } from '../worker-link.js';

export const commands = {
  /** Asks the HTTP server at `fromPort` for its stream, and writes every byte of the answer to `toPort`. */
  async start({ fromPort, toPort }: { fromPort: number; toPort: number }) {
    const [camera, client] = await Promise.all([connect(fromPort), connect(toPort)]);
    camera.write('GET / HTTP/1.1\r\nHost: camera\r\n\r\n');
    camera.pipe(client);
  },
};

/** The commands this worker takes. */
export type RelayCommands = typeof commands;

async function connect(port: number): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  // The other end may go at any time.
  socket.on('error', () => socket.destroy());
  return socket;
}

serveCommands(commands);

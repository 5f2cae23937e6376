import { createServer, request } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A reverse proxy that has a server under a path of its own, WebSockets included, as nginx or Traefik do it. */
export class PathProxy {
  private constructor(
    private readonly server: Server,
    /** The path, with a `/` at both ends. */
    private readonly path: string,
  ) {}

  static async start(path: string, targetPort: number): Promise<PathProxy> {
    const ask = (incoming: IncomingMessage) =>
      request({
        host: '127.0.0.1',
        port: targetPort,
        method: incoming.method,
        path: `/${(incoming.url ?? '').slice(path.length)}`,
        headers: incoming.headers,
      });
    const server = createServer((incoming, outgoing) => {
      if (!incoming.url?.startsWith(path)) {
        outgoing.writeHead(404).end();
        return;
      }
      const asked = ask(incoming).on('response', (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      asked.on('error', () => outgoing.destroy());
      incoming.pipe(asked);
    });
    server.on('upgrade', (incoming, socket) => {
      const asked = ask(incoming).on('upgrade', (answer, upstream) => {
        const lines = answer.rawHeaders.flatMap((text, index, all) =>
          index % 2 ? [] : [`${text}: ${all[index + 1]}`],
        );
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
        upstream.on('error', () => socket.destroy()).pipe(socket);
        socket.on('error', () => upstream.destroy()).pipe(upstream);
      });
      asked.on('error', () => socket.destroy());
      asked.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PathProxy(server, path);
  }

  /** Where the server is to be found, with a `/` at the end. */
  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.path}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

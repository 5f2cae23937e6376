import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { encodeWelcome } from '../../shared/protocol/codec.js';
import { PROTOCOL_VERSION } from '../../shared/protocol/messages.js';

/** A WELCOME without streams. */
export const EMPTY_WELCOME: Buffer = encodeWelcome({
  version: PROTOCOL_VERSION,
  sessionId: 'scripted',
  statsIntervalMs: 1000,
  streams: [],
  subscribed: [],
});

/** A server that does to each connection what the test says, and by itself nothing at all. */
export class ScriptedServer {
  /** Every connection there was. */
  readonly sockets: Socket[] = [];
  private readonly server: Server;

  private constructor(onSocket: (socket: Socket) => void) {
    this.server = createServer((socket) => {
      this.sockets.push(socket);
      socket.on('error', () => undefined);
      // Unread, what the client says would hide that it has gone.
      socket.resume();
      onSocket(socket);
    });
  }

  static async start(onSocket: (socket: Socket) => void): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(onSocket);
    await new Promise<void>((resolve) => scripted.server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

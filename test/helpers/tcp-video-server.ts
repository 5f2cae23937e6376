import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { type Sending, sendingArgs } from './stream-sender.js';

/** Sends video to everybody who connects by TCP, as `tcp://` sources have it, from an FFmpeg for each of them. */
export class TcpVideoServer {
  /** Connections there have been. */
  connections = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly children = new Set<ChildProcess>();

  private constructor(
    private readonly ffmpegPath: string,
    private readonly sending: Sending,
  ) {
    this.server = createServer((socket) => this.serve(socket));
  }

  static async start(sending: Sending): Promise<TcpVideoServer> {
    const { ffmpegPath } = await findFfmpeg(process.env);
    const server = new TcpVideoServer(ffmpegPath, sending);
    server.server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return server;
  }

  get url(): string {
    return `tcp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Connections that are open. */
  get open(): number {
    return this.sockets.size;
  }

  /** Closes every connection; the next ones are served. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    const ended = [...this.children].map((child) => once(child, 'close'));
    this.drop();
    await Promise.all([closed, ...ended]);
  }

  private serve(socket: Socket): void {
    const args = [...sendingArgs(this.sending), 'pipe:1'];
    const child = spawn(this.ffmpegPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.connections += 1;
    this.sockets.add(socket);
    this.children.add(child);
    child.stdout.pipe(socket);
    child.once('close', () => this.children.delete(child));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.sockets.delete(socket);
      child.kill('SIGKILL');
    });
  }
}

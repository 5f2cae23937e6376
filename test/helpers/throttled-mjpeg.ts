import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { syntheticJpeg } from './synthetic-jpeg.js';

const BOUNDARY = 'frame';
const TICK_MS = 25;
/** Of so many frames one is sent to each viewer while there are too many of them. */
const THROTTLE = 4;

/**
 * An MJPEG server that bears a known number of viewers: up to `bears` of them get 40 frames a second each, and as soon as
 * there is one more all of them get 10. Any path is a stream.
 */
export class ThrottledMjpeg {
  private readonly viewers = new Set<ServerResponse>();
  private readonly server: Server;
  private readonly timer: NodeJS.Timeout;
  private tick = 0;

  private constructor(readonly bears: number) {
    this.server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': `multipart/x-mixed-replace; boundary=${BOUNDARY}` });
      response.on('close', () => this.viewers.delete(response)).on('error', () => {});
      this.viewers.add(response);
    });
    this.timer = setInterval(() => this.send(), TICK_MS);
  }

  static async start(bears: number): Promise<ThrottledMjpeg> {
    const server = new ThrottledMjpeg(bears);
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** Address of a stream; each name is one of its own. */
  url(name: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${name}.mjpg`;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private send(): void {
    this.tick += 1;
    if (this.viewers.size > this.bears && this.tick % THROTTLE !== 0) return;
    const jpeg = syntheticJpeg(1, this.tick, 1000);
    const head = `--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
    for (const viewer of this.viewers) {
      viewer.cork();
      viewer.write(head);
      viewer.write(jpeg);
      viewer.write('\r\n');
      viewer.uncork();
    }
  }
}

import type { ChildProcess } from 'node:child_process';
import { startGortsplibServer } from '../helpers/gortsplib-server.js';
import type { RtspServer } from '../helpers/rtsp-server.js';
import { readClockPair } from './clock-pair.js';
import type { BenchContext } from './scenario.js';

/**
 * Paths of a real RTSP server, each published by an FFmpeg that copies a file, at its own speed and over and over. The
 * server ends with this process; its publishers do so by the list of children.
 */
export class RtspCameras {
  private publishers: ChildProcess[] = [];

  private constructor(
    private readonly context: BenchContext,
    private readonly file: string,
    /** The paths, in the order of their numbers. */
    readonly paths: readonly string[],
    private server: RtspServer,
  ) {}

  /** Starts `count` cameras that show the same file; resolves when all of them have sent something. */
  static async start(context: BenchContext, file: string, count: number): Promise<RtspCameras> {
    const paths = Array.from({ length: count }, (_, n) => `cam${String(n + 1).padStart(2, '0')}`);
    const cameras = new RtspCameras(context, file, paths, await startGortsplibServer());
    await cameras.publish();
    return cameras;
  }

  url(path: string): string {
    return this.server.url(path);
  }

  /** Clients that play any of the paths. */
  get readers(): number {
    return this.paths.reduce((sum, path) => sum + this.server.readers(path).open, 0);
  }

  /** Connections that are not those of the publishers. */
  get connections(): number {
    return this.server.connections.open - this.publishers.length;
  }

  /** As if the power failed. */
  async unplug(): Promise<void> {
    await this.server.kill();
    await this.endPublishers();
  }

  /** The power is back, on the same port; tells when each path was there again, in microseconds of the monotonic clock. */
  async plugIn(): Promise<ReadonlyMap<string, number>> {
    this.server = await startGortsplibServer({ port: this.server.port });
    return this.publish();
  }

  async stop(): Promise<void> {
    await this.endPublishers();
    await this.server.stop();
  }

  private async publish(): Promise<ReadonlyMap<string, number>> {
    const { context, file, server } = this;
    const times = new Map<string, number>();
    this.publishers = this.paths.map((path) => {
      const input = ['-v', 'error', '-nostdin', '-re', '-stream_loop', '-1', '-i', file];
      const output = ['-an', '-c', 'copy', '-rtsp_transport', 'tcp', '-f', 'rtsp', server.url(path)];
      const child = context.children.start(context.ffmpeg.ffmpegPath, [...input, ...output]);
      child.stdout?.resume();
      child.stderr?.resume();
      return child;
    });
    const publish = async (path: string) => {
      await server.published(path);
      times.set(path, readClockPair().monotonicUs);
    };
    await Promise.all(this.paths.map(publish));
    return times;
  }

  private async endPublishers(): Promise<void> {
    await Promise.all(this.publishers.map((child) => this.context.children.end(child)));
    this.publishers = [];
  }
}

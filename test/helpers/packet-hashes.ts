import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';

/** FFmpeg reads an RTSP address and says of each packet of the video, or of each picture, what its hash is. */
export class PacketHashes {
  readonly hashes = new Set<string>();

  private readonly closed: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.closed = once(child, 'close');
    createInterface(child.stdout!).on('line', (line) => {
      // Stream, times, duration, size, hash, and what is known beside the packet.
      const hash = line.startsWith('#') ? undefined : line.split(',')[5]?.trim();
      if (hash) this.hashes.add(hash);
    });
  }

  /** @param coding `copy` has the packets as they come, and `rawvideo` decodes them. */
  static async start(url: string, coding: 'copy' | 'rawvideo' = 'copy'): Promise<PacketHashes> {
    const { ffmpegPath } = await findFfmpeg(process.env);
    const args = [
      '-v',
      'error',
      '-nostdin',
      '-rtsp_transport',
      'tcp',
      '-i',
      url,
      '-c:v',
      coding,
      '-f',
      'framemd5',
      '-',
    ];
    const child = spawn(ffmpegPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child, 'spawn');
    return new PacketHashes(child);
  }

  /** How many of them the other one has, too. */
  inCommonWith(other: PacketHashes): number {
    return [...this.hashes].filter((hash) => other.hashes.has(hash)).length;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}

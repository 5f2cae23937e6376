import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { requirePart } from './real-parts.js';

/** What a sender sends, and how. */
export interface Sending {
  /** FFmpeg's codec with its options; see `H264` and `MJPEG`. */
  readonly codec: readonly string[];
  /** FFmpeg's container: `rtsp`, `mpegts`, `matroska`, `mjpeg`. */
  readonly format: string;
  /** Options of the output, such as `-rtsp_transport tcp`. */
  readonly outputOptions?: readonly string[];
  /** A moving picture of this size and rate is drawn… */
  readonly size?: string;
  readonly fps?: number;
  /** …unless there is a file, which is sent over and over at its own speed, and copied where `codec` is `copy`. */
  readonly file?: string;
}

/** Whether tests may send and read `protocol`; not every FFmpeg was built with SRT. */
export async function requireProtocol(protocol: 'srt'): Promise<boolean> {
  const { ffmpegPath } = await findFfmpeg(process.env);
  const { stdout } = spawnSync(ffmpegPath, ['-v', 'error', '-protocols'], { encoding: 'utf8' });
  const isThere = stdout.split(/\s+/).includes(protocol);
  return requirePart(`an FFmpeg with ${protocol}`, isThere, 'apt-get install ffmpeg');
}

/** H.264 without delay, a key frame every `gop` frames. */
export function h264(gop = 15): readonly string[] {
  const speed = ['-preset', 'ultrafast', '-tune', 'zerolatency', '-threads', '1'];
  return ['-c:v', 'libx264', ...speed, '-pix_fmt', 'yuv420p', '-g', `${gop}`];
}

/**
 * Motion JPEG as RTP can carry it (RFC 2435): the standard Huffman tables, and two tables of quantization, without which
 * FFmpeg does not understand what FFmpeg sends.
 */
export const MJPEG: readonly string[] = [
  ...['-c:v', 'mjpeg', '-huffman', 'default', '-force_duplicated_matrix', '1'],
  ...['-pix_fmt', 'yuvj420p', '-q:v', '5'],
];

/** FFmpeg as a camera that sends by itself: to an RTSP server, or by SRT, UDP or TCP. */
export class StreamSender {
  private stderr = '';
  private readonly closed: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr = (this.stderr + text).slice(-4000)));
    this.closed = once(child, 'close');
  }

  /** Starts to send; that something arrives is for the receiving end to say. */
  static async start(url: string, sending: Sending): Promise<StreamSender> {
    const { ffmpegPath } = await findFfmpeg(process.env);
    const child = spawn(ffmpegPath, [...sendingArgs(sending), url], { stdio: ['ignore', 'ignore', 'pipe'] });
    const sender = new StreamSender(child);
    await once(child, 'spawn');
    return sender;
  }

  /** What FFmpeg had to say, for the message of a test that fails. */
  get complaints(): string {
    return this.stderr;
  }

  /** Resolves when it has ended by itself, because the other end is gone. */
  async ended(): Promise<void> {
    await this.closed;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}

/** FFmpeg's arguments without the place that it is to write to. */
export function sendingArgs(sending: Sending): readonly string[] {
  const output = [...sending.codec, ...(sending.outputOptions ?? []), '-f', sending.format];
  return ['-v', 'error', '-nostdin', '-re', ...inputOf(sending), '-an', ...output];
}

function inputOf({ file, size = '320x240', fps = 25 }: Sending): readonly string[] {
  if (file !== undefined) return ['-stream_loop', '-1', '-i', file];
  return ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${fps}`];
}

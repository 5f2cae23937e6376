import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** A frame of a video file as ffprobe finds it. */
export interface RecordedFrame {
  readonly timeUs: number;
  readonly sha256: string;
  readonly isKey: boolean;
}

/** The packets of the video in a file, as `ffprobePath` reads them; those it finds before the file breaks off. */
export async function readFrames(ffprobePath: string, path: string): Promise<readonly RecordedFrame[]> {
  const entries = ['-show_entries', 'packet=pts_time,flags,data_hash', '-show_data_hash', 'sha256', '-of', 'json'];
  const { stdout } = await execa(ffprobePath, ['-v', 'quiet', '-select_streams', 'v:0', ...entries, `file:${path}`]);
  const { packets } = JSON.parse(stdout) as { packets: { pts_time: string; flags: string; data_hash: string }[] };
  return packets.map(({ pts_time: seconds, flags, data_hash: hash }) => ({
    timeUs: Math.round(Number(seconds) * 1_000_000),
    sha256: hash.replace('SHA256:', ''),
    isKey: flags.startsWith('K'),
  }));
}

/** How many pictures FFmpeg decodes from a file before its end or its break, and what it complains of. */
export async function decodeAll(ffmpegPath: string, path: string): Promise<{ frames: number; complaints: string }> {
  const args = ['-v', 'error', '-i', `file:${path}`, '-map', '0:v:0', '-f', 'framemd5', '-vsync', '0', 'pipe:1'];
  const { stdout, stderr } = await execa(ffmpegPath, args, { reject: false });
  const frames = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  return { frames, complaints: stderr };
}

/** The lines of a sidecar; one that was cut off is left out. */
export async function readSidecar(videoPath: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const text = await readFile(videoPath.replace(/\.\w+$/, '.jsonl'), 'utf8');
  const whole = text.split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

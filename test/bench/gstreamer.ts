import type { ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCommand } from '../helpers/real-parts.js';
import type { Children } from './children.js';

const LAUNCH = 'gst-launch-1.0';

/** Whether GStreamer's command line is installed. */
export function hasGstreamer(): boolean {
  return hasCommand(LAUNCH);
}

/** Decodes a file and encodes every frame as JPEG, as fast as it can or, with `paced`, at the file's own rate. */
export function jpegPipeline(file: string, quality: number, paced: boolean): [string, string[]] {
  const source = ['filesrc', `location=${file}`, '!', 'decodebin'];
  const encoder = ['videoconvert', '!', 'jpegenc', `quality=${quality}`];
  return [LAUNCH, ['-q', ...source, '!', ...encoder, '!', 'fakesink', `sync=${paced}`]];
}

/** What multipartmux adds to each record. */
const PART_BYTES = 70;

/** What tcpserversink sends: records of `recordBytes` bytes with their number in front, at `fps`. */
export interface RecordStream {
  readonly recordBytes: number;
  readonly fps: number;
  /** How long it waits before the first one: while it sends, it takes new connections slowly. */
  readonly delaySeconds: number;
  /** How long it sends. */
  readonly seconds: number;
  /** Whether each is a part of a multipart stream. */
  readonly isMultipart?: boolean;
}

/**
 * Starts a tcpserversink that does nothing else but send: its frames are files made beforehand in `folder`, so nothing
 * is encoded. It ends by itself. Resolves to the process and its port.
 */
export async function startTcpServerSink(
  children: Children,
  folder: string,
  { recordBytes, fps, delaySeconds, seconds, isMultipart = false }: RecordStream,
): Promise<{ child: ChildProcess; port: number }> {
  const frames = Math.ceil(seconds * fps);
  const location = join(await writeRecords(folder, frames, recordBytes), '%05d.jpg');
  const source = [
    'multifilesrc',
    `location=${location}`,
    `num-buffers=${frames}`,
    `caps=image/jpeg,framerate=${fps}/1`,
  ];
  // The files carry no times; at this rate of bytes each is due one frame after the other.
  const pace = [
    'identity',
    `datarate=${(recordBytes + (isMultipart ? PART_BYTES : 0)) * fps}`,
    'sync=true',
    `ts-offset=${Math.round(delaySeconds * 1e9)}`,
  ];
  // It takes what comes without times as due at once, so it stands before what gives them.
  const mux = isMultipart ? ['multipartmux', 'boundary=frame', '!'] : [];
  const sink = ['tcpserversink', 'host=127.0.0.1', 'port=0'];
  const child = children.start(LAUNCH, ['-v', ...source, '!', ...mux, ...pace, '!', ...sink]);
  return { child, port: await portOf(child) };
}

/** The port that `-v` prints when the sink listens. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-10_000);
      const port = /current-port = (\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.stderr?.resume();
    child.once('exit', () => reject(new Error(`${LAUNCH} ended: ${text.trim()}`)));
    child.once('error', reject);
  });
}

async function writeRecords(folder: string, frames: number, recordBytes: number): Promise<string> {
  const path = join(folder, 'records');
  await mkdir(path, { recursive: true });
  const record = Buffer.alloc(recordBytes);
  for (let i = 0; i < frames; i += 1) {
    record.writeUInt32BE(i, 0);
    await writeFile(join(path, `${String(i).padStart(5, '0')}.jpg`), record);
  }
  return path;
}

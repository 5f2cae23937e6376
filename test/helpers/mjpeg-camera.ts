import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import type { Certificate } from './certificate.js';
import { hasCommand, requirePart } from './real-parts.js';
import { type OpenAndTotal, openAndTotal } from './rtsp-server.js';
import { type ToolEvent, ToolProcess } from './tool-process.js';

/** What every stream of a camera does; see test/tools/camera/camera.py. */
export type CameraMode = 'live' | 'silent' | 'frozen' | 'other' | 'cut' | 'hang';

/** What can be chosen about a camera; everything may be left out. */
export interface CameraOptions {
  /** To come back where another camera was; a free one is the default. */
  readonly port?: number;
  /** Different pictures that it shows in turn. */
  readonly frames?: number;
  readonly size?: string;
  /** Size of the pictures of the mode `other`. */
  readonly otherSize?: string;
  /** Quality as FFmpeg's MJPEG encoder has it, 2 (best) to 31. */
  readonly qscale?: number;
  /** A folder with videos, served under `media/` with ranges. */
  readonly mediaFolder?: string;
  readonly certificate?: Certificate;
  readonly credentials?: CameraCredentials;
}

/** Who may see anything, and in which scheme they say so; `digest-2069` is Digest as it was before qop. */
export interface CameraCredentials {
  readonly user: string;
  readonly password: string;
  readonly scheme: 'basic' | 'digest' | 'digest-sha256' | 'digest-2069';
}

/** Requests without credentials, and those with wrong ones. */
export interface Denied {
  readonly anonymous: number;
  readonly wrong: number;
}

const PROGRAM = fileURLToPath(new URL('../tools/camera/camera.py', import.meta.url));

/** Whether tests may use `MjpegCamera`. */
export function requireCamera(): boolean {
  return requirePart('python3', hasCommand('python3'), 'install Python 3.9 or newer');
}

/**
 * An HTTP camera in a process of its own, on a free port of loopback, made of Python's standard library. What it counts
 * is known here a moment after it happened: wait for it with the `until…` methods.
 */
export class MjpegCamera {
  private constructor(
    private readonly tool: ToolProcess,
    private readonly folder: string,
    private readonly options: CameraOptions,
    /** The pictures, in the order in which a stream shows them, over and over. */
    readonly frames: readonly Buffer[],
    /** Those of the mode `other`. */
    readonly otherFrames: readonly Buffer[],
  ) {}

  static async start(options: CameraOptions = {}): Promise<MjpegCamera> {
    const folder = await mkdtemp(join(tmpdir(), 'mjpeg-camera-'));
    try {
      const { frames: count = 8, size = '160x120', otherSize = '80x60', qscale = 5 } = options;
      const frames = await draw(join(folder, 'frames'), 'testsrc2', size, count, qscale);
      const otherFrames = await draw(join(folder, 'other'), 'testsrc', otherSize, count, qscale);
      const tool = await ToolProcess.start('python3', ['-B', PROGRAM, ...argumentsFor(folder, options)]);
      return new MjpegCamera(tool, folder, options, frames, otherFrames);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get port(): number {
    return this.tool.events[0]?.['port'] as number;
  }

  get pid(): number {
    return this.tool.pid;
  }

  /**
   * The address of what is at `path`, such as `mjpeg?fps=10&length=no` (see test/tools/camera/stream.py) or
   * `snapshot.jpg`, with credentials that are right, or with those given; null leaves them out.
   */
  url(
    path: string,
    credentials: Pick<CameraCredentials, 'user' | 'password'> | null = this.options.credentials ?? null,
  ): string {
    const user = credentials
      ? `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`
      : '';
    return `${this.options.certificate ? 'https' : 'http'}://${user}127.0.0.1:${this.port}/${path}`;
  }

  /** Requests for a path (without its query) that are being answered, and those there have been. */
  requests(path: string): OpenAndTotal {
    return openAndTotal(this.tool.latest(isRequestFor(path)));
  }

  /** Resolves when the requests for a path are as `holds` wants them. */
  async untilRequests(path: string, holds: (requests: OpenAndTotal) => boolean): Promise<void> {
    if (holds(this.requests(path))) return;
    const isEnough = (event: ToolEvent) => isRequestFor(path)(event) && holds(openAndTotal(event));
    await this.tool.said(isEnough, this.tool.events.length);
  }

  /** Requests that were answered 401. */
  get denied(): Denied {
    const denied = this.tool.events.filter((event) => event.event === 'denied');
    const anonymous = denied.filter((event) => event['anonymous'] === true).length;
    return { anonymous, wrong: denied.length - anonymous };
  }

  /** Resolves when the requests that were answered 401 are as `holds` wants them. */
  async untilDenied(holds: (denied: Denied) => boolean): Promise<void> {
    while (!holds(this.denied)) await this.tool.said((event) => event.event === 'denied', this.tool.events.length);
  }

  /** What every stream does from now on, whether it is open already or comes later. */
  mode(mode: CameraMode): void {
    this.tool.order(`mode ${mode}`);
  }

  /** Frames per second of every stream from now on, whatever its address says. */
  fps(fps: number): void {
    this.tool.order(`fps ${fps}`);
  }

  /** Closes every connection; the camera goes on. */
  drop(): void {
    this.tool.order('drop');
  }

  /** From now on the nonce that clients of the Digest scheme have is stale. */
  renewNonce(): void {
    this.tool.order('renew');
  }

  /** Ends it with SIGKILL, as a camera loses its power; `stop` is needed nevertheless. */
  async kill(): Promise<void> {
    await this.tool.kill();
  }

  async stop(): Promise<void> {
    await this.tool.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function argumentsFor(folder: string, { port, mediaFolder, certificate, credentials }: CameraOptions) {
  return [
    ...['--frames', join(folder, 'frames'), '--other', join(folder, 'other')],
    ...(port === undefined ? [] : ['--port', `${port}`]),
    ...(mediaFolder === undefined ? [] : ['--media', mediaFolder]),
    ...(certificate ? ['--cert', certificate.certPath, '--key', certificate.keyPath] : []),
    ...(credentials
      ? [`--user=${credentials.user}`, `--password=${credentials.password}`, '--auth', credentials.scheme]
      : []),
  ];
}

/** Draws pictures that all differ, as files in a folder of their own, and reads them. */
async function draw(folder: string, source: string, size: string, count: number, qscale: number): Promise<Buffer[]> {
  await mkdir(folder);
  const { ffmpegPath } = await findFfmpeg(process.env);
  const graph = `${source}=size=${size}:rate=5`;
  const output = ['-frames:v', `${count}`, '-pix_fmt', 'yuvj420p', '-q:v', `${qscale}`, join(folder, '%04d.jpg')];
  await execa(ffmpegPath, ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', graph, ...output]);
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map((name) => readFile(join(folder, name))));
}

function isRequestFor(path: string): (event: ToolEvent) => boolean {
  return (event) => event.event === 'requests' && event['path'] === `/${path}`;
}

import ffmpeg from 'fluent-ffmpeg';
import type { Writable } from 'node:stream';
import { StreamerError } from '../../shared/errors.js';

/** What FFmpeg is asked to decode. Every argument stays one array element: nothing passes through a shell. */
export interface DecodeRequest {
  readonly ffmpegPath: string;
  readonly input: string;
  /** Options before `-i`, such as a seek position or a format. */
  readonly inputOptions: readonly string[];
  /** Filters in the order they apply. */
  readonly filters: readonly string[];
  readonly outputOptions: readonly string[];
  /** Takes the raw RGB24 pictures. */
  readonly output: Writable;
  /** Called once, when the child is gone; without an error when it came to the end of its input or was stopped. */
  readonly onExit: (error: StreamerError | null) => void;
}

/** A running FFmpeg child. */
export interface FfmpegRun {
  /** Ends the child; resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
}

/** Lines of FFmpeg's messages kept for an error. */
const KEPT_LINES = 12;

/** Starts FFmpeg decoding to raw RGB24. Never throws: what goes wrong is told to `onExit` as FFMPEG_FAILED. */
export function startDecoding(request: DecodeRequest): FfmpegRun {
  const child = new FfmpegChild(request);
  return { stop: () => child.stop() };
}

class FfmpegChild implements FfmpegRun {
  private readonly command: ffmpeg.FfmpegCommand;
  private stopping = false;
  private spawned = false;
  private exited = false;
  private readonly waiters: (() => void)[] = [];

  constructor(private readonly request: DecodeRequest) {
    this.command = this.build();
    this.command.run();
  }

  stop(): Promise<void> {
    this.stopping = true;
    // SIGKILL, since a decoder that waits for a full pipe to empty would not see a gentler signal, and it has nothing
    // to clean up. Before the child exists there is nothing to kill: `start` then ends it.
    if (this.spawned && !this.exited) this.command.kill('SIGKILL');
    if (this.exited) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  private build(): ffmpeg.FfmpegCommand {
    const { ffmpegPath, input, inputOptions, filters, outputOptions, output } = this.request;
    const command = ffmpeg({ stdoutLines: KEPT_LINES }).setFfmpegPath(ffmpegPath);
    skipCapabilityChecks(command);
    reportFailedSpawns(command);
    return command
      .input(input)
      .inputOptions('-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error', ...inputOptions)
      .outputOptions('-an', '-sn', '-dn', '-map', '0:v:0', ...outputOptions)
      .videoFilters([...filters])
      .outputOptions('-pix_fmt', 'rgb24', '-c:v', 'rawvideo', '-f', 'rawvideo')
      .output(output)
      .on('start', () => this.onStart())
      .on('end', () => this.onExit(null))
      .on('error', (error: Error, _stdout: unknown, stderr: unknown) => this.onExit(this.toError(error, stderr)));
  }

  private onStart(): void {
    this.spawned = true;
    if (this.stopping) this.command.kill('SIGKILL');
  }

  private onExit(error: StreamerError | null): void {
    if (this.exited) return;
    this.exited = true;
    this.request.onExit(this.stopping ? null : error);
    for (const resolve of this.waiters) resolve();
  }

  private toError(error: Error, stderr: unknown): StreamerError {
    const lines = typeof stderr === 'string' ? stderr.trim().split('\n').slice(-KEPT_LINES) : [];
    const lastLine = lines.at(-1)?.trim() || error.message;
    return new StreamerError('FFMPEG_FAILED', `FFmpeg failed on ${this.request.input}: ${lastLine}`, {
      cause: new Error([error.message, ...lines].join('\n')),
    });
  }
}

/**
 * fluent-ffmpeg runs `ffmpeg -formats` and `-encoders` before its first command, and misreads what FFmpeg 7 prints
 * there; we only use formats that every build has, so the answer is given here.
 */
function skipCapabilityChecks(command: ffmpeg.FfmpegCommand): void {
  const known = { canDemux: true, canMux: true, description: '' };
  type Answer<T> = (error: Error | null, answer: T) => void;
  command.availableFormats = (callback) =>
    (callback as Answer<ffmpeg.Formats>)(null, { rawvideo: known, lavfi: known });
  command.availableEncoders = (callback) => (callback as Answer<ffmpeg.Encoders>)(null, {});
}

interface Lines {
  get(): string;
}
type EndCallback = (error: Error | null, stdout?: Lines, stderr?: Lines) => void;
interface SpawnInternals {
  _spawnFfmpeg(args: readonly string[], options: object, onSpawn: unknown, onEnd: EndCallback): void;
}
const NO_LINES: Lines = { get: () => '' };

/**
 * When a child cannot be spawned (no such file, too many open files) fluent-ffmpeg reads its messages, of which there
 * are none, and throws where nobody can catch it; so none are handed to it, and the error takes its usual way.
 */
function reportFailedSpawns(command: ffmpeg.FfmpegCommand): void {
  const internals = command as unknown as SpawnInternals;
  const spawn = internals._spawnFfmpeg.bind(command);
  internals._spawnFfmpeg = (args, options, onSpawn, onEnd) => {
    const end: EndCallback = (error, stdout = NO_LINES, stderr = NO_LINES) => onEnd(error, stdout, stderr);
    try {
      spawn(args, options, onSpawn, end);
    } catch (cause) {
      end(new Error('no process could be started; are there too many, or too many open files?', { cause }));
    }
  };
}

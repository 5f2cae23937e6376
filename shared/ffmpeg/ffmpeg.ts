import type { ChildProcess, StdioOptions } from 'node:child_process';
import { platform } from 'node:os';
import { Readable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import { StreamerError, toStreamerError } from '../errors.js';
import { toPrintable } from '../protocol/printable.js';
import { redactText, secretsOf } from '../redact.js';
import type { ByteSink } from './byte-sink.js';
import { feedChild } from './child-input.js';
import { ChildMessages } from './child-messages.js';
import { openChildOutput } from './child-output.js';
import type { ChildOutput } from './child-output.js';

export type { ByteSink } from './byte-sink.js';

/**
 * A file, URL or device; a stream is fed to FFmpeg's standard input and stays open when FFmpeg leaves it. A function is
 * asked at the start; with what it rejects, the child ends without having begun.
 */
export type FfmpegInput = string | Readable | (() => Promise<PreparedInput>);

/** An input that was looked at just before the child opens it. */
export interface PreparedInput {
  /** A file, URL or device. */
  readonly input: string;
  /** The child's environment; that of this process where there is none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What FFmpeg makes beside its output. Both are made at the pace of the slower reader. */
export interface SecondOutput {
  /** Options before the output: streams, filters, codec, format. */
  readonly options: readonly string[];
  readonly sink: ByteSink;
}

/** What FFmpeg is asked to do. Every argument stays one array element: nothing passes through a shell. */
export interface FfmpegRequest {
  readonly ffmpegPath: string;
  readonly input: FfmpegInput;
  /** Options before `-i`, such as a format, a protocol whitelist or a seek position. */
  readonly inputOptions: readonly string[];
  /** Options between the input and the output: streams, filters, codec, format. */
  readonly outputOptions: readonly string[];
  /** A file, which is overwritten, or what takes the standard output. */
  readonly output: string | ByteSink;
  /** A second output of the same child, on its descriptor 3, which is there from FFmpeg's start to its end. */
  readonly secondOutput?: SecondOutput;
  /** The input as messages name it, without secrets. */
  readonly shownInput: string;
  /**
   * Whether it stays when Ctrl+C reaches the processes of the terminal, so that it can be given the rest of its input; on
   * Windows it does not. False by default.
   */
  readonly outlivesInterrupt?: boolean;
  /**
   * How long it may take, when it is stopped, to say goodbye to the other end of its connection; a camera that is not
   * told goes on sending by UDP for a minute. 0, the default, kills it at once.
   */
  readonly goodbyeMs?: number;
  /** When given, FFmpeg tells what it finds and does, and each line comes here: printable, bounded, without secrets. */
  readonly onLogLine?: (line: string) => void;
  /**
   * Called once, when the child is gone, or could not be started: with FFMPEG_FAILED, or null when it came to its normal
   * end or was stopped. The end of the sink may come before or after it, since bytes may wait for their turn.
   */
  readonly onExit: (error: StreamerError | null) => void;
}

/** A running FFmpeg child. */
export interface FfmpegRun {
  /** Null before it was started, and when it could not be. */
  readonly pid: number | null;
  /** Goes on filling the sinks after one said that it takes no more; else does nothing. */
  resume(): void;
  /** Kills the child; resolves when it is gone. From now on no sink is filled or ended. Idempotent. */
  stop(): Promise<void>;
}

const SECOND_DESCRIPTOR = 3;

/** Starts FFmpeg. Never throws: what goes wrong is told to `onExit`, later than this returns. */
export function startFfmpeg(request: FfmpegRequest): FfmpegRun {
  const child = new FfmpegChild(request);
  void child.start();
  return child;
}

class FfmpegChild implements FfmpegRun {
  private readonly messages: ChildMessages;
  private process: ChildProcess | null = null;
  private output: ChildOutput | null = null;
  private second: ChildOutput | null = null;
  private input: string | Readable;
  private env: PreparedInput['env'];
  private inputError: Error | null = null;
  private isStopping = false;
  /** Ends the waiting for an input that is asked for: a name that nobody resolves must not hold up the end. */
  private stopPreparing: () => void = () => undefined;
  private tellGone: () => void = () => undefined;
  private readonly gone = new Promise<void>((resolve) => (this.tellGone = resolve));

  constructor(private readonly request: FfmpegRequest) {
    this.messages = new ChildMessages(request.onLogLine);
    this.input = typeof request.input === 'function' ? '' : request.input;
  }

  get pid(): number | null {
    return this.process?.pid ?? null;
  }

  async start(): Promise<void> {
    const { input, output, secondOutput } = this.request;
    if (typeof output !== 'string') this.output = await openChildOutput(output);
    if (secondOutput) this.second = await openChildOutput(secondOutput.sink);
    const refusal = typeof input === 'function' && !this.isStopping ? await this.prepareInput(input) : null;
    if (!this.isStopping && !refusal) return this.run();
    if (this.isStopping) this.closeOutputs();
    else this.beginOutputs(null);
    this.request.onExit(this.isStopping ? null : refusal);
    this.tellGone();
  }

  resume(): void {
    this.output?.resume();
    this.second?.resume();
  }

  stop(): Promise<void> {
    const { goodbyeMs = 0 } = this.request;
    if (goodbyeMs > 0 && !this.isStopping) this.sayGoodbye(goodbyeMs);
    else if (goodbyeMs === 0) this.kill();
    this.isStopping = true;
    this.stopPreparing();
    this.closeOutputs();
    return this.gone;
  }

  private beginOutputs(child: ChildProcess | null): void {
    this.output?.begin(child?.stdout ?? null);
    const second = child?.stdio[SECOND_DESCRIPTOR];
    this.second?.begin(second instanceof Readable ? second : null);
  }

  private closeOutputs(): void {
    this.output?.close();
    this.second?.close();
  }

  /** Resolves with the reason why there is nothing to open, if there is one; without one at a stop. */
  private async prepareInput(prepare: () => Promise<PreparedInput>): Promise<StreamerError | null> {
    const stopped = new Promise<null>((resolve) => (this.stopPreparing = () => resolve(null)));
    try {
      const prepared = await Promise.race([prepare(), stopped]);
      if (prepared) ({ input: this.input, env: this.env } = prepared);
      return null;
    } catch (error) {
      return toStreamerError(error);
    }
  }

  private sayGoodbye(goodbyeMs: number): void {
    this.process?.kill('SIGTERM');
    const limit = setTimeout(() => this.kill(), goodbyeMs);
    void this.gone.then(() => clearTimeout(limit));
  }

  private kill(): void {
    // SIGKILL, since a decoder that waits for its reader would not see a gentler signal, and it has nothing to clean up.
    this.process?.kill('SIGKILL');
    // Where the program is a script, a child of its own may live on and keep this open.
    this.process?.stderr?.destroy();
  }

  private run(): void {
    const { input } = this;
    const { inputOptions, outputOptions, output, secondOutput, onLogLine } = this.request;
    if (typeof input === 'string') this.messages.hide(secretsOf(input));
    const command = ffmpeg();
    this.takeOver(command as unknown as CommandInternals);
    command
      .input(typeof input === 'string' ? input : 'pipe:0')
      .inputOptions('-hide_banner', '-nostdin', '-nostats', '-loglevel', onLogLine ? 'info' : 'error', ...inputOptions)
      .outputOptions('-y', ...outputOptions)
      .output(typeof output === 'string' ? output : 'pipe:1');
    if (secondOutput) command.output(`pipe:${SECOND_DESCRIPTOR}`).outputOptions(...secondOutput.options);
    command
      .on('end', () => this.onExit(null))
      .on('error', (error: Error) => this.onExit(error))
      .run();
  }

  /** Has the child spawned as it is needed here, and spares the two children that would ask FFmpeg what it can do. */
  private takeOver(command: CommandInternals): void {
    const spawn = command._spawnFfmpeg.bind(command);
    command._checkCapabilities = (callback) => callback(null);
    command.availableEncoders = (callback) => callback(null, {});
    // Its own way keeps the path for all commands at once.
    command._getFfmpegPath = (callback) => callback(null, this.request.ffmpegPath);
    command._spawnFfmpeg = (args, options, onSpawn, onEnd) => {
      // When a child cannot be spawned there are no lines, but they are read all the same.
      const end: EndCallback = (error, stdout = NO_LINES, stderr = NO_LINES) => onEnd(error, stdout, stderr);
      if (this.isStopping) return end(null);
      try {
        spawn(
          args,
          { ...options, captureStdout: false, stdio: this.stdio(), detached: this.isDetached, env: this.env },
          (process, stdout, stderr) => {
            this.onSpawn(process, stderr);
            onSpawn(process, stdout, stderr);
          },
          end,
        );
      } catch (cause) {
        end(new Error('no process could be started; are there too many, or too many open files?', { cause }));
      }
      this.beginOutputs(this.pid === null ? null : this.process);
    };
  }

  /** In a process group of its own, which on Windows would mean a window of its own. */
  private get isDetached(): boolean {
    return this.request.outlivesInterrupt === true && platform() !== 'win32';
  }

  private stdio(): StdioOptions {
    const { input } = this;
    const standard = [typeof input === 'string' ? 'ignore' : 'pipe', this.output?.stdio ?? 'ignore', 'pipe'] as const;
    return this.second ? [...standard, this.second.stdio] : [...standard];
  }

  private onSpawn(process: ChildProcess, stderr: Lines): void {
    this.process = process;
    // The lines of fluent-ffmpeg can be of any length.
    stderr.append = (text) => this.messages.append(text);
    stderr.close = () => this.messages.close();
    const { input } = this;
    if (typeof input === 'string' || !process.stdin || process.pid === undefined) return;
    feedChild(input, process.stdin, (error) => (this.inputError = error));
  }

  /** Called once: fluent-ffmpeg has it that way. */
  private onExit(error: Error | null): void {
    this.request.onExit(this.isStopping ? null : this.toError(error));
    this.tellGone();
  }

  private toError(error: Error | null): StreamerError | null {
    if (!error && !this.inputError) return null;
    const brokenInput = this.inputError && `its input broke off (${redactText(this.inputError.message)})`;
    const reason = brokenInput ?? this.reasonOf(error);
    return new StreamerError('FFMPEG_FAILED', toPrintable(`FFmpeg failed on ${this.request.shownInput}: ${reason}`), {
      // Not the error itself: it can hold the arguments, and these a password.
      cause: new Error([error?.message ?? reason, ...this.messages.lines].join('\n')),
    });
  }

  /** A child that was killed, or never ran, did not say why. */
  private reasonOf(error: Error | null): string {
    const saidWhy = this.process?.exitCode ? this.messages.reason : null;
    return saidWhy ?? error?.message.replace(/: $/, '') ?? '';
  }
}

/** What fluent-ffmpeg keeps of a child's output. */
interface Lines {
  append(text: string): void;
  close(): void;
  get(): string;
}
type SpawnCallback = (process: ChildProcess, stdout: Lines, stderr: Lines) => void;
type EndCallback = (error: Error | null, stdout?: Lines, stderr?: Lines) => void;
type Answer<T> = (callback: (error: Error | null, answer?: T) => void) => void;

/** The steps of a command of fluent-ffmpeg that are not part of its interface, but can be replaced. */
interface CommandInternals {
  _checkCapabilities: Answer<never>;
  availableEncoders: Answer<object>;
  _getFfmpegPath: Answer<string>;
  _spawnFfmpeg(args: readonly string[], options: object, onSpawn: SpawnCallback, onEnd: EndCallback): void;
}
const NO_LINES: Lines = { append: () => undefined, close: () => undefined, get: () => '' };

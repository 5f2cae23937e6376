import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { ChildMessages } from '../../shared/ffmpeg/child-messages.js';
import { pause } from '../../shared/pause.js';
import { ChildGuard } from '../../shared/child-guard.js';

/** What one MediaMTX is started with. */
export interface MediamtxChildOptions {
  readonly binaryPath: string;
  /** Text of the configuration file. */
  readonly config: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether it works by now. */
  isReady(): Promise<boolean>;
  /** A line of its log: printable, bounded. */
  onLine(line: string): void;
}

const START_LIMIT_US = 15_000_000;
const READY_POLL_US = 50_000;
/** It needs a few milliseconds. */
const STOP_LIMIT_US = 1_000_000;
/** So long after its end its log is read on, and what it started may go by itself. */
const REST_LIMIT_US = 300_000;

/** One run of MediaMTX. */
export class MediamtxChild {
  /** Resolves when it is gone, with its last words, or what became of it. */
  readonly gone: Promise<string>;
  private readonly guard: ChildGuard;
  private hasEnded = false;

  private constructor(
    private readonly child: ChildProcess,
    messages: ChildMessages,
    private readonly clock: Clock,
  ) {
    this.guard = new ChildGuard(child);
    this.gone = new Promise((resolve) => {
      // Of one that could not be started there is no `close`.
      child.once('error', (error) => resolve(this.ended(error.message)));
      child.once('exit', () => this.endRest());
      child.once('close', (code, signal) => {
        messages.close();
        resolve(this.ended(lastWords(messages) ?? (signal === null ? `exit code ${code}` : `signal ${signal}`)));
      });
    });
  }

  /**
   * Starts it and waits until it works. Its configuration is no longer on the disk then.
   *
   * @throws {StreamerError} MEDIAMTX_FAILED when it ends instead, does not work within 15 s, or `signal` is aborted;
   *   nothing is left running.
   */
  static async start(options: MediamtxChildOptions, clock: Clock, signal: AbortSignal): Promise<MediamtxChild> {
    const folder = await mkdtemp(join(tmpdir(), 'frame-streamer-mediamtx-'));
    try {
      const configPath = join(folder, 'mediamtx.yml');
      await writeFile(configPath, options.config, { mode: 0o600 });
      const child = MediamtxChild.spawn(options, configPath, clock);
      await child.untilReady(options, signal);
      return child;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private static spawn(options: MediamtxChildOptions, configPath: string, clock: Clock): MediamtxChild {
    const process = spawn(options.binaryPath, [configPath], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: cleaned(options.env),
      // Ctrl+C in the terminal is for us: it ends after the streams that it is sent.
      detached: platform() !== 'win32',
      windowsHide: true,
    });
    const messages = new ChildMessages((line) => options.onLine(line));
    for (const output of [process.stdout, process.stderr])
      output.setEncoding('utf8').on('data', (text: string) => messages.append(text));
    return new MediamtxChild(process, messages, clock);
  }

  /** Null when it could not be started. */
  get pid(): number | null {
    return this.child.pid ?? null;
  }

  /** Ends it, by force when that takes longer than a second; resolves when it is gone. Idempotent. */
  async stop(): Promise<void> {
    if (!this.hasEnded) await this.guard.end(this.gone, this.clock, STOP_LIMIT_US);
  }

  /** Its log ends after it, but not while anything that it started holds on to that. */
  private endRest(): void {
    this.guard.signal('SIGTERM');
    const cancel = this.clock.schedule(REST_LIMIT_US, () => {
      this.guard.release();
      this.child.stdout?.destroy();
      this.child.stderr?.destroy();
    });
    this.child.once('close', () => {
      cancel();
      // What closed its log may be there all the same.
      this.guard.release();
    });
  }

  private ended(reason: string): string {
    this.hasEnded = true;
    return reason;
  }

  private async untilReady(options: MediamtxChildOptions, signal: AbortSignal): Promise<void> {
    const reason = await this.whyNotReady(options, signal);
    if (reason === null) return;
    await this.stop();
    throw new StreamerError('MEDIAMTX_FAILED', `MediaMTX does not start: ${reason}.`);
  }

  private async whyNotReady(options: MediamtxChildOptions, signal: AbortSignal): Promise<string | null> {
    const dueUs = this.clock.nowUs() + START_LIMIT_US;
    const gone = new AbortController();
    void this.gone.then(() => gone.abort());
    const over = AbortSignal.any([signal, gone.signal]);
    while (!over.aborted && this.clock.nowUs() < dueUs) {
      // Asked before the child: what answers while that is gone is another one on its port.
      if ((await options.isReady()) && !this.hasEnded) return null;
      await pause(this.clock, READY_POLL_US, over);
    }
    if (signal.aborted) return 'its start was broken off';
    return this.hasEnded ? this.gone : 'it does not answer';
  }
}

/** Variables of that name would change its configuration. */
function cleaned(env: MediamtxChildOptions['env']): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(MTX|RTSP)_/i.test(name)));
}

/** What it says last where it fails is an error; else it only says that it goes. */
function lastWords(messages: ChildMessages): string | null {
  const line = messages.lines.findLast((text) => /\bERR:? /.test(text)) ?? messages.reason;
  return line?.replace(/^.*?\bERR:? /, '').replace(/\.$/, '') ?? null;
}

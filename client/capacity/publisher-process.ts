import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { platform } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.js';
import { ChildGuard } from '../../shared/child-guard.js';
import { StreamerError } from '../../shared/errors.js';
import { ChildMessages } from '../../shared/ffmpeg/child-messages.js';
import { untilStopped } from '../../shared/until-stopped.js';
import { PACKAGE_ROOT } from '../../shared/package-info.js';
import { PublisherApi } from './publisher-api.js';

/** What is published, and from where. */
export interface PublisherOptions {
  /** `rtsp://host:8554/prefix`; each stream is a path below it. */
  readonly to: string;
  /** Files or patterns, in turn; empty for the bundled sample. */
  readonly videos: readonly string[];
  readonly maxStreams: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user stops: it is not waited for then. */
  readonly signal: AbortSignal;
}

/** Videos that are not prepared yet are encoded once, which takes its time. */
const START_LIMIT_US = 120_000_000;
/** It writes no report, so all it has to do is to say goodbye to the RTSP server. */
const STOP_LIMIT_US = 3_000_000;

const SERVER_MAIN = join(PACKAGE_ROOT, 'dist', 'server', 'main.js');
const LISTENING = /"httpPort":(\d{1,5})\b.*"listening"/;

/** `streamer-server publish` as a child of this process, without streams at first; it ends with us, however we end. */
export class PublisherProcess {
  private readonly guard: ChildGuard;
  private readonly gone: Promise<void>;
  private hasEnded = false;

  private constructor(
    private readonly child: ChildProcess,
    readonly api: PublisherApi,
    private readonly clock: Clock,
  ) {
    this.guard = new ChildGuard(child);
    this.gone = new Promise((resolve) => {
      const end = () => {
        this.hasEnded = true;
        this.guard.release();
        resolve();
      };
      child.once('error', end).once('close', end);
    });
  }

  /**
   * Starts it and waits until its API answers.
   *
   * @param serverMain the built server; a test may have another one
   * @throws {StreamerError} PUBLISH_IMPOSSIBLE when it ends instead or takes too long, with its last words;
   * CLIENT_CLOSING when the user stopped it.
   */
  static async start(options: PublisherOptions, clock: Clock, serverMain = SERVER_MAIN): Promise<PublisherProcess> {
    // Whoever is on this machine could start and stop streams without one, and spoil the measurement.
    const token = randomBytes(24).toString('base64url');
    const child = fork(serverMain, argumentsOf(options), {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
      env: { ...options.env, STREAMER_PUBLISH_TO: options.to, STREAMER_TOKEN: token, STREAMER_ADMIN_TOKEN: token },
      // Ctrl+C in the terminal is for us, and the child ends when we are done with it.
      detached: platform() !== 'win32',
    });
    const api = new PublisherApi(token, clock);
    const publisher = new PublisherProcess(child, api, clock);
    const failure = await untilStopped(publisher.whyNotListening(), options.signal);
    if (failure === null && !options.signal.aborted) return publisher;
    await publisher.stop();
    if (options.signal.aborted) throw new StreamerError('CLIENT_CLOSING', 'Stopped before the publisher was ready.');
    throw new StreamerError('PUBLISH_IMPOSSIBLE', `streamer-server publish does not start: ${failure}`);
  }

  /** Null when it could not be started. */
  get pid(): number | null {
    return this.child.pid ?? null;
  }

  /** Ends it with all its streams, by force where that takes too long; resolves when it is gone. Idempotent. */
  async stop(): Promise<void> {
    if (!this.hasEnded) await this.guard.end(this.gone, this.clock, STOP_LIMIT_US);
  }

  /** Null once it listens. */
  private async whyNotListening(): Promise<string | null> {
    let heard: () => void = () => undefined;
    let late: () => void = () => undefined;
    const messages = new ChildMessages((line) => {
      const [, port] = LISTENING.exec(line) ?? [];
      if (port === undefined) return;
      this.api.port = Number(port);
      heard();
    });
    for (const output of [this.child.stdout, this.child.stderr])
      output?.setEncoding('utf8').on('data', (text: string) => messages.append(text));
    const cancel = this.clock.schedule(START_LIMIT_US, () => late());
    const reason = await Promise.race([
      new Promise<null>((resolve) => (heard = () => resolve(null))),
      new Promise<string>((resolve) => (late = () => resolve('it takes longer than two minutes.'))),
      this.gone.then(() => messages.lines.at(-1) ?? 'it ended at once.'),
    ]);
    cancel();
    return reason;
  }
}

/** Limits of the machine are ours to judge: a publisher that ends streams by itself would be taken for a limit. */
function argumentsOf({ videos, maxStreams }: PublisherOptions): string[] {
  return [
    'publish',
    ...['--streams', '0', '--max-streams', String(maxStreams)],
    ...['--http-port', '0', '--host', '127.0.0.1'],
    ...['--max-cpu-percent', '100', '--max-memory-percent', '100'],
    ...['--report', 'off', '--plain', '--log-level', 'info'],
    ...videos.flatMap((video) => ['--video', video]),
  ];
}

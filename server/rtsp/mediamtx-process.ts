import { randomBytes } from 'node:crypto';
import { Backoff } from '../../shared/backoff.js';
import type { Clock } from '../../shared/clock.js';
import { toStreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { pause } from '../../shared/pause.js';
import { MediamtxApi } from './mediamtx-api.js';
import { MediamtxChild } from './mediamtx-child.js';
import { API_HOST, type MediamtxUser, hostAndPort, mediamtxConfig } from './mediamtx-config.js';
import { MediamtxLog } from './mediamtx-log.js';
import { freeMediamtxPorts, type MediamtxPorts } from './mediamtx-ports.js';

/** How MediaMTX is to be run. */
export interface MediamtxOptions {
  /** See `findMediamtx`. */
  readonly binaryPath: string;
  /** Address it listens on for players, such as 127.0.0.1 or 0.0.0.0. */
  readonly host: string;
  /** Password of the user `viewer` that players need; null lets everybody who reaches `host` watch. */
  readonly viewerPassword: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What it takes from its surroundings; the signal breaks off the start. */
export interface MediamtxParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}

/** Addresses of one stream for players, without credentials. */
export interface MediamtxReadUrls {
  readonly rtsp: string;
  /** Pages with a player; the playlist is `index.m3u8` under that of HLS, and WHEP is `whep` under that of WebRTC. */
  readonly hls: string;
  readonly webrtc: string;
  readonly srt: string;
}

/** Who may read where there is a password. */
export const VIEWER = 'viewer';

const OWNER = 'frame-streamer';
const START_ATTEMPTS = 5;
/** After so long the next failure is a new one. */
const STABLE_US = 10_000_000;

/**
 * Starts MediaMTX on free ports, and keeps it running on them until it is stopped.
 *
 * @throws {StreamerError} MEDIAMTX_FAILED when it does not start, LISTEN_FAILED when it cannot listen on the host.
 */
export async function startMediamtx(options: MediamtxOptions, parts: MediamtxParts): Promise<MediamtxProcess> {
  const owner = { user: OWNER, password: randomBytes(24).toString('base64url') };
  for (let attempt = 1; ; attempt++) {
    const process = new MediamtxProcess(options, await freeMediamtxPorts(options.host), owner, parts);
    try {
      await process.start(parts.signal ?? new AbortController().signal);
      return process;
    } catch (error) {
      // A port that was free may be taken by the time that MediaMTX listens on it.
      if (attempt === START_ATTEMPTS || !/address already in use|Only one usage/.test(String(error))) throw error;
    }
  }
}

/** A MediaMTX that is started again, on the same ports, when it ends by itself. */
export class MediamtxProcess {
  /** Says what is published and read. */
  readonly api: MediamtxApi;
  /** Where to publish: an RTSP address without a path, with the credentials that this needs. */
  readonly rtspUrl: string;
  private readonly log: MediamtxLog;
  private readonly backoff = new Backoff();
  private readonly stopping = new AbortController();
  private child: MediamtxChild | null = null;
  private supervision: Promise<void> = Promise.resolve();

  /** Use `startMediamtx`. */
  constructor(
    private readonly options: MediamtxOptions,
    private readonly ports: MediamtxPorts,
    private readonly owner: MediamtxUser,
    private readonly parts: MediamtxParts,
  ) {
    const { clock, logger } = parts;
    this.api = new MediamtxApi(`http://${hostAndPort(API_HOST, ports.api)}`, owner, clock);
    const rtsp = hostAndPort(reachable(options.host), ports.rtsp);
    this.rtspUrl = `rtsp://${owner.user}:${owner.password}@${rtsp}`;
    this.log = new MediamtxLog(logger, clock);
  }

  /** Null while it does not run. */
  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  /** Where players find what is published as `path`. Where the server listens on every address, those of this machine. */
  readUrls(path: string): MediamtxReadUrls {
    const host = reachable(this.options.host);
    const { rtsp, hls, webrtc, srt } = this.ports;
    return {
      rtsp: `rtsp://${hostAndPort(host, rtsp)}/${path}`,
      hls: `http://${hostAndPort(host, hls)}/${path}/`,
      webrtc: `http://${hostAndPort(host, webrtc)}/${path}/`,
      srt: `srt://${hostAndPort(host, srt)}?streamid=read:${path}`,
    };
  }

  /** The first start; from then on it is kept running. Throws as `startMediamtx` does. */
  async start(signal: AbortSignal): Promise<void> {
    this.child = await this.startChild(signal);
    this.supervision = this.supervise();
  }

  /** Ends it for good; resolves when it is gone. Idempotent. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.child?.stop();
    await this.supervision;
  }

  private async supervise(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      const startedUs = this.parts.clock.nowUs();
      const reason = await this.child?.gone;
      this.child = null;
      if (signal.aborted) return;
      this.parts.logger.warn({ code: 'MEDIAMTX_FAILED', reason }, 'MediaMTX ended; it is started again');
      if (this.parts.clock.nowUs() - startedUs >= STABLE_US) this.backoff.reset();
      while (!this.child) {
        await pause(this.parts.clock, Math.round(this.backoff.nextDelayMs() * 1000), signal);
        if (signal.aborted) return;
        this.child = await this.tryAgain(signal);
        if (signal.aborted) await this.child?.stop();
      }
    }
  }

  private async tryAgain(signal: AbortSignal): Promise<MediamtxChild | null> {
    const { logger } = this.parts;
    try {
      const child = await this.startChild(signal);
      logger.info('MediaMTX runs again');
      return child;
    } catch (thrown) {
      if (signal.aborted) return null;
      const { code, message } = toStreamerError(thrown, 'MEDIAMTX_FAILED');
      logger.warn({ code }, message);
      return null;
    }
  }

  private startChild(signal: AbortSignal): Promise<MediamtxChild> {
    const { binaryPath, host, viewerPassword, env } = this.options;
    const viewer = viewerPassword === null ? null : { user: VIEWER, password: viewerPassword };
    const { ports, owner } = this;
    const options = {
      ...{ binaryPath, env },
      config: mediamtxConfig({ host, ports, owner, viewer }),
      isReady: async () => (await this.api.paths()) !== null,
      onLine: (line: string) => this.log.write(line),
    };
    return MediamtxChild.start(options, this.parts.clock, signal);
  }
}

/** An address that a connection can be made to, for one that is listened on. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import { credentialsOf } from '../../shared/auth/http-auth.js';
import { redactUrl } from '../../shared/redact.js';
import { parseRtspTarget } from '../../shared/rtsp/rtsp-target.js';
import { MediamtxApi } from '../rtsp/mediamtx-api.js';
import { findMediamtx } from '../rtsp/mediamtx-binary.js';
import { hostAndPort } from '../rtsp/mediamtx-config.js';
import { startMediamtx } from '../rtsp/mediamtx-process.js';
import type { MediamtxProcess } from '../rtsp/mediamtx-process.js';
import type { FleetMember } from './fleet-status.js';
import type { PublishConfig } from './publish-config.js';
import { pathPrefix, ServerWatch } from './server-watch.js';

/** What it takes from its surroundings; the signal breaks off the start. */
export interface LinkParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Where MediaMTX has its API unless it is told otherwise. */
const USUAL_API_PORT = 9997;

/** The RTSP server that a fleet publishes to: one that is there, or one that is started for it. */
export class RtspServerLink {
  private constructor(
    /** Where to publish, credentials included. */
    readonly to: string,
    private readonly watch: ServerWatch | null,
    private readonly mediamtx: MediamtxProcess | null,
  ) {}

  /**
   * @throws {StreamerError} as `findMediamtx` and `startMediamtx` do, where a server is to be started; else as
   *   `parseRtspTarget` does.
   */
  static async open(config: PublishConfig, parts: LinkParts): Promise<RtspServerLink> {
    const mediamtx = config.mediamtx ? await startOwn(parts) : null;
    const to = mediamtx?.rtspUrl ?? config.to;
    const api = mediamtx?.api ?? apiOf(config, parts.clock);
    const watch = api && new ServerWatch(api, pathPrefix(to), parts.clock);
    void watch?.start();
    return new RtspServerLink(to, watch, mediamtx);
  }

  /** Without secrets. */
  get shownUrl(): string {
    return redactUrl(this.to);
  }

  /** What the server says of the paths of the fleet, by the names of its streams; null where it cannot be asked. */
  get paths(): ReadonlyMap<string, NonNullable<FleetMember['server']>> | null {
    return this.watch?.paths ?? null;
  }

  async close(): Promise<void> {
    this.watch?.stop();
    await this.mediamtx?.stop();
  }
}

async function startOwn({ clock, logger, env, signal }: LinkParts): Promise<MediamtxProcess> {
  const options = { binaryPath: await findMediamtx(env), host: '127.0.0.1', viewerPassword: null, env };
  const mediamtx = await startMediamtx(options, { clock, logger, signal });
  logger.info({ ...mediamtx.readUrls('stream-001') }, 'MediaMTX runs; the first stream can be read there');
  return mediamtx;
}

function apiOf({ apiUrl, to }: PublishConfig, clock: Clock): MediamtxApi | null {
  if (apiUrl === null) return null;
  if (apiUrl === 'auto') return new MediamtxApi(usualApi(to), null, clock);
  const url = new URL(apiUrl);
  const credentials = credentialsOf(url);
  const user = credentials && { user: credentials.username, password: credentials.password };
  return new MediamtxApi(url.origin, user, clock);
}

function usualApi(to: string): string {
  return `http://${hostAndPort(parseRtspTarget(to).host, USUAL_API_PORT)}`;
}

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Certificate } from './certificate.js';
import { requirePart } from './real-parts.js';
import { type Credentials, RtspServer } from './rtsp-server.js';
import { ToolProcess } from './tool-process.js';

/** What can be chosen about a server; everything may be left out. */
export interface GortsplibOptions {
  /** To come back where another server was; a free one is the default. */
  readonly port?: number;
  /** RTP over UDP besides TCP; not with a certificate. */
  readonly udp?: boolean;
  /** Makes it a server of RTSPS. */
  readonly certificate?: Certificate;
  /** Who may read, with no colon in the password, which gortsplib takes in none; everybody may publish. */
  readonly credentials?: Credentials;
  /** How far the clock of its RTCP sender reports is ahead of this machine's. */
  readonly clockOffsetMs?: number;
  /** Time between sender reports, 1000 ms unless said; 0 sends none. */
  readonly reportEveryMs?: number;
}

const SOURCES = fileURLToPath(new URL('../tools/rtsp-server/', import.meta.url));
const DEFAULT_CACHE = fileURLToPath(new URL('../../node_modules/.cache/frame-streamer/', import.meta.url));
const BUILD_LIMIT_MS = 300_000;
const USUAL_GO_FOLDERS = ['/usr/local/go/bin', '/usr/lib/go/bin'];

/** Whether tests may use `startGortsplibServer`; the first time it builds the server, which takes up to a minute. */
export function requireGortsplibServer(): boolean {
  return requirePart('an RTSP server', serverPath() !== null, 'install Go 1.19 or newer, and let it load modules once');
}

/**
 * Starts the server built on gortsplib (the library under MediaMTX): it passes on to readers what somebody publishes,
 * on any path. For RTSP as most of today's software speaks it.
 *
 * @throws {Error} with the server's own words when it does not start.
 */
export async function startGortsplibServer(options: GortsplibOptions = {}): Promise<RtspServer> {
  const path = serverPath();
  if (path === null) throw new Error('there is no RTSP server; ask requireGortsplibServer first');
  const tool = await ToolProcess.start(path, argumentsFor(options));
  return new RtspServer(tool, options.certificate ? 'rtsps' : 'rtsp', options.credentials);
}

function argumentsFor({ port, udp, certificate, credentials, clockOffsetMs, reportEveryMs }: GortsplibOptions) {
  return [
    ...(port === undefined ? [] : ['-port', `${port}`]),
    ...(udp === true ? ['-udp'] : []),
    ...(certificate ? ['-cert', certificate.certPath, '-key', certificate.keyPath] : []),
    ...(credentials ? ['-user', credentials.user, '-password', credentials.password, '-auth', credentials.scheme] : []),
    ...(clockOffsetMs === undefined ? [] : ['-clock-offset', `${clockOffsetMs}ms`]),
    ...(reportEveryMs === undefined ? [] : ['-report-every', `${reportEveryMs}ms`]),
  ];
}

let builtPath: string | null | undefined;

function serverPath(): string | null {
  // Not `??=`: one that could not be built is not tried again.
  if (builtPath === undefined) builtPath = buildServer();
  return builtPath;
}

/** The program's name tells its sources, so one that is there needs no compiler to see that it is up to date. */
function buildServer(): string | null {
  const folder = process.env.FRAME_STREAMER_TOOLS ?? DEFAULT_CACHE;
  const path = join(folder, `rtsp-server-${sourcesHash()}`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  // Several test files may build at the same time: each makes its own file, and all of them are right.
  const partial = `${path}.${process.pid}`;
  const { status, error, stderr } = spawnSync('go', ['build', '-o', partial, '.'], {
    cwd: SOURCES,
    encoding: 'utf8',
    timeout: BUILD_LIMIT_MS,
    env: { ...process.env, PATH: [process.env.PATH, ...USUAL_GO_FOLDERS].join(delimiter) },
  });
  if (status === 0) {
    renameSync(partial, path);
    return path;
  }
  console.warn(`the RTSP server could not be built: ${error?.message ?? stderr}`);
  rmSync(partial, { force: true });
  return null;
}

function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(SOURCES).sort()) hash.update(name).update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex').slice(0, 16);
}

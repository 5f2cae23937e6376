import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freeTcpPort, freeUdpPort } from './free-port.js';
import { mediamtxPath } from './mediamtx-build.js';

export { requireMediamtx } from './mediamtx-build.js';

/** What can be chosen about a server; everything may be left out. */
export interface MediamtxOptions {
  /** Who may publish and read; everybody by default. The API is open to loopback in any case. */
  readonly credentials?: MediamtxCredentials;
  /** How RTSP asks for them: `basic` unless said. */
  readonly authMethods?: readonly ('basic' | 'digest')[];
  /** Readers of one path, of all protocols. */
  readonly maxReaders?: number;
  /** RTP over UDP besides TCP. */
  readonly udp?: boolean;
  /** More settings at the top level of mediamtx.yml, in its words; they win over those made here. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** MediaMTX takes letters, digits and `!$()*+.;<=>[]^_-"@#&` in them, and no others. */
export interface MediamtxCredentials {
  readonly user: string;
  readonly password: string;
}

/** What the API of MediaMTX says of a path; there is more in it. */
export interface MediamtxPath {
  readonly name: string;
  readonly ready: boolean;
  readonly tracks: readonly string[];
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly readers: readonly { readonly type: string; readonly id: string }[];
}

interface Ports {
  readonly api: number;
  readonly rtsp: number;
  readonly rtmp: number;
  readonly hls: number;
  readonly webrtc: number;
  readonly ice: number;
  readonly srt: number;
  readonly rtp: number;
}

const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 5000;
const START_ATTEMPTS = 5;
const POLL_MS = 20;

/**
 * Starts a real MediaMTX on free ports of loopback with RTSP (over TCP), RTMP, HLS, WebRTC, SRT and its API; any path may
 * be published. Ask `requireMediamtx` first.
 *
 * @throws {Error} with its own words when it does not start.
 */
export async function startMediamtx(options: MediamtxOptions = {}): Promise<MediamtxServer> {
  for (let attempt = 1; ; attempt++) {
    const server = new MediamtxServer(await choosePorts(), options);
    try {
      await server.start();
      return server;
    } catch (error) {
      // A port that was free may be taken by the time that MediaMTX listens on it.
      if (attempt === START_ATTEMPTS || !/address already in use/.test(String(error))) throw error;
    }
  }
}

/** A MediaMTX that can be killed and started again on the same ports. */
export class MediamtxServer {
  private child: ChildProcess | null = null;
  private closed: Promise<unknown> = Promise.resolve();
  private said = '';

  constructor(
    private readonly ports: Ports,
    private readonly options: MediamtxOptions,
  ) {}

  get pid(): number {
    if (!this.child?.pid) throw new Error('MediaMTX is not running');
    return this.child.pid;
  }

  /** The last of what it has logged. */
  get log(): string {
    return this.said;
  }

  get rtspPort(): number {
    return this.ports.rtsp;
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.ports.api}`;
  }

  /** RTSP address of a path, with the credentials that are right, or with those given; null leaves them out. */
  url(path: string, credentials?: MediamtxCredentials | null): string {
    return `rtsp://${this.userInfo(credentials)}127.0.0.1:${this.ports.rtsp}/${path}`;
  }

  /** Where to publish or play over RTMP. */
  rtmpUrl(path: string): string {
    const { user, password } = this.options.credentials ?? {};
    const query = user === undefined ? '' : `?${new URLSearchParams({ user, pass: password ?? '' }).toString()}`;
    return `rtmp://127.0.0.1:${this.ports.rtmp}/${path}${query}`;
  }

  /** Playlist of a path; the address of its folder is a page with a player. */
  hlsUrl(path: string): string {
    return `http://${this.userInfo()}127.0.0.1:${this.ports.hls}/${path}/index.m3u8`;
  }

  /** A page that plays a path over WebRTC. */
  webrtcUrl(path: string): string {
    return `http://${this.userInfo()}127.0.0.1:${this.ports.webrtc}/${path}`;
  }

  /** Where a WebRTC player of its own asks for a path. */
  whepUrl(path: string): string {
    return `${this.webrtcUrl(path)}/whep`;
  }

  /** Where to play over SRT, or to send MPEG-TS to. Nothing is encoded in it, since FFmpeg 5.1 decodes nothing there. */
  srtUrl(path: string, action: 'read' | 'publish' = 'read'): string {
    const { user, password } = this.options.credentials ?? {};
    const id = [action, path, ...(user === undefined ? [] : [user, password])].join(':');
    return `srt://127.0.0.1:${this.ports.srt}?streamid=${id}`;
  }

  /** The paths that somebody publishes or reads, by name. */
  async paths(): Promise<ReadonlyMap<string, MediamtxPath>> {
    const answer = await fetch(`${this.apiUrl}/v3/paths/list?itemsPerPage=1000`);
    const { items } = (await answer.json()) as { items: MediamtxPath[] };
    return new Map(items.map((item) => [item.name, item]));
  }

  /** Resolves with a path when it can be read, or when it is as `holds` wants it. The test's own limit ends it. */
  async untilPath(name: string, holds: (path: MediamtxPath) => boolean = ({ ready }) => ready): Promise<MediamtxPath> {
    for (;;) {
      const path = (await this.paths()).get(name);
      if (path && holds(path)) return path;
      await delay(POLL_MS);
    }
  }

  /** Resolves when nobody publishes the path any more. */
  async untilGone(name: string): Promise<void> {
    while ((await this.paths()).get(name)?.ready) await delay(POLL_MS);
  }

  /**
   * Starts it, for the first time or again on the same ports; resolves when its API answers and it takes publishers.
   *
   * @throws {Error} with its own words when it ends instead.
   */
  async start(): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'mediamtx-test-'));
    try {
      const configPath = join(folder, 'mediamtx.yml');
      // JSON is YAML.
      await writeFile(configPath, JSON.stringify(configFor(this.ports, this.options)));
      await this.startChild(configPath);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Ends it with SIGKILL, as a machine loses its power. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Ends it as it wants to be ended, by force when that takes longer than 5 s; resolves when it is gone. */
  async stop(): Promise<void> {
    const limit = setTimeout(() => this.child?.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.end('SIGTERM').finally(() => clearTimeout(limit));
  }

  private async startChild(configPath: string): Promise<void> {
    const path = mediamtxPath();
    if (path === null) throw new Error('there is no MediaMTX; ask requireMediamtx first');
    this.said = '';
    const child = spawn(path, [configPath], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const output of [child.stdout, child.stderr])
      output.setEncoding('utf8').on('data', (text: string) => (this.said = (this.said + text).slice(-20_000)));
    this.closed = once(child, 'close');
    await once(child, 'spawn');
    this.guard(child);
    const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
    try {
      await this.untilReady(child);
    } finally {
      clearTimeout(limit);
    }
  }

  /** MediaMTX does not notice the end of who started it; this one does, also of a test run that was killed. */
  private guard(child: ChildProcess): void {
    const stdio = ['pipe', 'ignore', 'ignore'] as const;
    const guard = spawn('/bin/sh', ['-c', 'read line || kill -KILL "$0"', `${child.pid}`], { stdio: [...stdio] });
    guard.stdin.on('error', () => {});
    child.once('exit', () => guard.stdin.end('\n'));
  }

  private async untilReady(child: ChildProcess): Promise<void> {
    while (!(await this.isReady())) {
      if (child.exitCode !== null || child.signalCode !== null) {
        await this.closed;
        throw new Error(`MediaMTX did not start; it wrote: ${this.said || 'nothing'}`);
      }
      await delay(POLL_MS);
    }
  }

  /** The API comes last, but whose it is must be sure: another test's could have the port. */
  private async isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.apiUrl}/v3/config/global/get`);
      const { rtspAddress } = (await answer.json()) as { rtspAddress?: string };
      return rtspAddress === `127.0.0.1:${this.ports.rtsp}`;
    } catch {
      return false;
    }
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    this.child?.kill(signal);
    await this.closed;
    this.child = null;
  }

  private userInfo(credentials: MediamtxCredentials | null = this.options.credentials ?? null): string {
    if (credentials === null) return '';
    return `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`;
  }
}

async function choosePorts(): Promise<Ports> {
  const [api, rtsp, rtmp, hls, webrtc] = await Promise.all([
    freeTcpPort(),
    freeTcpPort(),
    freeTcpPort(),
    freeTcpPort(),
    freeTcpPort(),
  ]);
  const [ice, srt, rtp] = await Promise.all([freeUdpPort(), freeUdpPort(), freeUdpPort()]);
  // RTCP has the port after that of RTP, which has to be even.
  return { api, rtsp, rtmp, hls, webrtc, ice, srt, rtp: rtp - (rtp % 2) };
}

function configFor(ports: Ports, { credentials, authMethods, maxReaders, udp, config }: MediamtxOptions): unknown {
  const at = (port: number) => `127.0.0.1:${port}`;
  const media = ['publish', 'read', 'playback'].map((action) => ({ action }));
  return {
    logLevel: 'info',
    authInternalUsers: [
      { user: credentials?.user ?? 'any', pass: credentials?.password ?? '', permissions: media },
      { user: 'any', pass: '', ips: ['127.0.0.1'], permissions: ['api', 'metrics'].map((action) => ({ action })) },
    ],
    ...{ api: true, apiAddress: at(ports.api) },
    ...{ rtspTransports: udp ? ['tcp', 'udp'] : ['tcp'], rtspAddress: at(ports.rtsp) },
    ...{ rtpAddress: at(ports.rtp), rtcpAddress: at(ports.rtp + 1) },
    ...(authMethods && { rtspAuthMethods: authMethods }),
    rtmpAddress: at(ports.rtmp),
    hlsAddress: at(ports.hls),
    ...{ webrtcAddress: at(ports.webrtc), webrtcLocalUDPAddress: at(ports.ice) },
    // No interface but loopback, so that no test depends on the network of the machine.
    ...{ webrtcIPsFromInterfaces: false, webrtcAdditionalHosts: ['127.0.0.1'] },
    srtAddress: at(ports.srt),
    pathDefaults: { maxReaders: maxReaders ?? 0 },
    paths: { all_others: {} },
    ...config,
  };
}

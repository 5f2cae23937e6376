import type { ToolEvent, ToolProcess } from './tool-process.js';

/** Who may read from a server, and how they say it. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
  readonly scheme: 'basic' | 'digest';
}

/** How many there are now, and how many there have been. */
export interface OpenAndTotal {
  readonly open: number;
  readonly total: number;
}

/**
 * A real RTSP server in a process of its own, on a free port of loopback; see the files that start one. What it counts is
 * known here a moment after it happened: wait for it with `untilReaders`.
 */
export class RtspServer {
  constructor(
    protected readonly tool: ToolProcess,
    private readonly protocol: 'rtsp' | 'rtsps',
    private readonly credentials: Credentials | null = null,
  ) {}

  get port(): number {
    return this.tool.events[0]?.['port'] as number;
  }

  get pid(): number {
    return this.tool.pid;
  }

  /** Clients connected, publishers among them. */
  get connections(): OpenAndTotal {
    return this.counted((event) => event.event === 'connections');
  }

  /** The address of a path, with credentials that are right, or with those given; null leaves them out. */
  url(path: string, credentials: Pick<Credentials, 'user' | 'password'> | null = this.credentials): string {
    const user = credentials
      ? `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`
      : '';
    return `${this.protocol}://${user}127.0.0.1:${this.port}/${path}`;
  }

  /** Clients that play a path, by PLAY requests. */
  readers(path: string): OpenAndTotal {
    return this.counted((event) => event.event === 'readers' && event['path'] === path);
  }

  /** Resolves when the readers of a path are as `holds` wants them. */
  async untilReaders(path: string, holds: (readers: OpenAndTotal) => boolean): Promise<void> {
    if (holds(this.readers(path))) return;
    await this.tool.said(
      (event) => event.event === 'readers' && event['path'] === path && holds(openAndTotal(event)),
      this.tool.events.length,
    );
  }

  /** Resolves when packets of a publisher have come for a path. */
  async published(path: string): Promise<void> {
    const isOfPath = (event: ToolEvent) => /^(un)?published$/.test(event.event) && event['path'] === path;
    if (this.tool.latest(isOfPath)?.event === 'published') return;
    await this.tool.said((event) => isOfPath(event) && event.event === 'published', this.tool.events.length);
  }

  /** Stays connected to the readers of a path and sends them nothing more. */
  pause(path: string): void {
    this.tool.order(`pause ${path}`);
  }

  resume(path: string): void {
    this.tool.order(`resume ${path}`);
  }

  /** Disconnects the readers of a path; the server goes on. */
  drop(path: string): void {
    this.tool.order(`drop ${path}`);
  }

  /** Ends it with SIGKILL, as a camera loses its power. */
  async kill(): Promise<void> {
    await this.tool.kill();
  }

  async stop(): Promise<void> {
    await this.tool.stop();
  }

  private counted(matches: (event: ToolEvent) => boolean): OpenAndTotal {
    return openAndTotal(this.tool.latest(matches));
  }
}

/** The counts of an event; none where there has been no event yet. */
export function openAndTotal(event: ToolEvent | undefined): OpenAndTotal {
  return event ? { open: event['open'] as number, total: event['total'] as number } : { open: 0, total: 0 };
}

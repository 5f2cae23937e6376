import { fileURLToPath } from 'node:url';
import { type ToolEvent, ToolProcess } from './tool-process.js';

/** What a camera of the stand-in does; see test/tools/camera-api/stream.py. */
export interface CameraPlan {
  readonly name: string;
  readonly fps?: number;
  readonly size?: number;
  readonly total?: number;
  readonly after?: number;
  readonly status?: number;
  readonly mute?: 'head' | 'body';
  readonly deny?: number;
  readonly boundary?: string;
  readonly declared?: 'plain' | 'quoted' | 'dashes';
  readonly length?: boolean;
  readonly junk?: boolean;
  readonly keepalive?: number;
  readonly broken?: number;
  readonly trickle?: number;
  readonly auth?: string;
  readonly header?: readonly [name: string, value: string];
  /** Its address is one of a port at which nobody listens. */
  readonly refuse?: boolean;
  /** Credentials in its address: `user:word`. */
  readonly user?: string;
  /** Fields of its entry in the list; null leaves one out. */
  readonly entry?: Readonly<Record<string, unknown>>;
}

/** How the API answers; see test/tools/camera-api/camera_api.py. */
export interface ListPlan {
  readonly token?: string;
  readonly header?: readonly [name: string, value: string];
  readonly pages?: number;
  readonly style?: 'link' | 'next' | 'param' | 'loop';
  readonly wrap?: boolean;
  readonly raw?: string;
  readonly type?: string;
  readonly status?: number;
}

/** What a camera says that it did. */
export interface CameraAccount {
  /** Frames that it sent to the end, over all connections. */
  readonly frames: number;
  readonly connections: number;
}

const PROGRAM = fileURLToPath(new URL('../tools/camera-api/camera_api.py', import.meta.url));

/** An API with a list of cameras, and those cameras, in a process of its own made of Python's standard library. */
export class CameraApi {
  private constructor(
    private readonly tool: ToolProcess,
    private readonly cameras: readonly CameraPlan[],
  ) {}

  static async start(cameras: readonly CameraPlan[], list: ListPlan = {}): Promise<CameraApi> {
    const tool = await ToolProcess.start('python3', ['-B', PROGRAM, JSON.stringify({ list, cameras })]);
    return new CameraApi(tool, cameras);
  }

  /** Address of the list. */
  get url(): string {
    return this.at('/cameras');
  }

  at(path: string): string {
    return `http://127.0.0.1:${String(this.tool.events[0]?.['port'])}${path}`;
  }

  /** Pages of the list that were asked for, with the status of the answer. */
  get pages(): readonly { page: unknown; status: unknown }[] {
    const asked = this.tool.events.filter(({ event }) => event === 'list');
    return asked.map(({ page, status }) => ({ page, status }));
  }

  /** Resolves when a page of the list was asked for. */
  async untilPage(page: number): Promise<void> {
    await this.tool.said((event) => event.event === 'list' && event['page'] === page);
  }

  /** Resolves when every camera that has an end (`total`) has sent its last frame. */
  async untilDone(): Promise<void> {
    const names = this.cameras.flatMap(({ name, total }) => (total === undefined ? [] : [name]));
    await Promise.all(
      names.map((name) => this.tool.said((event) => event.event === 'done' && event['camera'] === name)),
    );
  }

  /** Resolves when no camera has a connection any more, with what each says of all of them. */
  async accounts(): Promise<ReadonlyMap<string, CameraAccount>> {
    const opened = this.tool.events.filter(({ event }) => event === 'opened');
    const closed = await Promise.all(opened.map((event) => this.tool.said((other) => isEndOf(event, other))));
    return new Map(
      this.cameras.map(({ name }) => {
        const own = closed.filter(({ camera }) => camera === name);
        const frames = own.reduce((sum, event) => sum + (event['frames'] as number), 0);
        return [name, { frames, connections: own.length }];
      }),
    );
  }

  async stop(): Promise<void> {
    await this.tool.stop();
  }
}

function isEndOf(opened: ToolEvent, other: ToolEvent): boolean {
  const { camera, connection } = other;
  return other.event === 'closed' && camera === opened['camera'] && connection === opened['connection'];
}

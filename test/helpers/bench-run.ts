import { onTestFinished } from 'vitest';
import { Coordinator } from '../../client/bench/coordinator.js';
import type { CoordinatorOptions } from '../../client/bench/coordinator.js';
import { devicePath } from '../../client/bench/device-address.js';
import { NodeDevice } from '../../client/bench/node-device.js';
import type { NodeDeviceListener } from '../../client/bench/node-device.js';
import { Session } from '../../client/session.js';
import { startApp } from '../../server/app.js';
import type { App } from '../../server/app.js';
import { resolveConfig } from '../../server/config.js';
import { Subscriber } from '../../server/hub/subscriber.js';
import type { FrameSink } from '../../server/hub/subscriber.js';
import { SystemClock } from '../../shared/clock.js';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { createLogger } from '../../shared/logger.js';
import type { BenchNotice, BenchRequest, DeviceResult } from '../../shared/protocol/bench-messages.js';
import { until } from './until.js';

const FPS = 50;
const clock = new SystemClock();

/** A real server with the streams `cam` and `door`. */
export class BenchServer {
  private readonly captureTimesUs: number[] = [];

  private constructor(readonly app: App) {
    const sink: FrameSink = {
      sendFrame: ({ header }) => this.captureTimesUs.push(header.captureTimeUs),
      sendCredit: () => undefined,
      backlogBytes: () => 0,
      tooFarBehind: () => undefined,
    };
    const subscriber = new Subscriber({ policy: 'every', maxFps: null, fps: FPS, fixedWindow: null, sink });
    app.hub.byName('cam')!.subscribe(subscriber);
  }

  static async start(): Promise<BenchServer> {
    const sources = ['cam=test:bars?size=64x48&fps=50', 'door=test:gradient?size=64x48&fps=20'];
    const { config } = resolveConfig({
      flags: { port: '0', httpPort: '0', sources },
      env: {},
      defaultSource: 'test:bars',
    });
    const app = await startApp(config, {
      ...{ clock, env: process.env, logger: createLogger({ level: 'silent', pretty: false }) },
      processFigures: () => ({ nodeVersion: 'v20.9.0', memoryBytes: 0, cpuSeconds: 0 }),
      binaries: await findFfmpeg(process.env),
    });
    return new BenchServer(app);
  }

  async stop(): Promise<void> {
    await this.app.stop('SERVER_CLOSING', 'The tests are over.');
  }

  /** Capture times of the frames of `cam` that it published in a window. */
  published({ startTimeUs, stopTimeUs }: { readonly startTimeUs: number; readonly stopTimeUs: number }): number[] {
    return this.captureTimesUs.filter((timeUs) => timeUs >= startTimeUs && timeUs < stopTimeUs);
  }

  get tcp(): string {
    return `127.0.0.1:${this.app.port}`;
  }

  get webSocket(): string {
    return `ws://127.0.0.1:${this.app.httpPort}`;
  }

  /** A device of its own connection. Resolves when the server has it. */
  async device(name: string, address = this.tcp): Promise<DeviceOfRun> {
    const device = new DeviceOfRun(name, address);
    await until(() => device.node.status.isConnected);
    return device;
  }

  /** Coordinates a benchmark of `cam`; a second is measured unless told otherwise. */
  coordinator(options: Partial<CoordinatorOptions> = {}): Coordinator {
    const address = { host: '127.0.0.1', port: this.app.port };
    const usual = { name: 'boss', token: null, stream: 'cam', devices: 1, durationMs: 1000, waitMs: 30_000 };
    const coordinator = new Coordinator({ ...address, ...usual, leadMs: 300, ...options }, clock);
    onTestFinished(() => coordinator.stop());
    return coordinator;
  }

  /** A client that says about benchmarks whatever a test wants. */
  async client(): Promise<RawBenchClient> {
    const client = new RawBenchClient(this.app.port);
    await client.welcome;
    return client;
  }
}

/** A device in this process, and what it told. */
export class DeviceOfRun {
  readonly results: DeviceResult[] = [];
  readonly news: string[] = [];
  readonly ends: (string | null)[] = [];
  readonly node: NodeDevice;

  constructor(name: string, address: string, listener: NodeDeviceListener = {}) {
    const path = devicePath(address, null, clock);
    this.node = new NodeDevice(
      { path, tls: null, name, policy: 'every', about: 'a test' },
      {
        ...listener,
        onNews: (sentence) => this.news.push(sentence),
        onResult: (_stream, result) => this.results.push(result),
        onEnd: (error) => this.ends.push(error?.code ?? null),
      },
      clock,
    );
    onTestFinished(() => this.node.close());
    this.node.start();
  }
}

/** A session without a will of its own. */
export class RawBenchClient {
  readonly notices: BenchNotice[] = [];
  readonly welcome: Promise<void>;
  readonly end: Promise<string | null>;
  private readonly session: Session;

  constructor(port: number) {
    let welcomed: () => void = () => undefined;
    let ended: (code: string | null) => void = () => undefined;
    this.welcome = new Promise((resolve) => (welcomed = resolve));
    this.end = new Promise((resolve) => (ended = resolve));
    const address = { host: '127.0.0.1', port, name: 'raw', token: null, subscriptions: [] };
    this.session = new Session(
      { ...address, reconnect: false, acknowledgeOnReceipt: true },
      {
        onWelcome: () => welcomed(),
        onBench: (notice) => this.notices.push(notice),
        onEnd: (error) => ended(error?.code ?? null),
      },
      clock,
    );
    onTestFinished(() => this.session.close());
    this.session.start();
  }

  say(request: BenchRequest): void {
    this.session.sendBench(request);
  }

  /** Resolves with the first notice of a kind. */
  async heard<K extends BenchNotice['kind']>(kind: K): Promise<Extract<BenchNotice, { kind: K }>> {
    const find = () => this.notices.find((notice) => notice.kind === kind);
    await until(() => find() !== undefined);
    return find() as Extract<BenchNotice, { kind: K }>;
  }

  close(): void {
    this.session.close();
  }
}

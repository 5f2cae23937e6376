import { openDevice } from '../../client/web/browser/bench-device.js';
import type { BenchStatus } from '../../client/web/browser/bench-status.js';
import type { BenchBody, BenchNotice, DeviceResult } from '../../shared/protocol/bench-messages.js';
import { encodeBench, encodePong, encodeWelcome } from '../../shared/protocol/codec.js';
import { MessageType, PROTOCOL_VERSION } from '../../shared/protocol/messages.js';
import type { StreamInfo } from '../../shared/protocol/messages.js';
import { fakeParts } from './browser-client.js';
import { OFFSET_US, streamInfo } from './observed-frame.js';
import { EMPTY_JPEG, frameMessage } from './scripted-messages.js';
import { until } from './until.js';

const KEY = '0123456789abcdef';
const STEP_US = 1000;
const PERIOD_US = 40_000;
const LATENCY_US = 10_000;

/** A page as a device of a server on paper, which sends 25 frames a second, each 10 ms old when it arrives. */
export class DeviceOfTest {
  readonly fake = fakeParts();
  readonly statuses: BenchStatus[] = [];
  readonly device;
  hide: (isHidden: boolean) => void = () => undefined;
  /** Number of the next frame; its capture time is what the server's clock then was. */
  sequence = 0;
  /** What frames do not reach the device. */
  isDropped: (sequence: number) => boolean = () => false;
  jpegOf: (sequence: number) => Buffer = () => EMPTY_JPEG;
  private readonly said: BenchBody[] = [];
  private readonly opened = new Set<unknown>();
  private phaseUs = 0;

  constructor({ stream }: { readonly stream: string | undefined } = { stream: 'sample' }) {
    const { clock, openSocket, onWake, resolutionUs, random } = this.fake.parts;
    this.device = openDevice(
      {
        ...{ serverUrl: 'http://cam.example', name: 'phone', ...(stream !== undefined && { stream }) },
        onStatus: (status) => this.statuses.push(status),
      },
      {
        ...{ clock, openSocket, onWake, resolutionUs, random, about: 'Chrome on Android', key: KEY },
        onHidden: (callback) => {
          this.hide = callback;
          return () => (this.hide = () => undefined);
        },
      },
    );
  }

  get socket() {
    return this.fake.sockets.at(-1)!;
  }

  get status(): BenchStatus {
    return this.device.status;
  }

  get serverTimeUs(): number {
    return this.fake.clock.nowUs() + OFFSET_US;
  }

  /** The server takes the connection, and the device, without a benchmark. */
  join(stream: StreamInfo | null = streamInfo()): this {
    this.welcome(stream);
    this.say({ kind: 'joined', deviceId: 1, name: 'phone' });
    return this;
  }

  /** The server takes the connection. */
  welcome(stream: StreamInfo | null = streamInfo(), features: readonly string[] = ['bench']): this {
    if (!this.opened.has(this.socket)) this.socket.open();
    this.opened.add(this.socket);
    const streams = stream ? [stream] : [];
    const subscribed = streams.map(({ id }) => id);
    const about = { version: PROTOCOL_VERSION, sessionId: 'x', statsIntervalMs: 1000 };
    this.socket.say(encodeWelcome({ ...about, streams, subscribed, features }));
    return this;
  }

  say(notice: BenchNotice): void {
    this.socket.say(encodeBench(notice));
  }

  /** The window of benchmark 7 begins in `leadUs` and lasts `durationUs`; returns its bounds. */
  announceRun(leadUs = 1_000_000, durationUs = 2_000_000, stream = 'sample') {
    const startTimeUs = this.serverTimeUs + leadUs;
    const run = { kind: 'run', benchId: 7, stream, startTimeUs, stopTimeUs: startTimeUs + durationUs } as const;
    this.say(run);
    return run;
  }

  /** Time goes by: pings are answered at once, and frames come. */
  pass(us: number, { areFramesComing = true } = {}): void {
    const { clock } = this.fake;
    for (let left = us; left > 0; left -= STEP_US) {
      clock.advance(STEP_US);
      this.answerPings();
      this.phaseUs += STEP_US;
      if (this.phaseUs % PERIOD_US !== LATENCY_US) continue;
      const { sequence } = this;
      this.sequence += 1;
      if (!areFramesComing || this.isDropped(sequence)) continue;
      const captureTimeUs = this.serverTimeUs - LATENCY_US;
      this.socket.say(frameMessage({ sequence, captureTimeUs, clockErrorUs: 7 }, this.jpegOf(sequence)));
    }
  }

  /** What the device said of benchmarks since the last call. */
  takeSaid(): BenchBody[] {
    this.answerPings();
    return this.said.splice(0);
  }

  /** The result, once the browser has compressed it. */
  async result(): Promise<DeviceResult & { readonly benchId: number }> {
    const results: (DeviceResult & { readonly benchId: number })[] = [];
    await until(() => {
      for (const body of this.takeSaid()) if (body.kind === 'result') results.push(body);
      return results.length > 0;
    });
    return results[0]!;
  }

  private answerPings(): void {
    for (const message of this.socket.take()) {
      if (message.type === MessageType.BENCH) this.said.push(message.body);
      if (message.type !== MessageType.PING) continue;
      const serverUs = message.t0Us + OFFSET_US;
      this.socket.say(encodePong(message.t0Us, serverUs, serverUs));
    }
  }
}

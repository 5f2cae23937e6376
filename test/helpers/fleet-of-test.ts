import { Fleet } from '../../server/publish/fleet.js';
import type { FleetOptions } from '../../server/publish/fleet.js';
import type { PictureSender } from '../../server/publish/fleet-publisher.js';
import type { MachineLoad } from '../../shared/machine-load.js';
import { PlaySchedule } from '../../server/publish/play-schedule.js';
import { ReelVideo } from '../../server/publish/reel-video.js';
import type { PacketizedPicture, VideoFormat } from '../../server/rtsp/coded-video.js';
import type { PublisherState, PublisherStatus } from '../../server/rtsp/publisher-status.js';
import { StreamerError } from '../../shared/errors.js';
import { FakeClock } from './fake-clock.js';
import { LogOfTest } from './log-of-test.js';
import { reelOf } from './picture-reel-of-test.js';

/** A sender without a connection, which a test lets connect and fail. */
export class FakeSender implements PictureSender {
  readonly sent: PacketizedPicture[] = [];
  format: VideoFormat | null = null;
  restarts = 0;
  private state: PublisherState = 'connecting';
  private error: StreamerError | null = null;
  private dropped = 0;
  private connections = 0;
  /** Sends only every so many pictures. */
  every = 1;
  private count = 0;

  constructor(
    readonly url: string,
    private readonly clock: FakeClock,
    private readonly onState: (status: PublisherStatus) => void,
  ) {}

  setFormat(format: VideoFormat): void {
    this.format = format;
  }

  send(picture: PacketizedPicture): void {
    this.count += 1;
    if (this.state === 'publishing' && this.count % this.every === 0) this.sent.push(picture);
    else this.dropped += 1;
  }

  connect(): void {
    this.connections += 1;
    this.tell('publishing', null);
  }

  fail(code: 'PUBLISH_LOST' | 'CONNECT_FAILED' = 'PUBLISH_LOST'): void {
    this.tell('waiting', new StreamerError(code, `${this.url} broke off.`));
  }

  restart(): void {
    this.restarts += 1;
    this.tell('connecting', null);
  }

  status(): PublisherStatus {
    return {
      state: this.state,
      url: this.url,
      error: this.error,
      framesSent: this.sent.length,
      framesDropped: this.dropped,
      bytesSent: this.sent.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0),
      reconnects: Math.max(0, this.connections - 1),
      sinceUs: this.clock.nowUs(),
    };
  }

  stop(): Promise<void> {
    if (this.state !== 'stopped') this.tell('stopped', null);
    return Promise.resolve();
  }

  private tell(state: PublisherState, error: StreamerError | null): void {
    this.state = state;
    this.error = error;
    this.onState(this.status());
  }
}

/** A fleet on a fake clock, of fake senders that connect at once, on a machine whose load the test sets. */
export function fleetOfTest(
  options: Partial<FleetOptions> = {},
  { loops = true, fps = 30, connects = true }: { loops?: boolean; fps?: number; connects?: boolean } = {},
) {
  const clock = new FakeClock();
  const senders = new Map<string, FakeSender>();
  const machine: { load: MachineLoad } = { load: { cpuPercent: 10, memoryPercent: 10 } };
  const { logger, lines } = new LogOfTest();
  const reel = reelOf({ pictures: 2 * fps, fps, gop: fps });
  const video = new ReelVideo(reel, loops, { width: 640, height: 360 }, new PlaySchedule(clock), clock);
  const users = new Map<string, number>();
  const videos = {
    names: ['a.mp4', 'b.mp4'],
    acquire: (name: string) => {
      if (name === 'none') return Promise.reject(new StreamerError('SOURCE_NOT_FOUND', 'There is no video none.'));
      users.set(name, (users.get(name) ?? 0) + 1);
      return Promise.resolve(video);
    },
    release: (name: string) => users.set(name, (users.get(name) ?? 0) - 1),
  };
  const fleet = new Fleet(
    {
      to: 'rtsp://127.0.0.1:8554/load',
      limits: { maxStreams: 50, maxCpuPercent: 90, maxMemoryPercent: 80 },
      staggerUs: 20_000,
      ...options,
    },
    {
      ...{ clock, logger, videos },
      machine: { read: () => Promise.resolve(machine.load) },
      serverPaths: () => new Map([['stream-001', { isReady: true, readers: 2, bytesReceived: 7 }]]),
      createSender: (url, onState) => {
        const sender = new FakeSender(url, clock, onState);
        senders.set(url.split('/').at(-1) ?? '', sender);
        if (connects) queueMicrotask(() => sender.connect());
        return sender;
      },
    },
  );
  /** Moves time on in steps, so that what waits for promises gets its turn. */
  const pass = async (us: number) => {
    for (let at = 0; at < us; at += 10_000) {
      clock.advance(10_000);
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
    }
  };
  const sender = (name: string) => {
    const found = senders.get(name);
    if (!found) throw new Error(`there is no sender ${name}`);
    return found;
  };
  return { fleet, clock, senders, sender, machine, lines, users, pass };
}

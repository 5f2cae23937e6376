import { StreamerError } from '../../shared/errors.js';
import type { EncoderChoice } from '../../shared/ffmpeg/video-encoder.js';
import type { BridgePlan } from '../../server/rtsp/bridge-plan.js';
import type { CodedPicture, PacketizedPicture, VideoFormat } from '../../server/rtsp/coded-video.js';
import type { EncoderChildEvents, EncoderChildOptions, FrameToEncode } from '../../server/rtsp/encoder-child.js';
import type { Encoder } from '../../server/rtsp/encoded-feed.js';
import type { Publisher } from '../../server/rtsp/publisher-link.js';
import type { PublisherStatus } from '../../server/rtsp/publisher-status.js';
import { RtspBridge } from '../../server/rtsp/rtsp-bridge.js';
import type { RtspPublisherEvents, RtspPublisherOptions } from '../../server/rtsp/rtsp-publisher.js';
import { CameraOfTest } from './camera-of-test.js';
import { FakeClock } from './fake-clock.js';
import { LogOfTest } from './log-of-test.js';

const SPS = '6742c01eda0280bf';
const PPS = '68ce3c80';
const IDR = '6588840021ff';

/** A key picture of H.264; another `sps` makes another format. */
export function keyPicture(change: Partial<CodedPicture> & { readonly sps?: string } = {}): CodedPicture {
  const { sps = SPS, ...rest } = change;
  const units = [sps, PPS, IDR].map((hex) => Buffer.from(hex, 'hex'));
  return { codec: 'h264', units, isKey: true, ptsTicks: 0, dtsTicks: 0, captureTimeUs: 1_000_000, ...rest };
}

/** A publisher that does nothing but what a test says; it is connecting until that says otherwise. */
export class FakePublisher implements Publisher {
  readonly formats: VideoFormat[] = [];
  readonly sent: PacketizedPicture[] = [];
  isStopped = false;
  private present: PublisherStatus;

  constructor(
    readonly options: RtspPublisherOptions,
    private readonly events: RtspPublisherEvents,
  ) {
    const counts = { framesSent: 0, framesDropped: 0, bytesSent: 0, reconnects: 0, sinceUs: 0 };
    this.present = { state: 'connecting', url: options.url, error: null, ...counts };
  }

  setFormat(format: VideoFormat): void {
    this.formats.push(format);
  }

  send(picture: PacketizedPicture): void {
    this.sent.push(picture);
    const { framesSent, bytesSent } = this.present;
    this.present = { ...this.present, framesSent: framesSent + 1, bytesSent: bytesSent + picture.lengthBytes };
  }

  status(): PublisherStatus {
    return this.present;
  }

  stop(): Promise<void> {
    this.isStopped = true;
    return Promise.resolve();
  }

  /** Is told to end, and has ended when `goodbye` resolves. */
  stopAfter(goodbye: Promise<void>): Promise<void> {
    this.isStopped = true;
    return goodbye;
  }

  /** Goes into another state, and tells. */
  become(state: PublisherStatus['state'], error: StreamerError | null = null): void {
    this.present = { ...this.present, state, error };
    this.events.onState(this.present);
  }

  /** Waits for its next attempt to connect. */
  fail(code: 'PUBLISH_UNREACHABLE' | 'PUBLISH_DENIED' = 'PUBLISH_UNREACHABLE'): void {
    this.become('waiting', new StreamerError(code, 'rtsp://h/cam1: a test.'));
  }
}

/** An encoder that gives a key picture of each frame at once. */
export class FakeEncoder implements Encoder {
  readonly frames: FrameToEncode[] = [];
  framesLost = 0;
  isBusy = false;
  isStopped = false;

  constructor(
    readonly options: EncoderChildOptions,
    private readonly events: EncoderChildEvents,
  ) {}

  encode(frame: FrameToEncode): boolean {
    if (this.isBusy) return false;
    this.frames.push(frame);
    const { captureTimeUs } = frame;
    const ptsTicks = Math.round((captureTimeUs - this.frames[0]!.captureTimeUs) * 0.09);
    this.events.onPicture(keyPicture({ captureTimeUs, ptsTicks, dtsTicks: ptsTicks }));
    return true;
  }

  stop(): Promise<void> {
    this.isStopped = true;
    return Promise.resolve();
  }

  die(): void {
    this.events.onExit(new StreamerError('FFMPEG_FAILED', 'FFmpeg failed on cam1: a test.'));
  }
}

/** A bridge of a camera that publishes what `shoot` says, with everything behind it made up. */
export function bridgeOfTest(plan: Partial<BridgePlan> = {}, choose?: (encoder: string) => Promise<EncoderChoice>) {
  const clock = new FakeClock();
  const camera = new CameraOfTest(clock);
  const log = new LogOfTest();
  const publishers: FakePublisher[] = [];
  const encoders: FakeEncoder[] = [];
  const chosen: string[] = [];
  let sequence = 0;
  const whole = { url: 'rtsp://u:secret@h/cam1', codec: 'auto', bitrateBps: 2e6, copied: null, ...plan } as const;
  const bridge = new RtspBridge(camera.stream, whole, {
    ...{ ffmpegPath: '/nowhere/ffmpeg', clock, logger: log.logger },
    createPublisher: (options, events) => {
      const publisher = new FakePublisher(options, events);
      publishers.push(publisher);
      return publisher;
    },
    chooseEncoder: (_, { encoder }) => {
      chosen.push(encoder);
      const choice = { codec: 'h264', encoder: 'libx264', globalOptions: [], options: [], warning: null } as const;
      return choose ? choose(encoder) : Promise.resolve(choice);
    },
    createEncoder: (options, events) => {
      const encoder = new FakeEncoder(options, events);
      encoders.push(encoder);
      return encoder;
    },
  });
  /** A frame, and the time that it needs to get to the end of the bridge. */
  const shoot = async (size: { readonly width?: number; readonly jpeg?: Buffer } = {}): Promise<void> => {
    clock.advance(33_333);
    camera.publish({
      sequence: sequence++,
      captureTimeUs: clock.nowUs(),
      jpeg: Buffer.from('ffd8ffd9', 'hex'),
      ...size,
    });
    await settled();
  };
  return { clock, camera, stream: camera.stream, log, publishers, encoders, chosen, bridge, shoot };
}

/** Resolves when what is to happen in this turn of the event loop has happened. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

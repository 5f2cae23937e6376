import type { HubStream } from './hub/stream.js';
import type { RecorderStatus } from './recording/recorder.js';
import type { Recordings } from './recordings.js';
import type { RtspBridges } from './rtsp-bridges.js';
import { bridgePlan } from './rtsp/bridge-plan.js';
import type { BridgeStatus } from './rtsp/rtsp-bridge.js';
import type { RecordSettings, StreamSettings } from './stream-settings.js';
import type { StreamChange, Streams } from './streams.js';

/** A stream with what is asked of it. */
export interface ControlledStream {
  readonly stream: HubStream;
  readonly settings: StreamSettings;
}

/** What can be done to the streams of a running server: recording and publishing follow the settings of each. */
export class StreamControl {
  constructor(
    private readonly streams: Streams,
    private readonly recordings: Recordings,
    private readonly bridges: RtspBridges,
  ) {}

  list(): readonly ControlledStream[] {
    return this.streams.list();
  }

  get(name: string): ControlledStream | undefined {
    return this.streams.get(name);
  }

  /** As `Streams.add`; recorded where the settings say so. */
  async add(settings: StreamSettings): Promise<HubStream> {
    const stream = await this.streams.add(settings);
    try {
      await this.recordings.follow(settings.name, settings.record);
      await this.publish(settings.name);
      return stream;
    } catch (error) {
      await this.streams.remove(settings.name);
      throw error;
    }
  }

  /** As `Streams.change`. */
  async change(name: string, change: StreamChange): Promise<HubStream> {
    const stream = await this.streams.change(name, change);
    // Else a recording that was started by hand would end with every change of the picture.
    if ('record' in change) await this.recordings.follow(name, change.record ?? null);
    await this.publish(name);
    return stream;
  }

  /** As `Streams.remove`; its recording is completed and its publishing ended first. */
  async remove(name: string): Promise<void> {
    await Promise.all([this.recordings.stop(name), this.bridges.stop(name)]);
    await this.streams.remove(name);
  }

  /** Publishes a stream over RTSP as its settings say, from now on. */
  async publish(name: string): Promise<void> {
    const runtime = this.streams.get(name);
    await this.bridges.follow(name, runtime ? bridgePlan(runtime.settings, runtime.codec) : null);
  }

  /** As `RtspBridges.status`. */
  publishingStatus(name: string): BridgeStatus | null {
    return this.bridges.status(name);
  }

  /** As `Recordings.start`. */
  startRecording(name: string, settings: RecordSettings): Promise<void> {
    return this.recordings.start(name, settings);
  }

  /** As `Recordings.stop`. */
  stopRecording(name: string): Promise<void> {
    return this.recordings.stop(name);
  }

  /** As `Recordings.status`. */
  recordingStatus(name: string): RecorderStatus | null {
    return this.recordings.status(name);
  }

  /** Whether stopping has files to complete. */
  get isRecording(): boolean {
    return this.recordings.areRunning;
  }
}

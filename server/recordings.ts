import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../shared/clock.js';
import { StreamerError } from '../shared/errors.js';
import type { Logger } from '../shared/logger.js';
import type { Hub } from './hub/hub.js';
import { Recorder } from './recording/recorder.js';
import type { RecorderStatus } from './recording/recorder.js';
import type { RecordSettings } from './stream-settings.js';

/** What recordings are made with. */
export interface RecordingsParts {
  readonly ffmpegPath: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Recording {
  readonly settings: RecordSettings;
  readonly recorder: Recorder;
}

/** Who records which stream: at most one recorder a stream. */
export class Recordings {
  private readonly recordings = new Map<string, Recording>();

  constructor(
    private readonly hub: Hub,
    private readonly parts: RecordingsParts,
  ) {}

  /** Whether anything is being written, so that ending takes a moment. */
  get areRunning(): boolean {
    return [...this.recordings.values()].some(({ recorder }) => recorder.status().state === 'recording');
  }

  /**
   * Begins to record the stream `name`; while it records, its source runs.
   *
   * @throws {StreamerError} UNKNOWN_STREAM; RECORDING_FAILED when it is recorded already, or the folder cannot be written.
   */
  async start(name: string, settings: RecordSettings): Promise<void> {
    const stream = this.hub.byName(name);
    if (!stream) throw new StreamerError('UNKNOWN_STREAM', `There is no stream ${name}.`);
    if (this.status(name)?.state === 'recording') {
      throw new StreamerError('RECORDING_FAILED', `The stream ${name} is being recorded already; stop that first.`);
    }
    const recorder = new Recorder(stream, settings, this.parts);
    this.recordings.set(name, { settings, recorder });
    try {
      await recorder.start();
    } catch (error) {
      this.recordings.delete(name);
      throw error;
    }
  }

  /** Completes the file of the stream `name`; resolves when it is on the disk, at once when nothing is recorded. */
  async stop(name: string): Promise<void> {
    const recording = this.recordings.get(name);
    await recording?.recorder.stop();
    if (this.recordings.get(name) === recording) this.recordings.delete(name);
  }

  /** Records `name` as `settings` say, or not at all for null; what runs so already goes on. Throws as `start` does. */
  async follow(name: string, settings: RecordSettings | null): Promise<void> {
    const present = this.recordings.get(name);
    if (isDeepStrictEqual(present?.settings ?? null, settings)) return;
    await this.stop(name);
    if (settings) await this.start(name, settings);
  }

  /** How the recording of a stream goes; null where there is none. */
  status(name: string): RecorderStatus | null {
    return this.recordings.get(name)?.recorder.status() ?? null;
  }

  /** Completes every file. */
  async close(): Promise<void> {
    await Promise.all([...this.recordings.keys()].map((name) => this.stop(name)));
  }
}

import { writeFile } from 'node:fs/promises';
import type { Clock } from '../shared/clock.js';
import { StreamerError } from '../shared/errors.js';
import type { Logger } from '../shared/logger.js';
import type { ClientConfig } from './config.js';
import type { FiguresView } from './figures-view.js';
import { Measurement } from './measurement.js';
import { subscriptionList } from './subscription-list.js';
import type { TlsTrust } from './tls-trust.js';

/** What a run of the client takes from its surroundings. */
export interface WatchParts {
  readonly clock: Clock;
  readonly logger: Logger;
  openView(measurement: Measurement, quit: () => void): FiguresView;
  /** Resolves when the user asks to stop. */
  readonly stopRequest: Promise<unknown>;
  /** Whom to trust about the server; null connects without TLS. */
  readonly tls: TlsTrust | null;
}

/** How a run ended. */
export interface WatchResult {
  readonly measurement: Measurement;
  /** Null when it ended as it should. */
  readonly error: StreamerError | null;
  /** Whether the user ended it. */
  readonly interrupted: boolean;
}

/** How often figures are handed to the view. Each drawing holds up the receiving of frames by a few milliseconds. */
const REFRESH_US = 500_000;

/** Connects, shows what arrives, and resolves when the run is over; it never rejects. */
export function watch(config: ClientConfig, parts: WatchParts): Promise<WatchResult> {
  return new Promise((resolve) => new Watch(config, parts, resolve).start());
}

class Watch {
  private readonly measurement: Measurement;
  private view: FiguresView | null = null;
  private cancelRefresh = () => {};
  private cancelDuration = () => {};
  private wasConnected = false;
  private saving: Promise<StreamerError | null> | null = null;
  private interrupted = false;

  constructor(
    private readonly config: ClientConfig,
    private readonly parts: WatchParts,
    private readonly done: (result: WatchResult) => void,
  ) {
    const { host, port, name, token, reconnect, decode, saveFrame, streams, policy, maxFps } = config;
    const subscriptions = subscriptionList(streams, { policy, maxFps: maxFps ?? undefined });
    const { logger, tls } = parts;
    this.measurement = new Measurement(
      { host, port, tls, name, token, reconnect, decode, subscriptions },
      {
        onConnected: () => this.onConnected(),
        onOutage: (error, retryInMs) =>
          logger.warn({ code: error.code, retryInMs: Math.round(retryInMs) }, error.message),
        onFrame: ({ jpeg, kept }) => {
          // A picture of the past is not what somebody wants who saves one now.
          if (saveFrame !== null && !kept) this.saving ??= this.saveFrame(saveFrame, jpeg);
        },
        onEnd: (error) => void this.finish(error),
      },
      parts.clock,
    );
  }

  start(): void {
    void this.parts.stopRequest.then(() => this.quit());
    this.view = this.parts.openView(this.measurement, () => this.quit());
    this.refresh();
    this.measurement.start();
  }

  /** The time that was asked for counts from the first connection, so that it is all measured. */
  private onConnected(): void {
    if (this.wasConnected) return;
    this.wasConnected = true;
    const { durationSeconds } = this.config;
    if (durationSeconds === null) return;
    this.cancelDuration = this.parts.clock.schedule(durationSeconds * 1_000_000, () => this.measurement.close());
  }

  /** A file that cannot be written ends the run at once, not when the user looks for it. */
  private async saveFrame(path: string, jpeg: Buffer): Promise<StreamerError | null> {
    const error = await save(path, jpeg);
    if (error) this.measurement.close();
    return error;
  }

  private quit(): void {
    this.interrupted = true;
    this.measurement.close();
  }

  private refresh(): void {
    this.view?.render(this.measurement.snapshot());
    this.cancelRefresh = this.parts.clock.schedule(REFRESH_US, () => this.refresh());
  }

  private async finish(error: StreamerError | null): Promise<void> {
    this.cancelRefresh();
    this.cancelDuration();
    this.view?.close();
    const saveError = await this.saving;
    this.done({ measurement: this.measurement, error: error ?? saveError ?? null, interrupted: this.interrupted });
  }
}

async function save(path: string, jpeg: Buffer): Promise<StreamerError | null> {
  try {
    await writeFile(path, jpeg);
    return null;
  } catch (error) {
    return new StreamerError('FILE_WRITE_FAILED', `Cannot write the frame to ${path}; check the folder.`, {
      cause: error,
    });
  }
}

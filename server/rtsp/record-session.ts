import { randomBytes } from 'node:crypto';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import { toStreamerError } from '../../shared/errors.js';
import type { RtspConnectionOptions } from '../../shared/rtsp/rtsp-connection.js';
import { RtspConnection } from '../../shared/rtsp/rtsp-connection.js';
import type { RtspResponse } from '../../shared/rtsp/rtsp-messages.js';
import { channelsOf, keepaliveUs, sessionOf } from '../../shared/rtsp/setup-answer.js';
import { SocketBacklog } from '../transports/socket-backlog.js';
import type { PacketizedPicture, VideoFormat } from './coded-video.js';
import { PictureGate } from './picture-gate.js';
import { publishError, statusError } from './publish-error.js';
import { RtpSession } from './rtp-session.js';
import { describeVideo, TRACK } from './sdp.js';
import { StallWatch } from './stall-watch.js';

/** What a session tells; the end once, unless it is asked to end. */
export interface RecordSessionListener {
  /** The server takes pictures from now on. */
  onReady(): void;
  onEnd(error: StreamerError): void;
}

const TEARDOWN_LIMIT_US = 1_000_000;

/** One stream on one connection, from ANNOUNCE to TEARDOWN. */
export class RecordSession {
  private readonly connection: RtspConnection;
  private readonly gate = new PictureGate();
  private readonly backlog: SocketBacklog;
  private readonly stallWatch: StallWatch;
  private rtp: RtpSession | null = null;
  /** Headers of requests within the session; null before the server named one. */
  private session: Readonly<Record<string, string>> | null = null;
  private cancelKeepalive: CancelTimer | null = null;
  private hasEnded = false;

  constructor(
    private readonly options: RtspConnectionOptions,
    private readonly format: VideoFormat,
    private readonly clock: Clock,
    private readonly listener: RecordSessionListener,
  ) {
    this.connection = new RtspConnection(options, clock, (error) => this.fail(error));
    this.backlog = new SocketBacklog(this.connection.socket);
    const { target } = options;
    this.stallWatch = new StallWatch(this.connection.socket, clock, () => {
      const what = 'the server has taken nothing for 5 s; it hangs, or the network is too slow.';
      this.fail(publishError('PUBLISH_LOST', target, what));
    });
    this.begin().catch((thrown: unknown) => this.fail(toStreamerError(thrown)));
  }

  /** Sends a picture, or returns false where it is left out. */
  send(picture: PacketizedPicture): boolean {
    if (!this.rtp || this.hasEnded || !this.gate.admits(picture, this.backlog.bytes)) return false;
    this.backlog.noteWritten(this.rtp.send(picture));
    return true;
  }

  /** Says goodbye where there is a session, and resolves when the connection is closed, after a second at most. */
  async end(): Promise<void> {
    if (this.hasEnded) return;
    this.settle();
    if (this.session) await this.tearDown(this.session);
    this.connection.close();
  }

  private async begin(): Promise<void> {
    const { requestUrl: url } = this.options.target;
    const body = describeVideo(this.format, randomBytes(4).readUInt32BE());
    await this.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, body);
    const transport = 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record';
    const setUp = await this.ask('SETUP', `${url.replace(/\/$/, '')}/${TRACK}`, { Transport: transport });
    const session = sessionOf(setUp);
    if (!session) throw this.refusal('it answers with no session.');
    this.session = { Session: session.id };
    const channels = channelsOf(setUp);
    if (!channels) throw this.refusal('it does not take RTP over the RTSP connection; allow TCP as its transport.');
    await this.ask('RECORD', url, { ...this.session, Range: 'npt=0.000-' });
    // Somebody may have ended it while the server thought about it.
    if (this.hasEnded) return;
    const { codec } = this.format;
    this.rtp = new RtpSession(this.connection.socket, { codec, ...channels }, this.clock);
    this.connection.setStreaming();
    this.stallWatch.start();
    this.keepAlive(this.session, keepaliveUs(session));
    this.listener.onReady();
  }

  /** The answer, where it is a success. */
  private async ask(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body = '',
  ): Promise<RtspResponse> {
    const response = await this.connection.request({ method, url, headers, body });
    if (response.status !== 200) throw statusError(method, response, this.options.target);
    return response;
  }

  private refusal(what: string): StreamerError {
    return publishError('PUBLISH_REFUSED', this.options.target, what);
  }

  /** Any request keeps a session; OPTIONS is known everywhere. What is answered does not matter, that it is does. */
  private keepAlive(session: Readonly<Record<string, string>>, everyUs: number): void {
    this.cancelKeepalive = this.clock.schedule(everyUs, () => {
      const request = { method: 'OPTIONS', url: this.options.target.requestUrl, headers: session };
      this.connection.request(request).then(
        () => {
          if (!this.hasEnded) this.keepAlive(session, everyUs);
        },
        // The connection has told why it ended.
        () => undefined,
      );
    });
  }

  private async tearDown(session: Readonly<Record<string, string>>): Promise<void> {
    this.rtp?.sayGoodbye();
    const cancel = this.clock.schedule(TEARDOWN_LIMIT_US, () => this.connection.close());
    const request = { method: 'TEARDOWN', url: this.options.target.requestUrl, headers: session };
    await this.connection.request(request).catch(() => undefined);
    cancel();
  }

  private fail(error: StreamerError): void {
    if (this.hasEnded) return;
    this.settle();
    this.connection.close();
    this.listener.onEnd(error);
  }

  private settle(): void {
    this.hasEnded = true;
    this.cancelKeepalive?.();
    this.stallWatch.stop();
  }
}

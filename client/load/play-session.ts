import type { CancelTimer, Clock } from '../../shared/clock.js';
import { toStreamerError } from '../../shared/errors.js';
import type { StreamerError } from '../../shared/errors.js';
import { failure } from '../../shared/http/http-errors.js';
import { RtspConnection } from '../../shared/rtsp/rtsp-connection.js';
import type { RtspResponse } from '../../shared/rtsp/rtsp-messages.js';
import type { RtspTarget } from '../../shared/rtsp/rtsp-target.js';
import { channelsOf, keepaliveUs, sessionOf } from '../../shared/rtsp/setup-answer.js';
import type { InterleavedChannels } from '../../shared/rtsp/setup-answer.js';
import { playErrors, playStatusError } from './play-errors.js';
import { readSdpVideo } from './sdp-video.js';
import type { SdpVideo } from './sdp-video.js';

/** What is played. */
export interface PlayTarget {
  readonly target: RtspTarget;
  /** For errors, which hide its secrets. */
  readonly url: URL;
}

/** Where packets go, as `RtspListener.onPacket` has them. */
export interface PlayListener {
  /** The track that will be played, and what the server calls itself; packets follow. */
  onVideo(video: SdpVideo, serverName: string): void;
  onRtp(bytes: Buffer, start: number, lengthBytes: number): void;
  onRtcp(bytes: Buffer, start: number, lengthBytes: number): void;
  /** The server takes us: packets come from now on, if they did not before. */
  onPlaying(): void;
  /** Once, unless it is asked to end. */
  onEnd(error: StreamerError): void;
}

const TEARDOWN_LIMIT_US = 1_000_000;
const TRANSPORTS = /^RTP\/AVPF?(?:\/TCP)?$/i;
const ADDRESS = /^[!-~]{1,2048}$/;
const IS_ABSOLUTE = /^rtsps?:\/\//i;

/** One stream on one connection, from DESCRIBE to TEARDOWN (RFC 2326), with RTP over that connection (section 10.12). */
export class PlaySession {
  private readonly connection: RtspConnection;
  private channels: InterleavedChannels | null = null;
  /** Names the stream in requests, once it was described. */
  private streamUrl: string;
  /** Headers of requests within the session; null before the server named one. */
  private session: Readonly<Record<string, string>> | null = null;
  private keepaliveMethod = 'OPTIONS';
  private cancelKeepalive: CancelTimer | null = null;
  private hasEnded = false;

  constructor(
    private readonly played: PlayTarget,
    private readonly clock: Clock,
    private readonly listener: PlayListener,
  ) {
    const { target, url } = played;
    this.streamUrl = target.requestUrl;
    const options = { target, tlsCheck: true, userAgent: 'frame-streamer', errors: playErrors(url) };
    this.connection = new RtspConnection(
      options,
      clock,
      (error) => this.fail(error),
      (channel, bytes, start, lengthBytes) => this.onPacket(channel, bytes, start, lengthBytes),
    );
    this.begin().catch((thrown: unknown) => this.fail(toStreamerError(thrown)));
  }

  /** Says goodbye where there is a session, and resolves when the connection is closed, after a second at most. */
  async end(): Promise<void> {
    if (this.hasEnded) return;
    this.settle();
    if (this.session) await this.tearDown(this.session);
    this.connection.close();
  }

  /** Ends it because of `error`, as if the server had. */
  fail(error: StreamerError): void {
    if (this.hasEnded) return;
    this.settle();
    this.connection.close();
    this.listener.onEnd(error);
  }

  private async begin(): Promise<void> {
    const options = await this.ask('OPTIONS', this.streamUrl);
    if (/\bGET_PARAMETER\b/i.test(options.headers.get('public')?.join() ?? '')) this.keepaliveMethod = 'GET_PARAMETER';
    const described = await this.ask('DESCRIBE', this.streamUrl, { Accept: 'application/sdp' });
    const video = this.videoOf(described);
    this.listener.onVideo(video, described.headers.get('server')?.[0] ?? '');
    const base = this.baseOf(described);
    const transport = 'RTP/AVP/TCP;unicast;interleaved=0-1';
    const setUp = await this.ask('SETUP', under(base, video.control), { Transport: transport });
    const session = sessionOf(setUp);
    if (!session) throw this.refusal('it answers with no session.');
    this.session = { Session: session.id };
    this.channels = channelsOf(setUp);
    if (!this.channels) throw playStatusError('SETUP', 461, this.played.url);
    this.streamUrl = under(base, video.sessionControl);
    await this.ask('PLAY', this.streamUrl, { ...this.session, Range: 'npt=0.000-' });
    // Somebody may have ended it while the server thought about it.
    if (this.hasEnded) return;
    this.connection.setStreaming();
    this.keepAlive(this.session, keepaliveUs(session));
    this.listener.onPlaying();
  }

  /** The answer, where it is a success. */
  private async ask(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RtspResponse> {
    const response = await this.connection.request({ method, url, headers });
    if (response.status !== 200) throw playStatusError(method, response.status, this.played.url);
    return response;
  }

  private videoOf({ body }: RtspResponse): SdpVideo {
    const video = readSdpVideo(body.toString('latin1'));
    if (!video) throw this.refusal('it describes no video; check the path.');
    if (TRANSPORTS.test(video.transport)) return video;
    throw this.refusal('its video is encrypted, or no RTP; read it with ffmpeg+rtsp://.');
  }

  /** What the names of tracks are relative to (RFC 2326, appendix C.1.1). */
  private baseOf({ headers }: RtspResponse): string {
    const base = headers.get('content-base')?.[0] ?? headers.get('content-location')?.[0] ?? '';
    return IS_ABSOLUTE.test(base) && ADDRESS.test(base) ? base : this.played.target.requestUrl;
  }

  private onPacket(channel: number, bytes: Buffer, start: number, lengthBytes: number): void {
    if (this.hasEnded || !this.channels) return;
    if (channel === this.channels.rtpChannel) this.listener.onRtp(bytes, start, lengthBytes);
    else if (channel === this.channels.rtcpChannel) this.listener.onRtcp(bytes, start, lengthBytes);
  }

  /** What is answered does not matter, that it is does. */
  private keepAlive(session: Readonly<Record<string, string>>, everyUs: number): void {
    this.cancelKeepalive = this.clock.schedule(everyUs, () => {
      const request = { method: this.keepaliveMethod, url: this.streamUrl, headers: session };
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
    const cancel = this.clock.schedule(TEARDOWN_LIMIT_US, () => this.connection.close());
    const request = { method: 'TEARDOWN', url: this.streamUrl, headers: session };
    await this.connection.request(request).catch(() => undefined);
    cancel();
  }

  private refusal(what: string): StreamerError {
    return failure('SOURCE_BAD_ANSWER', this.played.url, what);
  }

  private settle(): void {
    this.hasEnded = true;
    this.cancelKeepalive?.();
  }
}

/** The address of a track: most servers mean by a relative name what is to be put behind their base, as it stands. */
function under(base: string, control: string | null): string {
  if (control === null || control === '*') return base;
  if (IS_ABSOLUTE.test(control)) return control;
  return base.endsWith('/') ? base + control : `${base}/${control}`;
}

import type { LookupFunction } from 'node:net';
import { StreamerError } from '../../shared/errors.js';
import { redactUrl } from '../../shared/redact.js';
import type { FfmpegInput, PreparedInput } from '../../shared/ffmpeg/ffmpeg.js';
import { GuardProxy } from './guard-proxy.js';
import { atAddress, atRelay, hostOfUrl } from './guarded-url.js';
import type { LiveInput } from './live-input.js';
import type { NetworkSpec, RtspSpec } from './live-spec.js';
import { networkInput } from './network-input.js';
import { marked } from './https-marker.js';
import { httpVideoInput } from './http-video-input.js';
import { rtspInput } from './rtsp-input.js';
import { RtspRelay } from './rtsp-relay.js';
import type { SourceGuard } from './source-guard.js';
import type { SourceSpec } from './source-spec.js';

/** An input whose address is looked at each time before FFmpeg opens it. */
export type GuardedInput = Omit<LiveInput, 'input'> & { readonly input: FfmpegInput };

/**
 * Containers that a guarded source may send. Not among them is what makes FFmpeg open further addresses by itself (playlists
 * of files, descriptions of sessions, DASH), but for HLS, which over HTTP goes through the proxy.
 */
const CONTAINERS =
  'mpegts,mpegtsraw,mpeg,flv,live_flv,matroska,webm,mov,mp4,avi,asf,nut,ogg,ivf,mxf,gif,jpeg_pipe,png_pipe' +
  ',mjpeg,mpjpeg,h264,hevc,av1,obu,m4v,mpegvideo,h263,vc1,yuv4mpegpipe,aac,ac3,mp3';
const HTTP_CONTAINERS = `${CONTAINERS},hls,webvtt`;
/**
 * What the proxy can see into; TLS is its own. HLS takes every protocol whose name begins with `http`, and so would connect by `httpproxy`,
 * without which FFmpeg speaks no TLS through a proxy, wherever a playlist says.
 */
const HTTP_PROTOCOLS = 'http,tcp,crypto';
/** RTSP with its packets in the same connection; UDP could be sent wherever the server says. */
const RTSP_PROTOCOLS = 'rtsp,tcp';
/**
 * Hosts that FFmpeg is to reach without the proxy: none has a slash. When it is empty FFmpeg takes it to stand for an empty
 * host, which is this machine, and for every name with a dot at its end.
 */
const NO_HOST = '/';
const DEFAULT_RTSP_PORT = 554;
/** What FFmpeg takes for it. */
const DEFAULT_RTSPS_PORT = 322;

/** The network as sources see it that were added over HTTP. */
export class GuardedNetwork {
  /** For our own HTTP client; addresses in the place of names are checked by `checkHost`. */
  readonly lookup: LookupFunction;
  private proxy: Promise<GuardProxy> | null = null;

  /** @param env the environment FFmpeg gets, beside the address of the proxy */
  constructor(
    private readonly guard: SourceGuard,
    private readonly env: PreparedInput['env'] = {},
  ) {
    this.lookup = guard.lookup;
  }

  /** As `SourceGuard.check`. */
  check(spec: SourceSpec): Promise<void> {
    return this.guard.check(spec);
  }

  /** Rejects with SOURCE_FORBIDDEN when a source may not be at `host`, or SOURCE_UNREACHABLE when nobody knows it. */
  async checkHost(host: string): Promise<void> {
    await this.guard.addressesOf(host);
  }

  /** Ends the connections that FFmpeg has through here. */
  async close(): Promise<void> {
    const proxy = this.proxy;
    this.proxy = null;
    // What could not be started needs no end.
    const started = await proxy?.catch(() => null);
    await started?.close();
  }

  /** A video or playlist over HTTP: each of its addresses is asked of the guard by the proxy. */
  http(url: string): GuardedInput {
    return this.throughProxy(httpVideoInput(url, HTTP_PROTOCOLS), HTTP_CONTAINERS);
  }

  /** @throws {StreamerError} SOURCE_FORBIDDEN for RTSP over UDP. */
  rtsp(spec: RtspSpec, timeoutOption: string): GuardedInput {
    if (spec.transport === 'udp') {
      const sentence = 'A source added over HTTP gets RTSP over TCP only; leave transport=udp out.';
      throw new StreamerError('SOURCE_FORBIDDEN', sentence);
    }
    const input = rtspInput({ ...spec, url: spec.url.replace(/^rtsps:/i, 'rtsp:') }, timeoutOption, RTSP_PROTOCOLS);
    return { ...input, shownInput: redactUrl(spec.url), input: () => this.throughRelay(spec.url) };
  }

  /** A stream over SRT, UDP or TCP. */
  network(spec: NetworkSpec): GuardedInput {
    return this.atAddress(networkInput(spec), CONTAINERS);
  }

  private async throughRelay(text: string): Promise<PreparedInput> {
    const host = hostOfUrl(text);
    const [address] = await this.guard.addressesOf(host);
    const url = new URL(text);
    const isSecure = url.protocol === 'rtsps:';
    const port = Number(url.port) || (isSecure ? DEFAULT_RTSPS_PORT : DEFAULT_RTSP_PORT);
    const relay = await RtspRelay.open({ url, address, port, tlsName: isSecure ? host : null });
    return { input: atRelay(text, relay.port) };
  }

  /** One for all; where it could not be started the next source tries again. */
  private async startedProxy(): Promise<GuardProxy> {
    this.proxy ??= GuardProxy.start(this.guard);
    try {
      return await this.proxy;
    } catch (error) {
      this.proxy = null;
      throw error;
    }
  }

  private atAddress(input: LiveInput, containers: string): GuardedInput {
    return withContainers(input, containers, async () => {
      const [address] = await this.guard.addressesOf(hostOfUrl(input.input));
      return { input: atAddress(input.input, address) };
    });
  }

  private throughProxy(input: LiveInput, containers: string): GuardedInput {
    return withContainers(input, containers, async () => {
      // The proxy would refuse it too, but with less to say.
      await this.guard.addressesOf(hostOfUrl(input.input));
      const { url } = await this.startedProxy();
      return { input: marked(input.input), env: { ...this.env, http_proxy: url, no_proxy: NO_HOST } };
    });
  }
}

function withContainers(input: LiveInput, containers: string, open: () => Promise<PreparedInput>): GuardedInput {
  const only = ['-format_whitelist', containers];
  const { fallbackInputOptions: fallback } = input;
  return {
    ...input,
    inputOptions: [...only, ...input.inputOptions],
    ...(fallback && { fallbackInputOptions: [...only, ...fallback] }),
    input: open,
  };
}

import type { ServerConfig } from './config.js';
import { isLoopback } from './exposure.js';
import { NOT_YET } from './own-mediamtx-address.js';
import { findMediamtx } from './rtsp/mediamtx-binary.js';
import { startMediamtx } from './rtsp/mediamtx-process.js';
import type { MediamtxParts, MediamtxProcess } from './rtsp/mediamtx-process.js';

/**
 * Starts the MediaMTX that `config` asks for and says where players find the streams; null where it asks for none.
 *
 * @throws {StreamerError} MEDIAMTX_NOT_FOUND, and as `startMediamtx` does.
 */
export async function startOwnMediamtx(
  config: ServerConfig,
  parts: MediamtxParts & { readonly env: Readonly<Record<string, string | undefined>> },
): Promise<MediamtxProcess | null> {
  if (!config.mediamtx) return null;
  const { env, logger } = parts;
  const { host, token: viewerPassword } = config;
  const binaryPath = await findMediamtx(env);
  const mediamtx = await startMediamtx({ binaryPath, host, viewerPassword, env }, parts);
  for (const { name, rtsp } of config.streams) {
    if (rtsp?.url.startsWith(NOT_YET)) logger.info({ stream: name, ...mediamtx.readUrls(name) }, 'MediaMTX serves');
  }
  if (config.tls && !isLoopback(host))
    logger.warn('MediaMTX serves without TLS: pictures and its password go in clear.');
  return mediamtx;
}

/** The configuration with the address of the MediaMTX that was started, where it was asked for. */
export function publishedTo(mediamtx: MediamtxProcess | null, config: ServerConfig): ServerConfig {
  if (!mediamtx) return config;
  const there = (url: string) => url.replace(NOT_YET, () => mediamtx.rtspUrl);
  const { rtspPublish } = config.streamValues;
  return {
    ...config,
    streams: config.streams.map((stream) =>
      stream.rtsp ? { ...stream, rtsp: { ...stream.rtsp, url: there(stream.rtsp.url) } } : stream,
    ),
    streamValues: { ...config.streamValues, rtspPublish: rtspPublish === null ? null : there(rtspPublish) },
  };
}

import { stat } from 'node:fs/promises';
import { StreamerError } from '../../shared/errors.js';
import type { FfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import { VERSION } from '../../shared/package-info.js';
import type { PathKind, ProbeTarget } from './probe-target.js';

/** What FFmpeg is to open for a path, and how. */
export interface ProbeInput {
  readonly input: string;
  /** Options before `-i`. */
  readonly inputOptions: readonly string[];
  /** What the measured time has in it beside the network, in words. */
  readonly delays: readonly string[];
  /** Whether it can be read faster than it plays, and is to be shown at its own pace. */
  readonly isPaced: boolean;
  /** Whether it may come to a regular end: live it breaks off. */
  readonly end: 'regular' | 'if it has a duration' | 'none';
}

/** FFmpeg gives up when the other end says nothing for so long. */
export const INPUT_TIMEOUT_US = 10_000_000;

/** Three frames say the rate; for what is not known after a second FFmpeg would wait five. */
const QUICK_START = ['-fpsprobesize', '3', '-analyzeduration', '1000000'];
const RTSP_PROTOCOLS = 'rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto';
/** What a playlist names is loaded from the network, never from this machine's files. */
const HTTP_PROTOCOLS = 'http,https,httpproxy,tcp,tls,crypto,hls,data';

const DECODING = 'FFmpeg: demuxing and decoding';
const NEXT_ONE = 'FFmpeg: one period, since it takes a picture of H.264 or H.265 for whole when the next one begins';
const PLAYER = 'a player that shows each picture when it is due, and waits when there is none';
const HLS_PLAYER = 'an HLS player that begins three segments before the newest, or as near to that as there are any';

type InputOf = (target: ProbeTarget, ffmpeg: FfmpegVersion) => Omit<ProbeInput, 'input'> & { readonly input?: string };

const INPUTS: Readonly<Partial<Record<PathKind, InputOf>>> = {
  rtsp: rtspInput,
  rtmp: () => live(['-protocol_whitelist', 'rtmp,rtmps,rtmpt,tcp,tls,crypto', '-rtmp_live', 'live', ...timeout()]),
  srt: () =>
    live(
      ['-protocol_whitelist', 'srt', '-connect_timeout', `${INPUT_TIMEOUT_US / 1000}`, ...timeout()],
      [NEXT_ONE, 'SRT: its receive buffer, 120 ms unless the address says ?latency='],
    ),
  udp: () => live(['-protocol_whitelist', 'udp', '-overrun_nonfatal', '1', ...timeout('timeout')], [NEXT_ONE]),
  rtp: () => live(['-protocol_whitelist', 'rtp,udp', ...timeout('timeout')], [NEXT_ONE]),
  tcp: () => live(['-protocol_whitelist', 'tcp', ...timeout()]),
  http: () => overHttp([PLAYER]),
  hls: () => overHttp([HLS_PLAYER, PLAYER]),
  file: fileInput,
};

/**
 * How FFmpeg opens the path that `target` is.
 *
 * @throws {StreamerError} SOURCE_NOT_FOUND for a file that is not there, BAD_USAGE for a path that is not for FFmpeg
 */
export async function ffmpegInput(target: ProbeTarget, ffmpeg: FfmpegVersion): Promise<ProbeInput> {
  const inputOf = INPUTS[target.kind];
  if (!inputOf) throw new StreamerError('BAD_USAGE', `${target.shownUrl} is not for FFmpeg.`);
  if (target.kind === 'file') await checkFile(target.url);
  const { inputOptions, delays, ...input } = inputOf(target, ffmpeg);
  return {
    input: target.url,
    ...input,
    inputOptions: [...inputOptions, ...QUICK_START],
    delays: [DECODING, ...delays],
  };
}

function live(inputOptions: readonly string[], delays: readonly string[] = []): Omit<ProbeInput, 'input'> {
  return { inputOptions, delays, isPaced: false, end: 'none' };
}

/** A parameter `transport` is meant for us. */
function rtspInput({ url }: ProbeTarget, { rtspTimeoutOption }: FfmpegVersion): ReturnType<InputOf> {
  const transport = /[?&]transport=(tcp|udp)(?=&|$)/.exec(url)?.[1] ?? 'tcp';
  const input = url.replace(/([?&])transport=(?:tcp|udp)(?:&|$)/, '$1').replace(/[?&]$/, '');
  const connection = ['-rtsp_transport', transport, rtspTimeoutOption, `${INPUT_TIMEOUT_US}`];
  const reordering = transport === 'udp' ? ['RTP over UDP: up to 0.5 s for packets that are missing'] : [];
  const options = ['-protocol_whitelist', RTSP_PROTOCOLS, ...connection, '-allowed_media_types', 'video'];
  return { input, ...live(options, [NEXT_ONE, ...reordering]) };
}

/** A file comes as fast as the network is, and segments of HLS come in bursts. */
function overHttp(delays: readonly string[]): ReturnType<InputOf> {
  const connection = [...timeout(), '-user_agent', `frame-streamer/${VERSION}`];
  const inputOptions = ['-protocol_whitelist', HTTP_PROTOCOLS, ...connection];
  return { inputOptions, delays, isPaced: true, end: 'if it has a duration' };
}

/** A session description leads to packets from the network; all else is played. */
function fileInput({ url }: ProbeTarget): ReturnType<InputOf> {
  const input = `file:${url}`;
  if (/\.sdp$/i.test(url)) return { input, ...live(['-protocol_whitelist', 'file,rtp,srtp,udp,crypto'], [NEXT_ONE]) };
  return {
    input,
    inputOptions: ['-protocol_whitelist', 'file,crypto,data'],
    delays: [PLAYER],
    isPaced: true,
    end: 'regular',
  };
}

async function checkFile(path: string): Promise<void> {
  try {
    if ((await stat(path)).isFile()) return;
  } catch (cause) {
    throw new StreamerError('SOURCE_NOT_FOUND', `${JSON.stringify(path)} does not exist; check the path.`, { cause });
  }
  throw new StreamerError('SOURCE_UNREADABLE', `${JSON.stringify(path)} is no file; give the path of a video.`);
}

function timeout(option = 'rw_timeout'): readonly string[] {
  return [`-${option}`, `${INPUT_TIMEOUT_US}`];
}

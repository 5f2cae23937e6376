import { redactUrl } from '../../shared/redact.js';
import { nearest } from '../../shared/suggestion.js';
import { refusal, shown, splitOnce } from './spec-text.js';

/** A camera or server that speaks RTSP. */
export interface RtspSpec {
  readonly kind: 'rtsp';
  readonly name: string;
  /** Without the `transport` that is meant for us. */
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
}

/** Whatever is behind an http:// or https:// address: MJPEG, a JPEG, a video file, HLS. */
export interface HttpSpec {
  readonly kind: 'http';
  readonly name: string;
  readonly url: string;
}

/** A stream over SRT, UDP or bare TCP, in whatever container FFmpeg makes out. */
export interface NetworkSpec {
  readonly kind: 'network';
  readonly name: string;
  readonly url: string;
}

/** A camera of this machine, by the name its system gives it. */
export interface DeviceSpec {
  readonly kind: 'device';
  readonly name: string;
  readonly device: string;
}

export type LiveSpec = RtspSpec | HttpSpec | NetworkSpec | DeviceSpec;

const KIND_OF_SCHEME: Readonly<Record<string, 'rtsp' | 'http' | 'network'>> = {
  rtsp: 'rtsp',
  rtsps: 'rtsp',
  http: 'http',
  https: 'http',
  srt: 'network',
  udp: 'network',
  tcp: 'network',
};
/** Schemes that sources can have. */
export const URL_SCHEMES: readonly string[] = Object.keys(KIND_OF_SCHEME);
const MAX_URL_LENGTH = 2048;
const MAX_DEVICE_LENGTH = 256;

/**
 * Parses `scheme://[user:password@]host[:port][/path][?query]`. The name is left to the caller.
 *
 * @throws {StreamerError} BAD_USAGE; passwords are not shown.
 */
export function parseUrl(text: string): Exclude<LiveSpec, DeviceSpec> {
  const scheme = splitOnce(text, '://')[0]!.toLowerCase();
  const kind = Object.hasOwn(KIND_OF_SCHEME, scheme) ? KIND_OF_SCHEME[scheme] : undefined;
  if (!kind) throw unknownScheme(scheme, text);
  if (text.length > MAX_URL_LENGTH)
    throw refusal(`An address may have ${MAX_URL_LENGTH} characters; one has ${text.length}.`);
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  if (/[\s\x00-\x1f\x7f]/.test(text))
    throw refusal(`${shown(text)} has a space or a control character; write it as %20.`);
  // FFmpeg's own addresses may leave the host out (udp://:1234), which no other reader of URLs takes.
  const authority = /^[^:]+:\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host === '') throw refusal(`${shown(text)} names no host.`);
  if (kind === 'network' && !/:\d{1,5}$/.test(host)) throw refusal(`${shown(text)} names no port.`);
  if (kind !== 'network' && !URL.canParse(text)) throw refusal(`${shown(text)} is no address; check host and port.`);
  const name = nameOfUrl(text, host);
  return kind === 'rtsp' ? { kind, name, ...withoutTransport(text) } : { kind, name, url: text };
}

/**
 * Parses what stands behind `device:`.
 *
 * @throws {StreamerError} BAD_USAGE
 */
export function parseDevice(device: string): DeviceSpec {
  const fits = device !== '' && device.length <= MAX_DEVICE_LENGTH && /^\P{Cc}*$/u.test(device);
  if (!fits) throw refusal('A device needs a name, such as device:/dev/video0.');
  return { kind: 'device', name: device.split('/').at(-1) ?? '', device };
}

/** FFmpeg would take the parameter for a part of the camera's own path. */
function withoutTransport(url: string): { url: string; transport: 'tcp' | 'udp' } {
  const [base = '', query] = splitOnce(url, '?');
  const parts = query === undefined ? [] : query.split('&');
  const ours = parts.filter((part) => part.startsWith('transport='));
  const transport = ours[0]?.slice('transport='.length) ?? 'tcp';
  if (ours.length > 1) throw refusal(`${shown(url)} has transport twice.`);
  if (transport !== 'tcp' && transport !== 'udp')
    throw refusal(`The transport must be tcp or udp, not ${shown(transport)}.`);
  const rest = parts.filter((part) => !ours.includes(part));
  return { url: rest.length > 0 ? `${base}?${rest.join('&')}` : base, transport };
}

/** `cam1.lan-stream2` for `rtsp://user:secret@cam1.lan:554/live/stream2?x=y`. */
function nameOfUrl(url: string, host: string): string {
  const path = /^[^:]+:\/\/[^/?#]*([^?#]*)/.exec(url)?.[1] ?? '';
  const last = path.split('/').findLast((part) => part !== '') ?? '';
  return redactUrl([host.replace(/:\d+$/, ''), last].filter((part) => part !== '').join('-'));
}

function unknownScheme(scheme: string, text: string) {
  const meant = nearest(scheme, URL_SCHEMES);
  const hint = meant === null ? `the schemes are ${URL_SCHEMES.join(', ')}.` : `did you mean ${meant}://?`;
  return refusal(`${shown(text)} has a scheme that is not known; ${hint}`);
}

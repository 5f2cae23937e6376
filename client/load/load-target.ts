import { StreamerError } from '../../shared/errors.js';
import { redactUrl } from '../../shared/redact.js';
import { parseRtspTarget } from '../../shared/rtsp/rtsp-target.js';
import { parseTargets } from '../probe/probe-target.js';
import type { PathKind, ProbeTarget } from '../probe/probe-target.js';
import { webSocketPath } from '../probe/session-path.js';
import { MAX_TARGETS } from '../report/subject-limits.js';
import type { LoadTarget, TargetKind } from './crowd.js';
import { statedClockErrorUs } from './stated-clock.js';

/** In front of an address of rtsp:// it chooses FFmpeg over the light reader, which only counts; a label may stand before. */
const FFMPEG_PREFIX = /^([^=/]*=)?ffmpeg\+(?=rtsps?:\/\/)/i;

const KINDS: Partial<Readonly<Record<PathKind, TargetKind>>> = {
  streamer: 'streamer',
  websocket: 'websocket',
  http: 'mjpeg',
  rtsp: 'rtsp',
};

/**
 * Parses `[label=]URL` for each of `texts`: streamer://, ws://, wss://, http:// and https:// (MJPEG), rtsp:// and rtsps://,
 * and `ffmpeg+rtsp://`, which has FFmpeg read it. Names are made as `parseTargets` of the probe makes them.
 *
 * @throws {StreamerError} BAD_USAGE; passwords are not shown.
 */
export function parseLoadTargets(texts: readonly string[]): LoadTarget[] {
  if (texts.length === 0) throw refusal('Give at least one target, such as streamer://host:8000/stream.');
  for (const text of texts) checkScheme(text);
  const plain = texts.map((text) => text.replace(FFMPEG_PREFIX, '$1'));
  return parseTargets(plain, MAX_TARGETS).map((target, i) => toLoadTarget(target, plain[i] !== texts[i]));
}

/** The probe, whose addresses these are, knows schemes that no load is made of, and would name them. */
function checkScheme(text: string): void {
  const scheme = /^(?:[^=/:]*=)?([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined || SCHEMES.has(scheme)) return;
  throw refusal(`No load can be made of ${scheme.slice(0, 32)}://; the schemes are ${[...SCHEMES].join(', ')}.`);
}

const SCHEMES: ReadonlySet<string> = new Set([
  ...['streamer', 'ws', 'wss', 'http', 'https', 'rtsp', 'rtsps', 'ffmpeg+rtsp', 'ffmpeg+rtsps'],
]);

function toLoadTarget({ name, kind, url, shownUrl }: ProbeTarget, usesFfmpeg: boolean): LoadTarget {
  const loadKind = usesFfmpeg ? 'ffmpeg' : KINDS[kind];
  if (loadKind === undefined) throw unreadable(url, kind);
  if (loadKind === 'rtsp') parseRtspTarget(url, 'play');
  if (loadKind === 'rtsp' || loadKind === 'mjpeg') statedClockErrorUs(new URL(url));
  if (loadKind === 'websocket') webSocketPath(url, NO_PARTS);
  return { name, kind: loadKind, url, shownUrl };
}

/** Nothing is opened by the check of an address. */
const NO_PARTS = { clock: { nowUs: () => 0, wallUs: () => 0, schedule: () => () => undefined }, token: null };

/** Who gives a host and a port alone most likely means our own protocol. */
const HOST_AND_PORT = /^(?:[a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\]):\d{1,5}(?:\/[\w.-]*)?$/i;

function unreadable(url: string, kind: PathKind): StreamerError {
  const shown = JSON.stringify(redactUrl(url).slice(0, 200));
  if (kind === 'file' && HOST_AND_PORT.test(url)) {
    return refusal(`${shown} does not say how to read it; did you mean streamer://${url.slice(0, 200)}?`);
  }
  return refusal(`No load can be made of ${shown}; streamer, ws, http (MJPEG) and rtsp can be read.`);
}

function refusal(sentence: string): StreamerError {
  return new StreamerError('BAD_USAGE', sentence);
}

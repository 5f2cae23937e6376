import type { TimeSource } from '../../shared/protocol/messages.js';
import type { ShownState, StreamSnapshot } from '../metrics/snapshot.js';
import { safeText } from './text.js';
import { formatSize } from '../../shared/units.js';

/** Stands where figures will be, until the first frame has come. */
export const NO_FRAMES = 'waiting for frames';

/** From when on the latency of a frame counts, which is what its time source says. */
export const SINCE: Readonly<Record<TimeSource, string>> = {
  schedule: 'since due',
  arrival: 'since arrival',
  source: 'since capture',
};

/** States in which frames come, or may: their figures are those of the present. */
const DELIVERING: ReadonlySet<ShownState> = new Set(['live', 'degraded', 'frozen', 'clock-jump']);
/** States of a source that does not do what it should. */
const TROUBLED: ReadonlySet<ShownState> = new Set(['degraded', 'silent', 'frozen', 'clock-jump', 'offline']);

type State = Pick<StreamSnapshot, 'state' | 'reason'>;

/** Whether frames of the stream can come now. */
export function isDelivering({ state }: State): boolean {
  return DELIVERING.has(state);
}

/** Whether the stream's source is not well. */
export function isTroubled({ state }: State): boolean {
  return TROUBLED.has(state);
}

/** The state with its reason where there is one: `offline: Connection refused; next try in 4 s.` */
export function stateText({ state, reason }: State): string {
  return reason === null || state === 'live' ? state : `${state}: ${safeText(reason)}`;
}

/** What stands where a stream has no latency to show: that it waits, or that there will be nothing. */
export function nothingText(stream: StreamSnapshot | null): string {
  if (stream?.probe && stream.frames.received > 0) return 'no latency: the pictures carry no capture time';
  return stream?.state === 'ended' || stream?.state === 'removed' ? 'no more frames' : NO_FRAMES;
}

/** From when on the latency of the newest frame counts, or what it was measured by where a probe did that. */
export function sinceText({ timeSource, probe }: Pick<StreamSnapshot, 'timeSource' | 'probe'>): string {
  return probe?.latencySource ? `by ${probe.latencySource}` : SINCE[timeSource];
}

/** Size and announced rate of the picture as far as they are known: `1280x720, 29.97 fps`; empty when neither is. */
export function pictureText(stream: Pick<StreamSnapshot, 'width' | 'height' | 'nominalFps'>): string {
  const rate = stream.nominalFps === null ? null : `${Number(stream.nominalFps.toFixed(2))} fps`;
  return [formatSize(stream), rate].filter((text) => text !== null).join(', ');
}

/** How the JPEGs come about, and why: `pass-through: the source is JPEG …`. */
export function encodingText({ encoding: { mode, reason } }: Pick<StreamSnapshot, 'encoding'>): string {
  const why = safeText(reason).trim();
  return why === '' ? mode : `${mode}: ${why}`;
}

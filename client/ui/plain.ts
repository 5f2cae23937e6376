import type { SecondFigures, Snapshot, StreamSnapshot } from '../metrics/snapshot.js';
import { safeText } from './text.js';
import {
  formatCount,
  formatDurationUs,
  formatElapsedMs,
  formatFps,
  formatMbps,
  formatOffset,
  formatWithError,
} from './units.js';

/**
 * What happened since `previous` (null at first) as text for people, one line a stream, without a line break at the
 * end: `12s  cam1 30.0 fps  7.4 Mbit/s  latency p50 3.1 ms ± 0.1 ms  p99 5.0 ms  lost 0  skipped 2  clock …`. Rates
 * and latency are those of the newest whole second, counts those of the whole run. Trouble comes as a line of words.
 */
export function formatPlainLine(snapshot: Snapshot, previous: Snapshot | null): string {
  const elapsed = formatElapsedMs(snapshot.durationMs);
  const trouble = connectionText(snapshot, previous);
  const lines = snapshot.state === 'connected' ? snapshot.streams.map((stream) => streamText(stream, snapshot)) : [];
  return [...(trouble === null ? [] : [trouble]), ...lines].map((line) => `${elapsed}  ${line}`).join('\n');
}

function connectionText(snapshot: Snapshot, previous: Snapshot | null): string | null {
  const { state, reconnects, outageMs } = snapshot;
  const notice = snapshot.notice === null ? '' : safeText(snapshot.notice);
  if (state !== 'connected') return notice === '' ? state : `${state}: ${notice}`;
  if (previous && previous.reconnects < reconnects) {
    return `connected again (reconnects ${formatCount(reconnects)}, outage ${formatElapsedMs(outageMs)} in all)`;
  }
  if (notice !== '' && notice !== previous?.notice) return notice;
  return snapshot.streams.length === 0 ? 'connected, no stream yet' : null;
}

function streamText(stream: StreamSnapshot, { clock }: Snapshot): string {
  const name = safeText(stream.name);
  if (stream.state !== 'live') {
    return `${name} ${stream.state}${stream.reason === null ? '' : `: ${safeText(stream.reason)}`}`;
  }
  const { frames, latencyUs } = stream;
  const second = stream.seconds.at(-1);
  return [
    `${name} ${formatFps(second?.frames ?? stream.fps.current)}`,
    formatMbps(second ? (second.bytes * 8) / 1e6 : stream.throughputMbps.current),
    latencyText(second),
    `lost ${formatCount(frames.lost)}`,
    `skipped ${formatCount(frames.skipped)}`,
    ...(frames.corrupt > 0 ? [`corrupt ${formatCount(frames.corrupt)}`] : []),
    ...(latencyUs.negative > 0 ? [`negative ${formatCount(latencyUs.negative)}`] : []),
    `clock ${clock.offsetUs === null ? 'not known yet' : formatOffset(clock.offsetUs, clock.errorUs)}`,
  ].join('  ');
}

function latencyText(second: SecondFigures | undefined): string {
  if (!second) return 'waiting for frames';
  if (second.frames === 0) return 'no frames';
  if (second.latencyP50Us === null) return 'latency not known yet';
  const p50 = formatWithError(second.latencyP50Us, second.errorUs);
  return `latency p50 ${p50}  p99 ${formatDurationUs(second.latencyP99Us)}`;
}

import type { SecondFigures, Snapshot, StreamSnapshot } from '../metrics/snapshot.js';
import { isDelivering, sinceText, stateText } from './stream-words.js';
import { safeText } from './text.js';
import {
  formatCount,
  formatDurationUs,
  formatElapsedMs,
  formatFps,
  formatMbps,
  formatOffset,
  formatWithError,
} from '../../shared/units.js';

/**
 * How things are as text for people, one line a stream, without a line break at the end:
 * `12s  cam1 30.0 fps  7.4 Mbit/s  latency p50 3.1 ms ± 0.1 ms  p99 5.0 ms  since due  lost 0  skipped 2  clock …`. Rates
 * and latency are those of the newest whole second, counts those of the whole run. What changed about the connection
 * since `previous` (null at first) comes as a line of words, and so does a stream from which nothing comes; but not a path
 * of a probe, of which there may be many, and whose every change `formatTransitions` tells.
 */
export function formatPlainLine(snapshot: Snapshot, previous: Snapshot | null): string {
  if (isProbe(snapshot))
    return timed(
      snapshot,
      snapshot.streams.filter(isDelivering).map((path) => streamText(path, snapshot)),
    );
  const { state, streams } = snapshot;
  const trouble = connectionText(snapshot, previous);
  const present = state === 'connected' ? streams.filter((stream) => stream.state !== 'removed') : [];
  const lines = present.map((stream) => streamText(stream, snapshot));
  return timed(snapshot, [...(trouble === null ? [] : [trouble]), ...lines]);
}

/**
 * A line for each stream that appeared since `previous`, or went into another state, or has another reason for it:
 * `12s  cam1 live -> offline: Connection refused; next try in 4 s.` Empty when nothing did.
 */
export function formatTransitions(snapshot: Snapshot, previous: Snapshot): string {
  // The streams of a server are known while it is connected; each path of a probe has a connection of its own.
  const areKnown = snapshot.state === 'connected' && previous.state === 'connected';
  if (!areKnown && !isProbe(snapshot)) return '';
  const before = new Map(previous.streams.map((stream) => [stream.name, stream]));
  return timed(
    snapshot,
    snapshot.streams.flatMap((stream) => transitionText(stream, before.get(stream.name)) ?? []),
  );
}

function transitionText(stream: StreamSnapshot, before: StreamSnapshot | undefined): string | null {
  const name = safeText(stream.name);
  if (!before) return `${name} appeared, ${stateText(stream)}`;
  if (before.state === 'idle' && stream.state !== 'idle') return `${name} ${stateText(stream)}`;
  if (before.state !== stream.state) return `${name} ${before.state} -> ${stateText(stream)}`;
  return before.reason === stream.reason ? null : `${name} ${stateText(stream)}`;
}

function isProbe({ streams }: Snapshot): boolean {
  return streams.some(({ probe }) => probe);
}

function timed({ durationMs }: Snapshot, lines: readonly string[]): string {
  const elapsed = formatElapsedMs(durationMs);
  return lines.map((line) => `${elapsed}  ${line}`).join('\n');
}

function connectionText(snapshot: Snapshot, previous: Snapshot | null): string | null {
  const { state, reconnects, outageMs, streams } = snapshot;
  const notice = snapshot.notice === null ? '' : safeText(snapshot.notice);
  if (state !== 'connected') return notice === '' ? state : `${state}: ${notice}`;
  if (previous && previous.reconnects < reconnects) {
    return `connected again (reconnects ${formatCount(reconnects)}, outage ${formatElapsedMs(outageMs)} in all)`;
  }
  if (notice !== '' && notice !== previous?.notice) return notice;
  if (streams.length === 0) return 'connected, no stream yet';
  return streams.every((stream) => stream.state === 'removed') ? 'connected, every stream was removed' : null;
}

function streamText(stream: StreamSnapshot, { clock }: Snapshot): string {
  const name = safeText(stream.name);
  if (!isDelivering(stream)) return `${name} ${stateText(stream)}`;
  const { frames, latencyUs } = stream;
  const second = stream.seconds.at(-1);
  return [
    `${name} ${stream.state === 'live' ? '' : `${stream.state} `}${formatFps(second?.frames ?? stream.fps.current)}`,
    formatMbps(second ? (second.bytes * 8) / 1e6 : stream.throughputMbps.current),
    latencyText(second, sinceText(stream)),
    `lost ${formatCount(frames.lost)}`,
    stream.probe ? `freezes ${formatCount(stream.probe.freezes.count)}` : `skipped ${formatCount(frames.skipped)}`,
    ...(frames.corrupt > 0 ? [`corrupt ${formatCount(frames.corrupt)}`] : []),
    ...(latencyUs.negative > 0 ? [`negative ${formatCount(latencyUs.negative)}`] : []),
    // Of a probe the error of the clock is in that of the latency.
    ...(stream.probe
      ? []
      : [`clock ${clock.offsetUs === null ? 'not known yet' : formatOffset(clock.offsetUs, clock.errorUs)}`]),
  ].join('  ');
}

function latencyText(second: SecondFigures | undefined, since: string): string {
  if (!second) return 'waiting for frames';
  if (second.frames === 0) return 'no frames';
  if (second.latencyP50Us === null) return 'latency not known yet';
  const p50 = formatWithError(second.latencyP50Us, second.errorUs);
  return `latency p50 ${p50}  p99 ${formatDurationUs(second.latencyP99Us)}  ${since}`;
}

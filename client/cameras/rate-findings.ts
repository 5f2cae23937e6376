import { formatElapsedMs, formatFps } from '../../shared/units.js';
import type { Finding, Subject } from '../report/run-report-schema.js';
import { findingOf, namesOf } from './finding.js';
import { activeFps, delivered, median, shareOfAnnounced } from './measured-cameras.js';
import { frameRateSpread, longestSilenceMs } from './frame-gaps.js';

/** Below this share of what is announced, frames are missing; below this one of the median, a camera stands out. */
const ANNOUNCED_SHARE = 0.9;
const MEDIAN_SHARE = 0.5;
/** A median of fewer says little. */
const LEAST_FOR_MEDIAN = 4;
/** A silence is a stall from here on, and where at least so many frames were due in it. */
const LONG_SILENCE_MS = 2000;
const MISSED_FRAMES = 4;
/** Standard deviation against the mean. */
const UNSTABLE_SPREAD = 0.25;

/** Cameras that send too few frames, stop for a while, or have no steady rate. */
export function rateFindings(cameras: readonly Subject[]): Finding[] {
  const working = cameras.filter(delivered);
  return [...slowFindings(working), ...stallFindings(working), ...unsteadyFindings(working)];
}

function slowFindings(cameras: readonly Subject[]): Finding[] {
  const findings: Finding[] = [];
  const announced = cameras.filter((camera) => (shareOfAnnounced(camera) ?? 1) < ANNOUNCED_SHARE);
  if (announced.length > 0) {
    const sentence = `${namesOf(announced)} sent fewer frames than announced; see whether the camera or the way to it is at its limit.`;
    const figureOf = (camera: Subject) =>
      `${formatFps(fpsOf(camera))} of ${formatFps(camera.nominalFps ?? 0)} announced`;
    findings.push(findingOf('warning', sentence, announced, figureOf));
  }
  const others = cameras.filter((camera) => !announced.includes(camera) && activeFps(camera) !== null);
  const middle = others.length < LEAST_FOR_MEDIAN ? null : median(others.map(fpsOf));
  const slow = middle === null ? [] : others.filter((camera) => fpsOf(camera) < MEDIAN_SHARE * middle);
  if (middle !== null && slow.length > 0) {
    const sentence = `${namesOf(slow)} sent less than half as many frames a second as most cameras; compare their settings, and their light: some slow down in the dark.`;
    findings.push(
      findingOf('note', sentence, slow, (camera) => `${formatFps(fpsOf(camera))}, median ${formatFps(middle)}`),
    );
  }
  return findings;
}

function stallFindings(cameras: readonly Subject[]): Finding[] {
  const stalled = cameras.filter(hasStalled);
  if (stalled.length === 0) return [];
  const sentence = `${namesOf(stalled)} sent nothing for seconds while connected; a camera that is too busy or a lossy link does that.`;
  return [
    findingOf('warning', sentence, stalled, (camera) => `no frame for ${formatElapsedMs(longestSilenceMs(camera))}`),
  ];
}

function unsteadyFindings(cameras: readonly Subject[]): Finding[] {
  const unsteady = cameras.filter((camera) => {
    const spread = frameRateSpread(camera);
    return spread !== null && spread > UNSTABLE_SPREAD && !hasStalled(camera);
  });
  if (unsteady.length === 0) return [];
  const sentence = `The frame rate of ${namesOf(unsteady)} is not steady; a fixed rate and bit rate in the camera's settings may help.`;
  const figureOf = (camera: Subject) =>
    `${formatFps(fpsOf(camera))} ± ${((frameRateSpread(camera) ?? 0) * 100).toFixed(0)} % (standard deviation)`;
  return [findingOf('note', sentence, unsteady, figureOf)];
}

function hasStalled(camera: Subject): boolean {
  const missed = MISSED_FRAMES / Math.max(fpsOf(camera), Number.MIN_VALUE);
  return longestSilenceMs(camera) >= Math.max(LONG_SILENCE_MS, missed * 1000);
}

function fpsOf(camera: Subject): number {
  return activeFps(camera) ?? camera.fps.mean;
}

import type { ErrorCode } from '../../shared/errors.js';
import { formatDurationUs, formatElapsedMs } from '../../shared/units.js';
import type { ErrorTally, Finding, Subject } from '../report/run-report-schema.js';
import { counted, exactCount } from '../report/sections/words.js';
import { findingOf, namesOf } from './finding.js';
import { delivered } from './measured-cameras.js';
import type { MeasuredCameras } from './measured-cameras.js';

const HOUR_MS = 3_600_000;
/** Without a connection for more than this share of the time, a camera is of little use. */
const BAD_OUTAGE_SHARE = 0.1;
const FLAPPING_RECONNECTS = 2;
/** After so long a connection on which nothing comes is given up; until then there may be neither frame nor error. */
const PATIENCE_MS = 10_000;

const HINTS: Partial<Readonly<Record<ErrorCode, string>>> = {
  SOURCE_UNREACHABLE: 'check the power, the address, and the way from this machine to its network',
  SOURCE_TIMEOUT:
    'the connection is taken and nothing is said; restart the camera, or close streams that others have open',
  SOURCE_DENIED: 'put the right user and password into the address, or give --camera-header',
  SOURCE_BAD_ANSWER: 'the answer is no stream; check the path in the address',
  SOURCE_FAILED: 'the camera closes the connection; see how many streams it may send at once',
  CONNECT_FAILED: 'check that the server runs, and the port',
  BAD_TOKEN: 'put the right token into the address',
};

/** An answer of HTTP or RTSP with a status that blames the server: one code holds these and wrong paths. */
const SERVER_FAULT = /it answers (?:[A-Z]+ with )?5\d\d\b/;
const SERVER_HINT = 'the camera, or the server before it, has a problem of its own; see its log, or restart it';

/** Cameras that never delivered, and those that broke, with how often and for how long. */
export function connectionFindings({ cameras, openMs }: Pick<MeasuredCameras, 'cameras' | 'openMs'>): Finding[] {
  const openFor = new Map(cameras.map((camera, index) => [camera, openMs[index] ?? 0]));
  const silent = cameras.filter((camera) => !delivered(camera));
  const isWaiting = (camera: Subject) => camera.errors.length === 0 && (openFor.get(camera) ?? 0) < PATIENCE_MS;
  return [
    ...silentFindings(silent.filter((camera) => !isWaiting(camera))),
    ...waitingFindings(silent.filter(isWaiting), (camera) => openFor.get(camera) ?? 0),
    ...brokenFindings(cameras),
  ];
}

/** Nothing is wrong with these as far as one knows: they were not open for long enough to tell. */
function waitingFindings(cameras: readonly Subject[], openMsOf: (camera: Subject) => number): Finding[] {
  if (cameras.length === 0) return [];
  const sentence = `${counted(cameras.length, 'camera')} had neither a frame nor an error yet when the run ended; measure longer.`;
  const figureOf = (camera: Subject) =>
    `frames 0, errors 0, opened ${formatDurationUs(openMsOf(camera) * 1000)} before`;
  return [findingOf('warning', sentence, cameras, figureOf)];
}

/** By the error that each had most often, and what is to be done about it. */
function silentFindings(cameras: readonly Subject[]): Finding[] {
  const groups = new Map<string, Subject[]>();
  for (const camera of cameras) {
    const why = whySilent(usualError(camera));
    groups.set(why, [...(groups.get(why) ?? []), camera]);
  }
  const byCount = [...groups].sort(([, a], [, b]) => b.length - a.length);
  return byCount.map(([why, group]) => {
    const sentence = `${counted(group.length, 'camera')} never delivered a frame ${why}.`;
    return findingOf('problem', sentence, group, silentFigure);
  });
}

function whySilent(error: ErrorTally | null): string {
  if (error === null) return 'and had no error: no answer came in time, or nothing behind it';
  const { code, message } = error;
  const hint = SERVER_FAULT.test(message) ? SERVER_HINT : (HINTS[code as ErrorCode] ?? 'the last error says more');
  return `(${code}): ${hint}`;
}

function silentFigure(camera: Subject): string {
  const error = usualError(camera);
  return error ? `frames 0, ${error.code} ${counted(error.count, 'time')}: ${error.message}` : 'frames 0, errors 0';
}

function usualError({ errors }: Subject): ErrorTally | null {
  return [...errors].sort((a, b) => b.count - a.count)[0] ?? null;
}

function brokenFindings(cameras: readonly Subject[]): Finding[] {
  const broken = cameras.filter((camera) => delivered(camera) && breaksOf(camera) > 0);
  const bad = broken.filter((camera) => outageShare(camera) > BAD_OUTAGE_SHARE);
  const flapping = broken.filter((camera) => !bad.includes(camera) && breaksOf(camera) >= FLAPPING_RECONNECTS);
  const once = broken.filter((camera) => !bad.includes(camera) && !flapping.includes(camera));
  const findings: Finding[] = [];
  if (bad.length > 0) {
    const sentence = `${namesOf(bad)} had no connection for more than ${BAD_OUTAGE_SHARE * 100} % of the time; look at the power, the network and the log of the camera.`;
    findings.push(findingOf('problem', sentence, byBreaks(bad), breakFigure));
  }
  if (flapping.length > 0) {
    const sentence = `${namesOf(flapping)} broke again and again; look for a weak link or a limit of time or of streams in the camera.`;
    findings.push(findingOf('warning', sentence, byBreaks(flapping), breakFigure));
  }
  if (once.length > 0) {
    findings.push(findingOf('note', `${namesOf(once)} broke once and came back or ended.`, once, breakFigure));
  }
  return findings;
}

/** What is still broken at the end counts too. */
function breaksOf({ reconnects, outages }: Subject): number {
  return Math.max(reconnects, outages.length);
}

function outageShare({ outageMs, durationMs }: Subject): number {
  return durationMs > 0 ? outageMs / durationMs : 0;
}

function byBreaks(cameras: readonly Subject[]): Subject[] {
  return [...cameras].sort((a, b) => breaksOf(b) - breaksOf(a));
}

function breakFigure(camera: Subject): string {
  const { reconnects, durationMs } = camera;
  const perHour = exactCount((reconnects * HOUR_MS) / Math.max(1, durationMs));
  const share = (outageShare(camera) * 100).toFixed(1);
  return `reconnects ${reconnects} in ${formatElapsedMs(durationMs)} (${perHour} an hour), ${share} % of the time without a connection`;
}

import { formatElapsedMs, formatFps, formatMbps } from '../../shared/units.js';
import type { CrowdFigures } from '../load/crowd.js';
import type { DetailsOf } from '../report/run-details-schema.js';
import { RUN_REPORT_SCHEMA } from '../report/run-report-schema.js';
import type { Provenance, RunReport, Subject } from '../report/run-report-schema.js';
import { counted, earlyEndText, exactCount } from '../report/sections/words.js';
import type { Validity } from '../report/run-trust-schema.js';
import { judge } from '../trust/judge.js';
import { invalidSentence } from '../trust/what-not-to-use.js';
import { cameraFindings } from './camera-findings.js';
import type { CameraList } from './camera-list.js';
import type { CamerasConfig } from './cameras-config.js';
import { delivered } from './measured-cameras.js';
import { openTimesMs } from './ramp-reach.js';

/** What a run of `cameras` came to. */
export interface MeasuredRun {
  readonly config: CamerasConfig;
  readonly list: CameraList;
  readonly figures: CrowdFigures;
  readonly machine: DetailsOf<'cameras'>['machine'];
  readonly residentBytesBefore: number;
  readonly provenance: Provenance;
}

const MAX_LEFT = 1000;
const MIB = 2 ** 20;

/** The report of a run of `cameras`, with its findings and its verdict. */
export function camerasReport({ config, list, figures, provenance, ...measured }: MeasuredRun): RunReport {
  const { generator, clocks, lostThreads } = figures;
  const total: Subject = { ...figures.total, kind: 'total' };
  const cameras = figures.targets.map((target): Subject => ({ ...target, kind: 'camera' }));
  const { cores, memoryMiB } = provenance.machine;
  const judged = { generator, server: null, total, cores, isSameMachine: null, lostThreads };
  const validity = judge({ kind: 'cameras', ...judged });
  const openMs = openTimesMs(cameras.length, config.rampMs, total.durationMs);
  const tried = cameras.slice(0, openMs.length);
  const details: DetailsOf<'cameras'> = {
    kind: 'cameras',
    listed: list.listed,
    selected: list.selected,
    opened: tried.length,
    left: list.left.slice(0, MAX_LEFT),
    leftCount: list.left.length,
    reconnect: config.reconnect,
    machine: measured.machine,
    residentBytesBefore: measured.residentBytesBefore,
  };
  return {
    schema: RUN_REPORT_SCHEMA,
    kind: 'cameras',
    verdict: verdictOf(tried, total, validity, { interrupted: provenance.interrupted, askedMs: config.durationMs }),
    validity,
    provenance,
    clocks: [...clocks],
    total,
    subjects: cameras,
    generator,
    server: null,
    findings: cameraFindings({
      ...{ cameras: tried, openMs, rampMs: config.rampMs, notReached: cameras.length - tried.length },
      ...{ total, generator, details, cores, memoryBytes: memoryMiB * MIB },
    }),
    details,
  };
}

function verdictOf(
  cameras: readonly Subject[],
  total: Subject,
  validity: Validity,
  { interrupted, askedMs }: { readonly interrupted: boolean; readonly askedMs: number },
): RunReport['verdict'] {
  const working = cameras.filter(delivered).length;
  const time = formatElapsedMs(total.durationMs);
  const ended = earlyEndText(interrupted, total.durationMs, askedMs);
  if (working === 0 && interrupted) {
    return { level: 'done', sentence: `Ended after ${time} before the first frame came.` };
  }
  if (working === 0) {
    return { level: 'fail', sentence: `Not one of ${counted(cameras.length, 'camera')} delivered a frame in ${time}.` };
  }
  if (!validity.valid) {
    return { level: 'invalid', sentence: `${ended}${invalidSentence(total, validity)}` };
  }
  const { frames, fps, throughputMbps, reconnects } = total;
  const figures = [`${exactCount(frames.received)} frames`, formatFps(fps.mean), formatMbps(throughputMbps)];
  const sentence = `${ended}${working} of ${counted(cameras.length, 'camera')} delivered ${figures.join(', ')} in ${time}, with ${counted(reconnects, 'reconnect')}.`;
  return { level: 'done', sentence };
}

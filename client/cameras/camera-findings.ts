import { formatElapsedMs } from '../../shared/units.js';
import type { Finding } from '../report/run-report-schema.js';
import { counted, exactCount } from '../report/sections/words.js';
import { connectionFindings } from './connection-findings.js';
import { machineFindings } from './machine-findings.js';
import { delivered } from './measured-cameras.js';
import type { MeasuredCameras } from './measured-cameras.js';
import { pictureFindings } from './picture-findings.js';
import { rateFindings } from './rate-findings.js';

const MAX_LEFT = 20;

/** What the figures of a run say about its cameras, and what to do; each with the figures that it comes from. */
export function cameraFindings(run: MeasuredCameras): Finding[] {
  const { cameras } = run;
  const trouble = [...connectionFindings(run), ...rateFindings(cameras), ...pictureFindings(cameras)];
  return [...trouble, ...goodFinding(run, trouble), ...listFindings(run), ...machineFindings(run)];
}

function goodFinding({ cameras, total }: MeasuredCameras, trouble: readonly Finding[]): Finding[] {
  if (cameras.length === 0 || !cameras.every(delivered)) return [];
  if (trouble.some(({ severity }) => severity !== 'note')) return [];
  const { frames, reconnects } = total;
  return [
    {
      severity: 'good',
      sentence:
        cameras.length === 1
          ? 'The camera delivered, and is in no trouble.'
          : `All ${counted(cameras.length, 'camera')} delivered, and none is in trouble.`,
      figures: [`frames ${exactCount(frames.received)}, corrupt ${frames.corrupt}, reconnects ${reconnects}`],
    },
  ];
}

function listFindings({ details, notReached, rampMs, total }: MeasuredCameras): Finding[] {
  const { listed, selected, opened, left, leftCount } = details;
  const findings: Finding[] = [];
  if (leftCount > 0) {
    const named = left.slice(0, MAX_LEFT).map(({ name, why }) => `${name}: ${why}`);
    findings.push({
      severity: 'warning',
      sentence: `${counted(leftCount, 'camera')} of the list cannot be opened; correct the list.`,
      figures: leftCount > named.length ? [...named, `and ${leftCount - named.length} more`] : named,
    });
  }
  if (notReached > 0) {
    findings.push({
      severity: 'note',
      sentence: `${counted(notReached, 'camera')} ${were(notReached)} not tried yet: the ramp had not reached ${them(notReached)} when the run ended.`,
      figures: [
        `opened ${opened} of ${opened + notReached}, --ramp ${formatElapsedMs(rampMs)}, measured for ${formatElapsedMs(total.durationMs)}`,
      ],
    });
  }
  const rest = selected - leftCount - opened - notReached;
  if (rest > 0) {
    findings.push({
      severity: 'note',
      sentence: `${counted(rest, 'camera')} of the list ${were(rest)} not opened; raise --max-streams to have ${them(rest)} in.`,
      figures: [`listed ${listed}, selected ${selected}, opened ${opened}`],
    });
  }
  return findings;
}

function were(count: number): string {
  return count === 1 ? 'was' : 'were';
}

function them(count: number): string {
  return count === 1 ? 'it' : 'them';
}

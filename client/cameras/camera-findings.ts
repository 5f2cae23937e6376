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
  const trouble = [...connectionFindings(cameras), ...rateFindings(cameras), ...pictureFindings(cameras)];
  return [...trouble, ...goodFinding(run, trouble), ...listFindings(run), ...machineFindings(run)];
}

function goodFinding({ cameras, total }: MeasuredCameras, trouble: readonly Finding[]): Finding[] {
  if (cameras.length === 0 || !cameras.every(delivered)) return [];
  if (trouble.some(({ severity }) => severity !== 'note')) return [];
  const { frames, reconnects } = total;
  return [
    {
      severity: 'good',
      sentence: `Every one of ${counted(cameras.length, 'camera')} delivered, and none is in trouble.`,
      figures: [`frames ${exactCount(frames.received)}, corrupt ${frames.corrupt}, reconnects ${reconnects}`],
    },
  ];
}

function listFindings({ details }: MeasuredCameras): Finding[] {
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
  const rest = selected - leftCount - opened;
  if (rest > 0) {
    findings.push({
      severity: 'note',
      sentence: `${counted(rest, 'camera')} of the list were not opened; raise --max-streams to have them in.`,
      figures: [`listed ${listed}, selected ${selected}, opened ${opened}`],
    });
  }
  return findings;
}

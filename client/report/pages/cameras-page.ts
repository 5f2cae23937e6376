import { formatElapsedMs, formatFps, formatMbps } from '../../../shared/units.js';
import type { FactsSection, Headline, ReportPage, TableSection } from '../page.js';
import type { DetailsOf } from '../run-details-schema.js';
import type { RunReport, Subject } from '../run-report-schema.js';
import { environmentSections } from '../sections/environment-sections.js';
import { findingsSection } from '../sections/findings-section.js';
import { measuredSections } from '../sections/measured-sections.js';
import { present } from '../sections/present.js';
import { trustSections } from '../sections/trust-sections.js';
import { counted, exactCount } from '../sections/words.js';

type Details = DetailsOf<'cameras'>;

/** Of more cameras than this nobody tells the lines apart, and the first ones of a list are not the ones that matter. */
const MAX_LINES = 7;

/** The page of a run of `cameras`: what is wrong first, then every camera, then this machine. */
export function camerasPage(report: RunReport, details: Details): ReportPage {
  const { verdict, total, subjects, findings } = report;
  return {
    title: `Cameras: ${exactCount(details.opened)} of ${exactCount(details.listed)}`,
    verdict,
    headlines: total ? headlinesOf(total, subjects, details) : [],
    sections: present(
      findingsSection(findings),
      ...(subjects.length > MAX_LINES ? measuredSections(report, [], subjects) : measuredSections(report, subjects)),
      errorsTable(subjects),
      listFacts(details),
      leftTable(details),
      ...trustSections(report),
      ...environmentSections(report),
    ),
  };
}

function headlinesOf(total: Subject, cameras: readonly Subject[], { machine, opened }: Details): Headline[] {
  const working = cameras.filter(({ frames }) => frames.received > 0);
  const { sessions, frames, fps, throughputMbps, reconnects, outageMs, durationMs } = total;
  // Each from its first frame on, while the whole is of the time before that, too.
  const rates = working.reduce((sum, camera) => sum + camera.fps.mean, 0);
  const each = working.length > 0 ? `${formatFps(rates / working.length)} a camera` : null;
  return [
    {
      label: 'cameras delivered',
      value: `${exactCount(working.length)} of ${exactCount(opened)}`,
      note: `${exactCount(sessions.connected)} connected at the end`,
    },
    { label: 'frames', value: exactCount(frames.received), note: `${exactCount(frames.corrupt)} corrupt` },
    { label: 'frames a second', value: fps.mean.toFixed(1), note: each },
    { label: 'bandwidth', value: formatMbps(throughputMbps), note: null },
    {
      label: 'reconnects',
      value: exactCount(reconnects),
      note: outageMs > 0 ? `${formatElapsedMs(outageMs)} without a connection, all together` : null,
    },
    ...machineHeadline('CPU of this machine', machine.cpuPercent),
    ...machineHeadline('memory of this machine', machine.memoryPercent),
    { label: 'measured for', value: formatElapsedMs(durationMs), note: null },
  ];
}

function machineHeadline(label: string, figures: Details['machine']['cpuPercent']): Headline[] {
  return figures ? [{ label, value: `${figures.mean.toFixed(0)} %`, note: `at most ${figures.max.toFixed(0)} %` }] : [];
}

/** What went wrong, camera by camera, most often first. */
function errorsTable(cameras: readonly Subject[]): TableSection | null {
  const rows = cameras.flatMap(({ name, errors }) => errors.map((error) => ({ name, ...error })));
  if (rows.length === 0) return null;
  return {
    kind: 'table',
    id: 'errors',
    title: 'Errors of cameras',
    note: 'Each code is explained in the list of error codes; the message is the last of its kind.',
    columns: [
      { label: 'Camera', align: 'left' },
      { label: 'Code', align: 'left' },
      { label: 'Times', align: 'right' },
      { label: 'Message', align: 'left' },
    ],
    rows: rows
      .sort((a, b) => b.count - a.count)
      .map(({ name, code, count, message }) => [
        { text: name },
        { text: code, tone: 'bad' },
        { text: exactCount(count), sortValue: count },
        { text: message },
      ]),
  };
}

function listFacts({ listed, selected, opened, leftCount, reconnect }: Details): FactsSection {
  return {
    kind: 'facts',
    id: 'list',
    title: 'The list',
    note: '',
    facts: [
      { name: 'In the list', value: counted(listed, 'camera') },
      { name: 'Passed the filter', value: exactCount(selected) },
      { name: 'Opened', value: exactCount(opened) },
      { name: 'Cannot be opened', value: exactCount(leftCount) },
      { name: 'After a break', value: reconnect ? 'connected to again, with backoff' : 'given up' },
    ],
  };
}

function leftTable({ left, leftCount }: Details): TableSection | null {
  if (left.length === 0) return null;
  return {
    kind: 'table',
    id: 'left',
    title: 'Cameras that cannot be opened',
    note: leftCount > left.length ? `The first ${exactCount(left.length)} of ${exactCount(leftCount)}.` : '',
    columns: [
      { label: 'Camera', align: 'left' },
      { label: 'Why', align: 'left' },
    ],
    rows: left.map(({ name, why }) => [{ text: name }, { text: why }]),
  };
}

import { formatDurationUs, NOTHING } from '../../../shared/units.js';
import type { Headline, ReportPage, TableCell, TableSection } from '../page.js';
import type { DetailsOf } from '../run-details-schema.js';
import type { RunReport } from '../run-report-schema.js';
import { environmentSections } from '../sections/environment-sections.js';
import { findingsSection } from '../sections/findings-section.js';
import { headlinesOf } from '../sections/headlines.js';
import { measuredSections } from '../sections/measured-sections.js';
import { present } from '../sections/present.js';
import { trustSections } from '../sections/trust-sections.js';
import { counted } from '../sections/words.js';

type Details = DetailsOf<'bench'>;

/** The page of a run of `bench`: who took part first, then a curve for each device. */
export function benchPage(report: RunReport, details: Details): ReportPage {
  const { verdict, total, subjects, findings } = report;
  return {
    title: `Bench: ${counted(details.devices.length, 'device')}, stream ${details.stream}`,
    verdict,
    headlines: [...(total ? headlinesOf(total).filter(isOfFrames) : []), devicesHeadline(details)],
    sections: present(
      findingsSection(findings),
      devicesTable(details),
      ...measuredSections(report, subjects),
      ...trustSections(report),
      ...environmentSections(report),
    ),
  };
}

/** Sessions are devices here, which have a headline of their own. */
function isOfFrames({ label }: Headline): boolean {
  return label !== 'sessions';
}

function devicesHeadline({ devices, devicesAsked }: Details): Headline {
  const included = devices.filter((device) => device.included).length;
  const note = devices.length < devicesAsked ? `${devicesAsked} were asked for` : null;
  return { label: 'devices', value: `${included} of ${devices.length} in the total`, note };
}

function devicesTable({ devices }: Details): TableSection | null {
  if (devices.length === 0) return null;
  return {
    kind: 'table',
    id: 'devices',
    title: 'Devices',
    note: 'All measured the same frames, each with its own clock. A device that is not in the total stands here with why.',
    columns: [
      { label: 'Device', align: 'left' },
      { label: 'In the total', align: 'left' },
      { label: '± clock', align: 'right' },
      { label: 'Joined', align: 'right' },
      { label: 'Left', align: 'right' },
      { label: 'Platform', align: 'left' },
    ],
    rows: devices.map(deviceRow),
  };
}

function deviceRow(device: Details['devices'][number]): TableCell[] {
  const { subject, platform, clockErrorUs, joinedAtMs, leftAtMs, included, why } = device;
  return [
    { text: subject },
    included ? { text: 'yes' } : { text: `no: ${why ?? ''}`, tone: 'warning' },
    { text: formatDurationUs(clockErrorUs), sortValue: clockErrorUs },
    { text: joinedAtMs <= 0 ? 'in time' : `${formatDurationUs(joinedAtMs * 1000)} late`, sortValue: joinedAtMs },
    leftAtMs === null
      ? { text: NOTHING, sortValue: null }
      : { text: `after ${formatDurationUs(leftAtMs * 1000)}`, sortValue: leftAtMs, tone: 'warning' },
    { text: platform },
  ];
}

import { formatDurationUs, formatElapsedMs, formatOffset, formatPpm } from '../../../shared/units.js';
import type { FactsSection, Section, TableSection } from '../page.js';
import type { ClockRecord, Provenance, RunReport } from '../run-report-schema.js';
import { present } from './present.js';

/** What one needs to run it again, and to compare it: version, command line, machine, and the clocks. */
export function environmentSections({ provenance, clocks }: RunReport): Section[] {
  return present(clocksTable(clocks), environmentSection(provenance));
}

/** Version, commit, command line and machine of a run. */
export function environmentSection(provenance: Provenance): FactsSection {
  const { version, commit, commandLine, startedAt, durationMs, interrupted, machine } = provenance;
  const ended = interrupted ? ', ended by the user before its time' : '';
  return {
    kind: 'facts',
    id: 'environment',
    title: 'Environment',
    note: '',
    facts: [
      { name: 'Command', value: commandLine.map(shellWord).join(' ') },
      { name: 'Started', value: startedAt },
      { name: 'Took', value: formatElapsedMs(durationMs) + ended },
      { name: 'frame-streamer', value: commit === null ? version : `${version}, commit ${commit}` },
      {
        name: 'Machine',
        value: `${machine.hostname}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryMiB} MiB`,
      },
      { name: 'System', value: `${machine.system}, Node ${machine.node}` },
      { name: 'Load before', value: machine.loadAverage.toFixed(2) },
    ],
  };
}

function clocksTable(clocks: readonly ClockRecord[]): TableSection | null {
  if (clocks.length === 0) return null;
  // Clocks of servers are known by their best round trips; a tail of them nobody gathers.
  const hasTail = clocks.some(({ rttUs }) => rttUs.p99 !== null);
  return {
    kind: 'table',
    id: 'clocks',
    title: 'Clocks',
    note: 'A clock that was compared with ours. No latency is farther from the truth than the error says.',
    columns: [
      { label: 'Clock of', align: 'left' },
      { label: 'Minus ours', align: 'right' },
      { label: '± error', align: 'right' },
      { label: 'Drift', align: 'right' },
      { label: 'Round trip', align: 'right' },
      { label: 'p50', align: 'right' },
      ...(hasTail ? [{ label: 'p99', align: 'right' as const }] : []),
    ],
    rows: clocks.map(({ of, offsetUs, errorUs, driftPpm, rttUs }) => [
      { text: of },
      { text: formatOffset(offsetUs, null), sortValue: offsetUs },
      { text: formatDurationUs(errorUs), sortValue: errorUs },
      { text: formatPpm(driftPpm), sortValue: driftPpm },
      ...[rttUs.min, rttUs.p50, ...(hasTail ? [rttUs.p99] : [])].map((us) => ({
        text: formatDurationUs(us),
        sortValue: us,
      })),
    ]),
  };
}

/** An argument as one would type it. */
function shellWord(argument: string): string {
  return /^[\w@%+=:,./*-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

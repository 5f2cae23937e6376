import type { FindingsSection } from '../page.js';
import type { Finding } from '../run-report-schema.js';

const SEVERITIES: readonly Finding['severity'][] = ['problem', 'warning', 'note', 'good'];

/** What was found, the worst first; null for nothing. */
export function findingsSection(findings: readonly Finding[]): FindingsSection | null {
  if (findings.length === 0) return null;
  const sorted = SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  return { kind: 'findings', id: 'findings', title: 'Findings', note: '', findings: sorted };
}

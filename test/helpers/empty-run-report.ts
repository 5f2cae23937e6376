import { RUN_REPORT_SCHEMA, type RunReport } from '../../client/report/run-report-schema.js';

/** The report of a run that measured nothing; `parts` replaces some of it. */
export function emptyRunReport(parts: Partial<RunReport> = {}): RunReport {
  return {
    schema: RUN_REPORT_SCHEMA,
    kind: 'load',
    verdict: { level: 'done', sentence: 'Nothing was measured.' },
    validity: { valid: true, reasons: [], checks: [], trust: 'There is nothing to trust.' },
    provenance: {
      version: '0.1.0',
      commit: null,
      commandLine: ['load', 'streamer://127.0.0.1:8000'],
      startedAt: '2026-01-02T03:04:05.000Z',
      durationMs: 1000,
      interrupted: false,
      machine: {
        cpu: 'a CPU',
        cores: 2,
        memoryMiB: 1024,
        system: 'linux',
        node: 'v20.0.0',
        loadAverage: 0,
        hostname: 'here',
      },
    },
    clocks: [],
    total: null,
    subjects: [],
    generator: null,
    server: null,
    findings: [],
    details: { kind: 'load', sessionsAsked: 1, rampMs: 0, windowMs: 1000, workers: 1, fairness: null },
    ...parts,
  };
}

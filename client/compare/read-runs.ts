import { readFile, stat } from 'node:fs/promises';
import { StreamerError } from '../../shared/errors.js';
import { MAX_REPORT_LENGTH, readRunReport } from '../report/read-run-report.js';
import type { RunReport } from '../report/run-report-schema.js';
import { SUMMARY_SCHEMA, summarySchema } from '../report/summary-schema.js';
import type { ComparedRun } from './compared-run.js';
import { runOfSummary } from './summary-run.js';

/** Subjects of one run that are compared; sessions of a load run are not among them, since they have no names. */
const MAX_SUBJECTS = 64;

/**
 * Reads what a run left: a report of `load`, `cameras`, `capacity`, `bench` or `chaos`, or the summary that watching and
 * `probe` print with `--json`.
 *
 * @throws {StreamerError} BAD_REPORT for anything else.
 */
export async function readRun(file: string): Promise<ComparedRun> {
  const text = await contentOf(file);
  const summary = summaryIn(text);
  return summary === null ? runOfReport(readRunReport(text, file), file) : checkedSummary(summary, file);
}

async function contentOf(file: string): Promise<string> {
  try {
    const facts = await stat(file);
    // A pipe or a device may have no end.
    if (!facts.isFile()) throw badReport(file, 'it is no regular file');
    if (facts.size > MAX_REPORT_LENGTH) throw badReport(file, 'it is too large');
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof StreamerError) throw cause;
    throw badReport(file, 'it cannot be read', cause);
  }
}

/** The object where its format is that of a summary; null for all else, about which others complain. */
function summaryIn(text: string): unknown {
  // Reports of runs are large, and their format stands in front.
  if (!text.slice(0, 4096).includes(SUMMARY_SCHEMA)) return null;
  try {
    const value: unknown = JSON.parse(text);
    const isSummary =
      typeof value === 'object' && value !== null && 'schema' in value && value.schema === SUMMARY_SCHEMA;
    return isSummary ? value : null;
  } catch {
    return null;
  }
}

function checkedSummary(value: unknown, file: string): ComparedRun {
  const result = summarySchema.safeParse(value);
  if (!result.success) throw badReport(file, `it does not have the form of ${SUMMARY_SCHEMA}`);
  return runOfSummary(result.data, file);
}

/** A report as it is compared; throws BAD_REPORT for one of a comparison. */
export function runOfReport(report: RunReport, file: string): ComparedRun {
  const { kind, total, validity, provenance, server, verdict, details } = report;
  if (kind === 'compare') throw badReport(file, 'it is itself a comparison');
  const isSearch = details.kind === 'capacity';
  // Steps of two searches are of different sizes.
  const named = isSearch ? [] : report.subjects.filter((subject) => subject.kind !== 'session');
  const subjects = named.slice(0, MAX_SUBJECTS);
  const isInvalid = !validity.valid || verdict.level === 'invalid';
  return {
    ...{ file, kind, total, subjects },
    startedAt: provenance.startedAt,
    windowMs: (total ?? subjects[0])?.durationMs ?? 0,
    invalid: isInvalid ? (validity.reasons.length > 0 ? validity.reasons : [verdict.sentence]) : [],
    isInterrupted: provenance.interrupted,
    machine: provenance.machine,
    isServerHere: server?.isSameMachine ?? null,
    sizes: [],
    serverCpu: server?.samples.map(({ cpuPercent }) => cpuPercent) ?? [],
    capacity: isSearch ? { unit: details.unit, objective: details.objective, ...details.interval } : null,
  };
}

function badReport(file: string, why: string, cause?: unknown): StreamerError {
  const sentence = `${file} is nothing that can be compared: ${why}; give what --report FILE.json or --json wrote.`;
  return new StreamerError('BAD_REPORT', sentence, { cause });
}

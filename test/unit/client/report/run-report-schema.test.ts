import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LOAD_OPTIONS } from '../../../../client/load/load-options.js';
import { runReportSchema } from '../../../../client/report/run-report-schema.js';
import { emptyRunReport } from '../../../helpers/empty-run-report.js';
import { invalidReport, loadReport, reportsOfEveryKind } from '../../../helpers/sample-reports.js';

describe('runReportSchema', () => {
  // `vitest run -u` writes the file anew.
  it('is what docs/run-report.schema.json says', async () => {
    const schema = z.toJSONSchema(runReportSchema, { io: 'input' });
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../../../docs/run-report.schema.json');
  });

  it('bounds what whoever reads a report works with', () => {
    const report = loadReport({ sessions: 2, seconds: 5 });
    const { total } = report;
    const of = (length: number) => Array.from({ length }, () => 1);
    const timelineOf = (buckets: number, frames = buckets) => {
      const rest = { bytes: of(buckets), latencyP50Us: of(buckets), latencyP99Us: of(buckets), ageMaxUs: of(buckets) };
      return { ...report, total: { ...total, timeline: { bucketMs: 1000, frames: of(frames), ...rest } } };
    };
    const isTaken = (one: unknown) => runReportSchema.safeParse(one).success;
    expect([timelineOf(600), timelineOf(601), timelineOf(600, 599)].map(isTaken)).toEqual([true, false, false]);
    const withRate = (throughputMbps: number) => ({ ...report, total: { ...total, throughputMbps } });
    expect([withRate(1e15), withRate(1e308)].map(isTaken)).toEqual([true, false]);
  });

  it('has room for every session of the greatest load, and its targets', () => {
    const { subjects } = z.toJSONSchema(runReportSchema, { io: 'input' }).properties ?? {};
    expect(LOAD_OPTIONS.clients.schema.safeParse(100_000).success).toBe(true);
    expect(LOAD_OPTIONS.clients.schema.safeParse(100_001).success).toBe(false);
    expect(subjects).toMatchObject({ maxItems: 100_000 + 4096 });
  });

  it('is what the sample reports of the tests are', () => {
    for (const report of [emptyRunReport(), loadReport(), invalidReport(), ...reportsOfEveryKind()])
      expect(runReportSchema.parse(report)).toEqual(report);
  });
});

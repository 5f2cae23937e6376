import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runReportSchema } from '../../../../client/report/run-report-schema.js';
import { emptyRunReport } from '../../../helpers/empty-run-report.js';
import { invalidReport, loadReport, reportsOfEveryKind } from '../../../helpers/sample-reports.js';

describe('runReportSchema', () => {
  // `vitest run -u` writes the file anew.
  it('is what docs/run-report.schema.json says', async () => {
    const schema = z.toJSONSchema(runReportSchema, { io: 'input' });
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../../../docs/run-report.schema.json');
  });

  it('is what the sample reports of the tests are', () => {
    for (const report of [emptyRunReport(), loadReport(), invalidReport(), ...reportsOfEveryKind()])
      expect(runReportSchema.parse(report)).toEqual(report);
  });
});

import { expect, it } from 'vitest';
import { startProvenance } from '../../../../client/report/provenance.js';
import { runReportSchema } from '../../../../client/report/run-report-schema.js';
import { VERSION } from '../../../../shared/package-info.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

it('says what ran, where and for how long', () => {
  const clock = new FakeClock(1_700_000_000_000_000);
  const started = startProvenance({ clock, commandLine: ['load', '--token', 'hunter2'] });
  clock.advance(2_500_000);
  const provenance = started.finish(true);
  expect(runReportSchema.shape.provenance.parse(provenance)).toEqual(provenance);
  expect(provenance).toMatchObject({
    ...{ version: VERSION, startedAt: '2023-11-14T22:13:20.000Z', durationMs: 2500, interrupted: true },
    commandLine: ['load', '--token', '***'],
  });
  expect(provenance.machine.cores).toBeGreaterThan(0);
  expect(provenance.machine.node).toBe(process.version);
});

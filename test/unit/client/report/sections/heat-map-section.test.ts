import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../../../client/report/run-report-schema.js';
import { heatMapSection } from '../../../../../client/report/sections/heat-map-section.js';
import { sampleSubject } from '../../../../helpers/sample-subject.js';

describe('heatMapSection', () => {
  it('has a row for each session, that with the oldest pictures first', () => {
    const section = heatMapSection([withP99('quick', [1000, 2000]), withP99('slow', [9000, null])]);
    expect(section).toMatchObject({
      bucketMs: 1000,
      rows: [
        { name: 'slow', values: [9000, null] },
        { name: 'quick', values: [1000, 2000] },
      ],
    });
  });

  it('keeps an order that means something', () => {
    const section = heatMapSection([withP99('first', [1, 2]), withP99('second', [9, 9])], { keepsOrder: true });
    expect(section?.rows.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(section?.note).not.toContain('worst');
  });

  it('is none for one session, or without a timeline', () => {
    const one = withP99('a', [1, 2]);
    expect(heatMapSection([one])).toBeNull();
    expect(heatMapSection([one, { ...one, timeline: null }])).toBeNull();
  });

  it('keeps the worst of a thousand, thins the others evenly, and says so', () => {
    const sessions = Array.from({ length: 1000 }, (_, n) => withP99(`s${n}`, [n + 1, n + 1]));
    const section = heatMapSection(sessions);
    const names = section?.rows.map(({ name }) => name) ?? [];
    expect(names).toHaveLength(80);
    expect(names.slice(0, 40)).toEqual(Array.from({ length: 40 }, (_, n) => `s${999 - n}`));
    expect(names.slice(40, 42)).toEqual(['s959', 's935']);
    expect(section?.note).toContain('Of 1,000 sessions 80 are shown: the 40 worst');
  });

  it('puts buckets together until they can be drawn, the greatest of each', () => {
    const values = Array.from({ length: 600 }, (_, bucket) => (bucket === 7 ? 99_000 : bucket < 5 ? null : 1000));
    const section = heatMapSection([withP99('a', values), withP99('b', values)]);
    expect(section?.bucketMs).toBe(5000);
    expect(section?.rows[0]?.values).toHaveLength(120);
    expect(section?.rows[0]?.values.slice(0, 3)).toEqual([null, 99_000, 1000]);
  });
});

function withP99(name: string, latencyP99Us: (number | null)[]): Subject {
  const subject = sampleSubject({ name, seconds: 2 });
  const zeros = latencyP99Us.map(() => 0);
  const p99 = Math.max(...latencyP99Us.map(Number));
  return {
    ...subject,
    ageUs: { ...subject.ageUs, p99 },
    timeline: {
      ...{ bucketMs: 1000, frames: zeros, bytes: zeros, latencyP50Us: zeros, ageMaxUs: zeros },
      latencyP99Us,
    },
  };
}

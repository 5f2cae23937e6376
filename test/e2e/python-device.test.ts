import { describe, expect, it } from 'vitest';
import { LatencyHistogram, MAX_TRACKABLE_US } from '../../shared/histogram.js';
import { readHistogram } from '../../shared/histogram-reader.js';
import { requirePythonPackage, runPython } from '../helpers/python-package.js';
import { SeededRandom } from '../helpers/seeded-random.js';

/** Records each number of the command line; prints both histograms and the quantiles. */
const RECORD = `
import json, sys
from frame_streamer.signed_counts import SignedCounts
counts = SignedCounts()
for number in sys.argv[1:]:
    counts.record(float(number))
print(json.dumps([counts.encode(), [counts.quantile(q) for q in (0, 0.1, 0.5, 0.9, 0.99, 1)]]))
`;

type Told = readonly [histograms: readonly [string, string | null], quantiles: readonly number[]];

describe.skipIf(!(await requirePythonPackage()))('the histograms of a Python device', () => {
  it('are those that Node.js would have made, of values of both signs', async () => {
    const edges = [0, 1, 2047, 2048, 2049, 4095, 4096, 65_535, 0.5, 10.5, MAX_TRACKABLE_US, 2 * MAX_TRACKABLE_US];
    const random = new SeededRandom(11);
    const values = [...edges, ...Array.from({ length: 500 }, () => 10 ** (random.below(9500) / 1000))].flatMap(
      (value, n) => (n % 3 === 0 ? [value, -value] : [value]),
    );
    const { stdout, stderr } = await runPython(['-c', RECORD, ...values.map(String)]);
    expect(stderr).toBe('');
    const [[positive, negative], quantiles] = JSON.parse(stdout) as Told;
    const ours = new LatencyHistogram();
    for (const value of values) ours.record(value);
    expect(countsIn(positive)).toEqual(countsIn(ours.encode()));
    expect(countsIn(negative!)).toEqual(countsIn(ours.encodeNegative()!));
    expect(quantiles).toEqual([0, 0.1, 0.5, 0.9, 0.99, 1].map((q) => ours.quantile(q)));
  });
});

function countsIn(base64: string): readonly (readonly [valueUs: number, count: number])[] {
  const counts: [number, number][] = [];
  readHistogram(base64, (valueUs, count) => counts.push([valueUs, count]));
  return counts;
}

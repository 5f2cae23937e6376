import { describe, expect, it } from 'vitest';
import { GLYPHS } from '../../../../client/ui/glyphs.js';
import { latencyColumns } from '../../../../client/ui/latency-columns.js';
import { second } from '../../../helpers/chart-samples.js';

const SIZE = { columns: 37, rows: 7 };

describe('latencyColumns', () => {
  it('draws p50 as columns, p99 as a dash, and leaves gaps', () => {
    const latencies = [10_000, 10_000, null, 5_000];
    const seconds = latencies.map((us, index) => second(index, us));
    expect(latencyColumns(seconds, SIZE, GLYPHS.ascii).lines).toEqual([
      '20 ms                            --  ',
      '                                     ',
      '                                     ',
      '10 ms                            ## -',
      '                                 ## :',
      ' 0 ms                            ## #',
      '      -30 s        -15 s          now',
    ]);
  });

  it('has lines of the asked size with no, one and huge values', () => {
    for (const seconds of [[], [second(0, null)], [second(0, 1)], [second(0, 1), second(1, 9e9)]]) {
      const { lines } = latencyColumns(seconds, SIZE, GLYPHS.blocks);
      expect(lines.map((line) => line.length)).toEqual(new Array(SIZE.rows).fill(SIZE.columns));
    }
  });

  it('tells what it cuts off', () => {
    const seconds = Array.from({ length: 30 }, (_, index) => second(index, index === 7 ? 4_000_000 : 10_000));
    expect(latencyColumns(seconds, SIZE, GLYPHS.ascii).clippedUs).toBe(8_000_000);
  });
});

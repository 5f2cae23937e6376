import { describe, expect, it } from 'vitest';
import { stageRows } from '../../../../client/ui/stage-rows.js';
import { emptyStream, liveStream } from '../../../helpers/chart-samples.js';

const ZERO = { p50: 0, p99: 0 };
const PASSED = { mode: 'pass-through', reason: 'the source is JPEG' } as const;
const { stagesUs } = liveStream();

describe('stageRows', () => {
  it('lists the stages in their order, without processing where there is none', () => {
    const names = ['decode', 'queue', 'encode', 'publish', 'network', 'client decode'];
    expect(stageRows(liveStream()).map(({ name }) => name)).toEqual(names);
    expect(stageRows(emptyStream()).map(({ name }) => name)).toEqual(names);
    expect(stageRows(liveStream())[2]).toEqual({ name: 'encode', p50: 7_803, p99: 9_903, note: '' });
  });

  it('lists processing where it took time, if only sometimes', () => {
    const rows = stageRows(liveStream(1, { stagesUs: { ...stagesUs, process: { p50: 0, p99: 9 } } }));
    expect(rows[1]).toEqual({ name: 'process', p50: 0, p99: 9, note: '' });
  });

  it('does not show zero for what was never done to JPEGs that are passed through', () => {
    const stream = liveStream(1, { encoding: PASSED, stagesUs: { ...stagesUs, queue: ZERO, encode: ZERO } });
    expect(stageRows(stream).slice(0, 3)).toEqual([
      { name: 'receive', p50: 850, p99: 1_310, note: '' },
      { name: 'queue', p50: null, p99: null, note: '' },
      { name: 'encode', p50: null, p99: null, note: 'passed through' },
    ]);
  });

  it('shows what was measured before a stream was passed through', () => {
    const rows = stageRows(liveStream(1, { encoding: PASSED }));
    expect(rows[2]).toEqual({ name: 'encode', p50: 7_803, p99: 9_903, note: '' });
  });

  it('keeps the zeros of a server that encodes', () => {
    const rows = stageRows(liveStream(1, { stagesUs: { ...stagesUs, queue: ZERO } }));
    expect(rows[1]).toEqual({ name: 'queue', ...ZERO, note: '' });
  });
});

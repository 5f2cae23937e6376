import { describe, expect, it } from 'vitest';
import { CamerasProgress, listPage } from '../../../../client/cameras/cameras-progress.js';
import { StreamerError } from '../../../../shared/errors.js';
import { crowdProgress, targetProgress } from '../../../helpers/crowd-progress.js';

const IDLE = { cpuPercent: null, memoryPercent: null };

describe('what is shown of cameras', () => {
  it('says how far the list is', () => {
    expect(listPage(0, 0).phase).toBe('reading the list of cameras');
    expect(listPage(120, 500).phase).toBe('reading the list of cameras: 120 so far');
  });

  it('has a row for each camera and eight figures', () => {
    const error = new StreamerError('SOURCE_FAILED', 'http://u:hunter2@h/a\u001b[2J closed');
    const cameras = [
      targetProgress('door', { connected: 1, framesPerSecond: 25, bytesPerSecond: 500_000, frames: 12_345 }),
      targetProgress('yard', { reconnecting: 1, reconnects: 3, lastError: error }),
    ];
    const page = new CamerasProgress(10_000).page(
      crowdProgress(cameras),
      { cpuPercent: 41.6, memoryPercent: 12 },
      3500,
    );
    expect(page).toMatchObject({ phase: 'measuring 2 cameras', elapsedMs: 3500, endsAtMs: 10_000 });
    expect(page.table?.rows).toEqual([
      ['door', 'connected', '25.0', '4.0 Mbit/s', '12.3k', '0', ''],
      ['yard', 'reconnecting', '0.0', '0.00 Mbit/s', '0', '3', 'SOURCE_FAILED: http://u:***@h/a\uFFFD[2J closed'],
    ]);
    expect(page.figures.map(({ label, value }) => `${label} ${value}`)).toEqual([
      ...['connected 1/2', 'failed 0', 'reconnecting 1', 'fps 25.0', 'rate 4.0 Mbit/s', 'reconnects 3'],
      ...['CPU 42 %', 'memory 12 %'],
    ]);
    expect(page.notice).toBe('SOURCE_FAILED: http://u:***@h/a\uFFFD[2J closed');
  });

  it('draws a value a second, for five minutes at most', () => {
    const progress = new CamerasProgress(1_000_000);
    let page = progress.page(crowdProgress([]), IDLE, 0);
    for (let ms = 500; ms < 1000; ms += 100) page = progress.page(crowdProgress([]), IDLE, ms);
    expect(page.charts[0]?.values).toEqual([0]);
    for (let second = 1; second < 400; second += 1) page = progress.page(crowdProgress([]), IDLE, second * 1000);
    expect(page.charts.map(({ values }) => values.length)).toEqual([300, 300]);
    expect(page.charts[1]?.values.at(-1)).toBeNull();
  });
});

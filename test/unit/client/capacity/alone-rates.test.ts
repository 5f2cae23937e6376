import { describe, expect, it } from 'vitest';
import { aloneRates, needsRates } from '../../../../client/capacity/alone-rates.js';
import { parseObjective } from '../../../../client/capacity/objective.js';
import type { Crowd, LoadTarget } from '../../../../client/load/crowd.js';
import { crowdFiguresOf } from '../../../helpers/capacity-samples.js';
import { crowdProgress, targetProgress } from '../../../helpers/crowd-progress.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const targetOf = (kind: LoadTarget['kind'], name: string): LoadTarget => {
  return { name, kind, url: `x://host/${name}`, shownUrl: `x://host/${name}` };
};
const MJPEG = targetOf('mjpeg', 'slow');
const RTSP = targetOf('rtsp', 'announced');

/** Rates of `targets` by name, and how the crowds were used; 24.5 fps come of each, and `connected` sessions there are. */
async function measured(targets: readonly LoadTarget[], { connected = 1, framesPerLook = 5, stops = false } = {}) {
  const clock = new FakeClock(0);
  const stop = new AbortController();
  const log: string[] = [];
  const openCrowd = async ([target]: readonly LoadTarget[]): Promise<Crowd> => {
    const { name = '' } = target ?? {};
    let frames = 0;
    const figures = crowdFiguresOf({
      size: 1,
      session: { nominalFps: name === 'announced' ? 30 : null, fps: { mean: 24.5, min: 24, max: 25 } },
    });
    return {
      resize: async (size: number) => void log.push(`${name} ${size}`),
      begin: async () => void log.push('begin'),
      progress: () => crowdProgress([targetProgress(name, { connected, frames: (frames += framesPerLook) })]),
      end: async () => figures,
      close: async () => void log.push('close'),
    } as Partial<Crowd> as Crowd;
  };
  let isDone = false;
  const parts = { clock, signal: stop.signal, openCrowd, onDoing: () => undefined };
  const found = aloneRates(targets, parts, 5e6).finally(() => (isDone = true));
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    if (stops && log.includes('begin')) stop.abort();
    clock.advance(50_000);
  }
  const rates = [...(await found)].map(([{ name }, rate]) => [name, rate]);
  return { rates, log, tookUs: clock.nowUs() };
}

describe('aloneRates', () => {
  it('measures who announces no rate, alone', async () => {
    const { rates, log } = await measured([targetOf('streamer', 'own'), RTSP, MJPEG]);
    expect(rates).toEqual([['slow', 24.5]]);
    expect(log).toEqual(['announced 1', 'close', 'slow 1', 'begin', 'close']);
  });

  it('takes the whole time where few frames come, and none of who is not there', async () => {
    expect((await measured([MJPEG])).tookUs).toBeLessThan(5e6);
    expect((await measured([MJPEG], { framesPerLook: 1 })).tookUs).toBeGreaterThanOrEqual(5e6);
    expect((await measured([MJPEG], { connected: 0 })).rates).toEqual([]);
  });

  it('ends at once when it is stopped, and knows nothing of a window that was cut short', async () => {
    const { rates, log } = await measured([MJPEG, targetOf('mjpeg', 'next')], { stops: true });
    expect([rates, log]).toEqual([[], ['slow 1', 'begin', 'close']]);
  });
});

it('is needed for shares of a rate, and for nothing else', () => {
  const needs = (text: string) => needsRates(parseObjective(text));
  expect(['fps>=0.9', 'lost=0,fps-min>=90%'].map(needs)).toEqual([true, true]);
  expect(['fps>=25fps', 'lost<=0.1%'].map(needs)).toEqual([false, false]);
});

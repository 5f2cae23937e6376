import { describe, expect, it } from 'vitest';
import { usableCameras } from '../../../../client/capacity/usable-cameras.js';
import type { Crowd, LoadTarget } from '../../../../client/load/crowd.js';
import { crowdProgress, targetProgress } from '../../../helpers/crowd-progress.js';

describe('usableCameras', () => {
  it('leaves out who sends nothing, alone too', async () => {
    const { found, log, told } = trying(['good-1', 'silent'], {});
    expect(await found).toEqual({ usable: ['good-1'], left: [{ name: 'silent', why: 'no frame came' }] });
    expect(log).toEqual(['open good-1,silent', 'close', 'open silent', 'close']);
    expect(told).toEqual(['1/1', '2/1']);
  });

  it('takes who works alone only, at its place in the list', async () => {
    const { found } = trying(['shy', 'good-1'], {});
    expect(await found).toEqual({ usable: ['shy', 'good-1'], left: [] });
  });

  it('tries no more when it has enough', async () => {
    const silent = Array.from({ length: 58 }, (_, index) => `silent-${index}`);
    const first = trying(['good-1', 'good-2', ...silent], { enough: 2 });
    expect(await first.found).toEqual({ usable: ['good-1', 'good-2'], left: [] });
    expect(first.log).toHaveLength(2);
    const between = trying(['silent-a', 'shy', 'silent-b', ...silent], { enough: 1 });
    expect(await between.found).toMatchObject({ usable: ['shy'], left: [{ name: 'silent-a' }] });
    expect(between.log.filter((line) => line !== 'close').slice(1)).toEqual(['open silent-a', 'open shy']);
    const more = trying(['good-1', 'good-2', 'good-3'], { enough: 2 });
    expect(await more.found).toEqual({ usable: ['good-1', 'good-2'], left: [] });
  });

  it('waits for none of them when it is stopped, and calls none broken', async () => {
    const stop = new AbortController();
    const { found, log } = trying(['good-1', 'silent'], { opened: new Promise(() => undefined), signal: stop.signal });
    await Promise.resolve();
    stop.abort();
    expect(await found).toEqual({ usable: ['good-1', 'silent'], left: [] });
    expect(log).toEqual(['open good-1,silent', 'close']);
  });
});

/** Tries cameras of these names: `good-…` work, `shy` alone only, and others not. */
function trying(
  names: readonly string[],
  {
    enough = Infinity,
    opened = Promise.resolve(),
    signal = new AbortController().signal,
  }: { enough?: number; opened?: Promise<void>; signal?: AbortSignal },
) {
  const log: string[] = [];
  const told: string[] = [];
  const cameras = names.map((name): LoadTarget => {
    return { name, kind: 'rtsp', url: `rtsp://host/${name}`, shownUrl: `rtsp://host/${name}` };
  });
  const found = usableCameras(cameras, {
    ...{ enough, signal },
    onTried: (tried, working) => told.push(`${tried}/${working}`),
    openCrowd: (targets) => crowdOf(targets, log, opened),
  });
  const shown = found.then(({ usable, left }) => ({ usable: usable.map(({ name }) => name), left }));
  return { found: shown, log, told };
}

/** `opened` is when all are there. */
async function crowdOf(targets: readonly LoadTarget[], log: string[], opened: Promise<void>): Promise<Crowd> {
  const works = (name: string) => name.startsWith('good') || (name === 'shy' && targets.length === 1);
  const progress = targets.map(({ name }) => targetProgress(name, { connected: works(name) ? 1 : 0 }));
  return {
    resize: () => {
      log.push(`open ${targets.map(({ name }) => name).join()}`);
      return opened;
    },
    progress: () => crowdProgress(progress),
    close: async () => void log.push('close'),
  } as Partial<Crowd> as Crowd;
}

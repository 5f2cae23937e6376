import { describe, expect, it } from 'vitest';
import { usableCameras } from '../../../../client/capacity/usable-cameras.js';
import type { Crowd, LoadTarget } from '../../../../client/load/crowd.js';
import { crowdProgress, targetProgress } from '../../../helpers/crowd-progress.js';

const CAMERAS: LoadTarget[] = ['a', 'b'].map((name) => {
  return { name, kind: 'rtsp', url: `rtsp://host/${name}`, shownUrl: `rtsp://host/${name}` };
});

describe('usableCameras', () => {
  it('leaves out who sends nothing, alone too', async () => {
    const log: string[] = [];
    const opened = (targets: readonly LoadTarget[]) => crowdOf(targets, log, Promise.resolve());
    const { usable, left } = await usableCameras(CAMERAS, opened, new AbortController().signal);
    expect(usable.map(({ name }) => name)).toEqual(['a']);
    expect(left).toEqual([{ name: 'b', why: 'no frame came' }]);
    expect(log).toEqual(['resize 2', 'close', 'resize 1', 'close']);
  });

  it('waits for none of them when it is stopped, and calls none broken', async () => {
    const log: string[] = [];
    const stop = new AbortController();
    const found = usableCameras(CAMERAS, (targets) => crowdOf(targets, log, new Promise(() => undefined)), stop.signal);
    await Promise.resolve();
    stop.abort();
    expect(await found).toEqual({ usable: CAMERAS, left: [] });
    expect(log).toEqual(['resize 2', 'close']);
  });
});

/** A crowd in which `a` works; `opened` is when all are there. */
async function crowdOf(targets: readonly LoadTarget[], log: string[], opened: Promise<void>): Promise<Crowd> {
  return {
    resize: (sessions: number) => {
      log.push(`resize ${sessions}`);
      return opened;
    },
    progress: () => crowdProgress(targets.map(({ name }) => targetProgress(name, { connected: name === 'a' ? 1 : 0 }))),
    close: async () => void log.push('close'),
  } as Partial<Crowd> as Crowd;
}

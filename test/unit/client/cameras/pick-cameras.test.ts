import { describe, expect, it } from 'vitest';
import { pickCameras } from '../../../../client/cameras/pick-cameras.js';

const CAMERAS = Array.from({ length: 100 }, (_, i) => {
  const url = `http://h/${i}`;
  return { name: `cam-${i}`, kind: 'mjpeg' as const, url, shownUrl: url };
});

function pick(seed: number, cameras = CAMERAS): string[] {
  return pickCameras(cameras, { maxStreams: 10, pick: 'random', seed }).map(({ name }) => name);
}

describe('pickCameras', () => {
  it('takes the first ones', () => {
    expect(pickCameras(CAMERAS, { maxStreams: 3, pick: 'first', seed: 1 })).toEqual(CAMERAS.slice(0, 3));
  });

  it('draws by the seed, and keeps the order of the list', () => {
    const numbers = pick(1).map((name) => Number(name.slice(4)));
    expect(numbers).toHaveLength(10);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(pick(1)).toEqual(pick(1));
    expect(pick(2)).not.toEqual(pick(1));
    expect(pick(1)).not.toEqual(CAMERAS.slice(0, 10).map(({ name }) => name));
  });

  it('changes little when one camera goes', () => {
    const [gone] = pick(1);
    const left = pick(
      1,
      CAMERAS.filter(({ name }) => name !== gone),
    );
    expect(left.filter((name) => pick(1).includes(name))).toHaveLength(9);
  });

  it('takes all where there are not more', () => {
    expect(pickCameras(CAMERAS, { maxStreams: 100, pick: 'random', seed: 1 })).toEqual(CAMERAS);
  });
});

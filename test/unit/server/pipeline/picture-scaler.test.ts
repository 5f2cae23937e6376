import { describe, expect, it } from 'vitest';
import { PictureScaler, ScalerBusyError } from '../../../../server/pipeline/picture-scaler.js';
import { StreamerError } from '../../../../shared/errors.js';

/** A scaler whose pictures are made when the test says so. */
function setup() {
  const calls: { quality: number; width: number; finish(bytes: Buffer): void; fail(): void }[] = [];
  const scaler = new PictureScaler((quality) => ({
    reencode: (_, { width }) =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new StreamerError('BAD_JPEG', 'Broken.'));
        calls.push({ quality, width, finish: resolve, fail });
      }),
  }));
  const scale = (id: string, width = 10, quality = 80) =>
    scaler.scale({ id, jpeg: Buffer.from('x'), width, height: 5, quality });
  return { calls, scale };
}

/** Lets everything that is settled take its effect. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('PictureScaler', () => {
  it('makes a picture once for all who ask for it, while it is made and afterwards', async () => {
    const { calls, scale } = setup();
    const both = [scale('1/1'), scale('1/1')];
    await settled();
    expect(calls).toHaveLength(1);
    const made = Buffer.from('made');
    calls[0]!.finish(made);
    expect(await Promise.all(both)).toEqual([made, made]);
    expect(await scale('1/1')).toBe(made);
    expect(calls).toHaveLength(1);
  });

  it('tells pictures apart by frame, size and quality', async () => {
    const { calls, scale } = setup();
    const all = [scale('1/1'), scale('1/2')];
    await settled();
    for (const call of calls.splice(0)) call.finish(Buffer.from('x'));
    await Promise.all(all);
    void scale('1/1', 11);
    void scale('1/1', 10, 81);
    await settled();
    expect(calls.map(({ width, quality }) => [width, quality])).toEqual([
      [11, 80],
      [10, 81],
    ]);
  });

  it('makes two at a time, and lets 64 wait', async () => {
    const { calls, scale } = setup();
    const waiting = Array.from({ length: 66 }, (_, n) => scale(`1/${n}`));
    await settled();
    expect(calls).toHaveLength(2);
    await expect(scale('1/66')).rejects.toThrow(ScalerBusyError);
    calls[0]!.finish(Buffer.from('x'));
    await waiting[0];
    await settled();
    expect(calls).toHaveLength(3);
    void scale('1/67');
    await expect(scale('1/68')).rejects.toThrow(ScalerBusyError);
  });

  it('tries one that failed again', async () => {
    const { calls, scale } = setup();
    const first = scale('1/1');
    await settled();
    calls[0]!.fail();
    await expect(first).rejects.toMatchObject({ code: 'BAD_JPEG' });
    const second = scale('1/1');
    await settled();
    calls[1]!.finish(Buffer.from('x'));
    expect(await second).toEqual(Buffer.from('x'));
  });

  it('keeps 64 pictures and 32 MiB, and forgets the oldest', async () => {
    const { calls, scale } = setup();
    const make = async (id: string, bytes: number) => {
      const made = scale(id);
      await settled();
      calls.splice(0).forEach((call) => call.finish(Buffer.alloc(bytes)));
      await made;
    };
    const isKept = async (id: string) => {
      void scale(id);
      await settled();
      const isMade = calls.length === 0;
      calls.splice(0).forEach((call) => call.finish(Buffer.alloc(1)));
      await settled();
      return isMade;
    };
    for (let n = 0; n < 65; n += 1) await make(`1/${n}`, 1);
    expect(await isKept('1/64')).toBe(true);
    expect(await isKept('1/1')).toBe(true);
    expect(await isKept('1/0')).toBe(false);
    await make('2/0', 20 * 1024 * 1024);
    expect(await isKept('1/64')).toBe(true);
    await make('2/1', 20 * 1024 * 1024);
    expect(await isKept('2/1')).toBe(true);
    expect(await isKept('2/0')).toBe(false);
  });
});

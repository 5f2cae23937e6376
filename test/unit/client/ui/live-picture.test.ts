import { describe, expect, it } from 'vitest';
import type { Pixels } from '../../../../client/ui/half-blocks.js';
import { LivePicture } from '../../../../client/ui/live-picture.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const PIXELS: Pixels = { data: new Uint8Array(3), width: 1, height: 1 };
const SIZE = { columns: 10, rows: 4 };

class Setup {
  readonly clock = new FakeClock(0);
  readonly shown: Pixels[] = [];
  readonly failures: string[] = [];
  readonly decodes: {
    jpeg: Buffer;
    width: number;
    height: number;
    resolve: (p: Pixels) => void;
    reject: (e: Error) => void;
  }[] = [];
  jpeg: Buffer | null = Buffer.from('one');
  size: typeof SIZE | null = SIZE;
  readonly live = new LivePicture({
    clock: this.clock,
    decode: (jpeg, width, height) =>
      new Promise((resolve, reject) => this.decodes.push({ jpeg, width, height, resolve, reject })),
    latestJpeg: () => this.jpeg,
    size: () => this.size,
    show: (picture) => this.shown.push(picture),
    fail: (error) => this.failures.push(error.message),
  });

  /** Ends the newest decode and lets its consequences happen. */
  async end(result: Pixels | Error = PIXELS): Promise<void> {
    const decode = this.decodes.at(-1);
    if (result instanceof Error) decode?.reject(result);
    else decode?.resolve(result);
    await new Promise(setImmediate);
  }
}

describe('LivePicture', () => {
  it('decodes the newest JPEG at once, to the pixels that fit, and shows it', async () => {
    const setup = new Setup();
    setup.live.start();
    expect(setup.decodes).toMatchObject([{ jpeg: Buffer.from('one'), width: 10, height: 8 }]);
    await setup.end();
    expect(setup.shown).toEqual([PIXELS]);
  });

  it('decodes at most 5 pictures a second', async () => {
    const setup = new Setup();
    setup.live.start();
    for (let ms = 0; ms < 1000; ms += 10) {
      setup.jpeg = Buffer.from(String(ms));
      await setup.end();
      setup.clock.advance(10_000);
    }
    expect(setup.decodes).toHaveLength(6);
  });

  it('never has two decodes under way', async () => {
    const setup = new Setup();
    setup.live.start();
    setup.jpeg = Buffer.from('two');
    setup.clock.advance(5_000_000);
    expect(setup.decodes).toHaveLength(1);
    await setup.end();
    setup.clock.advance(200_000);
    expect(setup.decodes.map(({ jpeg }) => jpeg.toString())).toEqual(['one', 'two']);
  });

  it('has still one decode under way when it is stopped and started meanwhile', async () => {
    const setup = new Setup();
    setup.live.start();
    setup.live.stop();
    setup.live.start();
    expect(setup.decodes).toHaveLength(1);
    await setup.end();
    expect(setup.shown).toEqual([]);
    setup.clock.advance(200_000);
    expect(setup.decodes).toHaveLength(2);
  });

  it('does not decode the same picture twice, unless asked to', async () => {
    const setup = new Setup();
    setup.live.start();
    await setup.end();
    setup.clock.advance(1_000_000);
    expect(setup.decodes).toHaveLength(1);
    setup.live.refresh();
    setup.clock.advance(200_000);
    expect(setup.decodes).toHaveLength(2);
  });

  it('waits while there is no picture or no room', () => {
    const setup = new Setup();
    setup.jpeg = null;
    setup.live.start();
    setup.clock.advance(1_000_000);
    setup.jpeg = Buffer.from('one');
    setup.size = null;
    setup.clock.advance(1_000_000);
    expect(setup.decodes).toHaveLength(0);
    setup.size = SIZE;
    setup.clock.advance(200_000);
    expect(setup.decodes).toHaveLength(1);
  });

  it('reports a picture that cannot be decoded and goes on', async () => {
    const setup = new Setup();
    setup.live.start();
    await setup.end(new Error('broken'));
    expect(setup.failures).toEqual(['broken']);
    setup.jpeg = Buffer.from('two');
    setup.clock.advance(200_000);
    await setup.end();
    expect(setup.shown).toEqual([PIXELS]);
  });

  it('shows and reports nothing after it was stopped, and leaves no timer', async () => {
    for (const result of [PIXELS, new Error('broken')]) {
      const setup = new Setup();
      setup.live.start();
      setup.live.stop();
      await setup.end(result);
      expect([setup.shown, setup.failures]).toEqual([[], []]);
      expect(setup.clock.pending).toBe(0);
      expect(setup.live.running).toBe(false);
    }
  });

  it('starts once', () => {
    const setup = new Setup();
    setup.live.start();
    setup.live.start();
    expect(setup.clock.pending).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import { KeptValue } from '../../../../server/api/kept-value.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

describe('a kept value', () => {
  it('is made once however many ask, and again when it is too old', async () => {
    const clock = new FakeClock();
    let made = 0;
    const value = new KeptValue(clock, 1_000_000, async () => (made += 1));
    expect(await Promise.all([value.get(), value.get()])).toEqual([1, 1]);
    clock.advance(999_999);
    expect(await value.get()).toBe(1);
    clock.advance(1);
    expect(await value.get()).toBe(2);
  });

  it('is shared while it is being made, and no failure is kept', async () => {
    const clock = new FakeClock();
    const makers: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
    const make = () => new Promise<string>((resolve, reject) => void makers.push({ resolve, reject }));
    const value = new KeptValue(clock, 1_000_000, make);
    const asked = [value.get(), value.get()];
    expect(makers).toHaveLength(1);
    makers[0]?.reject(new Error('broken'));
    for (const one of asked) await expect(one).rejects.toThrow('broken');
    const again = value.get();
    expect(makers).toHaveLength(2);
    makers[1]?.resolve('whole');
    expect(await again).toBe('whole');
  });
});

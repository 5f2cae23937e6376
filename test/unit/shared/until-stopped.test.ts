import { describe, expect, it } from 'vitest';
import { untilStopped } from '../../../shared/until-stopped.js';

describe('untilStopped', () => {
  const never = new Promise<number>(() => undefined);

  it('is what the work comes to', async () => {
    const { signal } = new AbortController();
    expect(await untilStopped(Promise.resolve(7), signal)).toBe(7);
    await expect(untilStopped(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
    expect(await untilStopped(undefined, signal)).toBeUndefined();
  });

  it('is over as soon as it is stopped', async () => {
    const controller = new AbortController();
    const over = untilStopped(never, controller.signal);
    controller.abort();
    expect(await over).toBeUndefined();
    expect(await untilStopped(never, controller.signal)).toBeUndefined();
  });

  it('drops what fails after that', async () => {
    const controller = new AbortController();
    let fail: (error: Error) => void = () => undefined;
    const over = untilStopped(new Promise<void>((_, reject) => (fail = reject)), controller.signal);
    controller.abort();
    fail(new Error('too late'));
    expect(await over).toBeUndefined();
  });
});

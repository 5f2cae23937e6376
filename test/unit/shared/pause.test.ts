import { describe, expect, it } from 'vitest';
import { pause } from '../../../shared/pause.js';
import { FakeClock } from '../../helpers/fake-clock.js';

describe('pause', () => {
  it('lasts as long as it was asked to', async () => {
    const clock = new FakeClock();
    let isOver = false;
    const over = pause(clock, 1000, new AbortController().signal).then(() => (isOver = true));
    clock.advance(999);
    await Promise.resolve();
    expect(isOver).toBe(false);
    clock.advance(1);
    await over;
  });

  it('ends at once when it is broken off, and leaves no timer', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const over = pause(clock, 1000, controller.signal);
    controller.abort();
    await over;
    expect(clock.pending).toBe(0);
    await pause(clock, 1000, controller.signal);
    expect(clock.pending).toBe(0);
  });
});

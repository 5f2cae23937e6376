import { describe, expect, it } from 'vitest';
import { TrafficLimit } from '../../../../server/transports/traffic-limit.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

describe('TrafficLimit', () => {
  it('admits exactly its bytes within a second that begins with the first of them', () => {
    const clock = new FakeClock();
    const limit = new TrafficLimit(1000, clock);
    clock.advance(123_456);
    expect(limit.admits(400)).toBe(true);
    clock.advance(999_999);
    expect(limit.admits(600)).toBe(true);
    expect(limit.admits(1)).toBe(false);
  });

  it('begins anew after a second, whatever came before', () => {
    const clock = new FakeClock();
    const limit = new TrafficLimit(1000, clock);
    expect(limit.admits(5000)).toBe(false);
    clock.advance(1_000_000);
    expect(limit.admits(1000)).toBe(true);
    expect(limit.admits(0)).toBe(true);
    expect(limit.admits(1)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { countdownOf, countdownText, deviceWords } from '../../../../../client/web/app/model/device-words.js';
import type { BenchStatus } from '../../../../../client/web/browser/bench-status.js';

const LOST = { code: 'CONNECTION_LOST', message: 'The connection broke.' };

describe('deviceWords', () => {
  it.each([
    [{ connection: 'connecting' }, 'Connecting', null],
    [{}, 'Waiting for a benchmark', 'It begins when somebody starts it. Leave this page open.'],
    [{ connection: 'reconnecting', phase: 'running', reason: LOST }, 'Connecting again', 'The connection broke.'],
    [{ connection: 'reconnecting' }, 'Connecting', null],
    [{ phase: 'running' }, 'Measuring', 'Leave this page open and the screen on.'],
    [{ connection: 'closed', reason: LOST }, 'Not taking part', null],
  ] as const)('of %j', (changes, title, sentence) => {
    expect(deviceWords(status(changes))).toMatchObject({ title, sentence });
  });

  it('does not fall back to connecting when a benchmark is done and another stream is asked for', () => {
    expect(deviceWords(status({ connection: 'reconnecting', phase: 'done' })).title).toBe('Done');
  });
});

describe('the countdown', () => {
  it('is to the start and then to the end, where the clock is known', () => {
    const bounds = { startsInUs: 2_000_001, endsInUs: 62_000_001 };
    expect(countdownOf(status({ phase: 'starting', ...bounds }))).toEqual({ seconds: 3, of: 'to the start' });
    expect(countdownOf(status({ phase: 'running', ...bounds }))).toEqual({ seconds: 63, of: 'left' });
    expect(countdownOf(status({ phase: 'running', ...bounds, endsInUs: -5 }))).toEqual({ seconds: 0, of: 'left' });
    expect(countdownOf(status({ phase: 'running' }))).toBeNull();
    expect(countdownOf(status({ phase: 'done', ...bounds }))).toBeNull();
  });

  it('is in seconds, and above two minutes as on a clock', () => {
    expect([0, 119, 120, 3599, 3600, 86_400].map(countdownText)).toEqual([
      ...['0 s', '119 s', '2:00', '59:59', '1:00:00', '24:00:00'],
    ]);
  });
});

function status(changes: Partial<BenchStatus>): BenchStatus {
  return {
    connection: 'connected',
    phase: 'waiting',
    name: 'phone',
    stream: null,
    reason: null,
    startsInUs: null,
    endsInUs: null,
    figures: null,
    ...changes,
  };
}

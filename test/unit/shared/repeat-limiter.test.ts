import { beforeEach, describe, expect, it } from 'vitest';
import { RepeatLimiter } from '../../../shared/repeat-limiter.js';
import { FakeClock } from '../../helpers/fake-clock.js';

const SECOND_US = 1_000_000;

describe('RepeatLimiter', () => {
  let clock: FakeClock;
  let lines: [string, number][];
  let limiter: RepeatLimiter;
  const run = (key: string) => limiter.run(key, (suppressed) => lines.push([key, suppressed]));

  beforeEach(() => {
    clock = new FakeClock();
    lines = [];
    limiter = new RepeatLimiter(clock, { maxKeys: 3 });
  });

  it('writes the first line at once and says how many were left out on the next', () => {
    run('a');
    run('a');
    clock.advance(SECOND_US - 1);
    run('a');
    clock.advance(1);
    run('a');
    clock.advance(SECOND_US);
    run('a');
    expect(lines).toEqual([
      ['a', 0],
      ['a', 2],
      ['a', 0],
    ]);
  });

  it('counts each condition by itself', () => {
    run('a');
    run('b');
    run('b');
    clock.advance(SECOND_US);
    run('a');
    run('b');
    expect(lines).toEqual([
      ['a', 0],
      ['b', 0],
      ['a', 0],
      ['b', 1],
    ]);
  });

  it('forgets the condition that was quiet for longest when another needs its place', () => {
    for (const key of ['a', 'b', 'c']) run(key);
    clock.advance(SECOND_US);
    run('a');
    run('d');
    run('a');
    expect(limiter.size).toBe(3);
    expect(lines.slice(3)).toEqual([
      ['a', 0],
      ['d', 0],
    ]);
  });

  it('writes at most one line more than it has keys in an interval, however many conditions there are', () => {
    for (let n = 0; n < 1000; n += 1) run(`condition ${n}`);
    expect(lines.map(([key]) => key)).toEqual(['condition 0', 'condition 1', 'condition 2', 'condition 3']);
    expect(limiter.size).toBe(4);

    clock.advance(SECOND_US);
    run('condition 999');
    expect(lines.at(-1)).toEqual(['condition 999', 0]);
  });

  it('lets the conditions beyond its keys share their count', () => {
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) run(key);
    clock.advance(SECOND_US);
    for (const key of ['a', 'b', 'c', 'g']) run(key);
    expect(lines.slice(4)).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 0],
      ['g', 2],
    ]);
  });

  it('takes another interval', () => {
    limiter = new RepeatLimiter(clock, { intervalUs: 10 });
    run('a');
    clock.advance(10);
    run('a');
    expect(lines).toHaveLength(2);
  });
});

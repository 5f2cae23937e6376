import { describe, expect, it } from 'vitest';
import { LogBudget } from '../../../../server/processing/log-budget.js';

describe('LogBudget', () => {
  it('writes each line by itself, without empty ones, printable and not too long', () => {
    const { lines, budget } = setup();
    budget.log('one\n\n  two\t2 \r\n\u001b[2Jthree\n');
    budget.log('x'.repeat(600));
    expect(lines).toEqual(['one', '  two 2', '\uFFFD[2Jthree', 'x'.repeat(500)]);
  });

  it('writes twenty lines a second and says how many it left out', () => {
    const { lines, budget, time } = setup();
    for (let line = 0; line < 50; line += 1) budget.log(`${line}`);
    expect(lines).toHaveLength(20);
    time.ms = 999;
    budget.log('too early');
    expect(lines).toHaveLength(20);
    time.ms = 1000;
    budget.log('again');
    expect(lines.slice(20)).toEqual(['31 more lines were left out.', 'again']);
    time.ms = 2000;
    budget.log('later');
    expect(lines.slice(22)).toEqual(['later']);
  });
});

function setup(): { lines: string[]; budget: LogBudget; time: { ms: number } } {
  const lines: string[] = [];
  const time = { ms: 0 };
  const budget = new LogBudget(
    (line) => lines.push(line),
    () => time.ms,
  );
  return { lines, budget, time };
}

import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AnswerBudget } from '../../../../server/api/answer-budget.js';

const taker = (destroyed = false) => Object.assign(new EventEmitter(), { destroyed });

describe('AnswerBudget', () => {
  it('holds what is on the way until it was taken, and no more than fits', () => {
    const budget = new AnswerBudget(100);
    const [first, second, third] = [taker(), taker(), taker()];
    expect(budget.hold(Buffer.alloc(60), first)).toBe(true);
    expect(budget.hold(Buffer.alloc(41), second)).toBe(false);
    expect(budget.hold(Buffer.alloc(40), third)).toBe(true);
    first.emit('close');
    expect(budget.bytes).toBe(40);
    expect(budget.hold(Buffer.alloc(41), second)).toBe(true);
    third.emit('close');
    second.emit('close');
    expect(budget.bytes).toBe(0);
  });

  it('counts a picture that several wait for once', () => {
    const budget = new AnswerBudget(100);
    const picture = Buffer.alloc(60);
    const takers = [taker(), taker(), taker()];
    for (const each of takers) expect(budget.hold(picture, each)).toBe(true);
    expect(budget.bytes).toBe(60);
    takers[0]?.emit('close');
    takers[1]?.emit('close');
    expect(budget.bytes).toBe(60);
    takers[2]?.emit('close');
    expect(budget.bytes).toBe(0);
  });

  it('lets one pass that is larger than all may be', () => {
    const budget = new AnswerBudget(10);
    expect(budget.hold(Buffer.alloc(11), taker())).toBe(true);
    expect(budget.hold(Buffer.alloc(1), taker())).toBe(false);
  });

  it('keeps nothing for who is gone', () => {
    const budget = new AnswerBudget(10);
    expect(budget.hold(Buffer.alloc(5), taker(true))).toBe(true);
    expect(budget.bytes).toBe(0);
  });
});

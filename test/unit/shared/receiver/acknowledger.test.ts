import { describe, expect, it } from 'vitest';
import { Acknowledger } from '../../../../shared/receiver/acknowledger.js';

function create() {
  const sent: number[] = [];
  const acknowledger = new Acknowledger((sequence) => sent.push(sequence));
  /** Sequence numbers that were acknowledged since the last call. */
  const take = () => sent.splice(0);
  return { acknowledger, take };
}

describe('Acknowledger', () => {
  it('acknowledges every frame until it is told otherwise', () => {
    const { acknowledger, take } = create();
    for (const sequence of [5, 6, 9]) acknowledger.onFrame(sequence);
    expect(take()).toEqual([5, 6, 9]);
  });

  it('lets one acknowledgement cover as many frames as the server allows', () => {
    const { acknowledger, take } = create();
    acknowledger.onCredit(3);
    for (let sequence = 0; sequence < 7; sequence += 1) acknowledger.onFrame(sequence);
    expect(take()).toEqual([2, 5]);
  });

  it('counts frames that were passed over', () => {
    const { acknowledger, take } = create();
    acknowledger.onCredit(4);
    acknowledger.onFrame(2, 3);
    expect(take()).toEqual([]);
    acknowledger.onFrame(9, 7);
    expect(take()).toEqual([9]);
    acknowledger.onFrame(12, 3);
    expect(take()).toEqual([]);
  });

  it('returns at once what is outstanding when the credit changes, and counts from there', () => {
    const { acknowledger, take } = create();
    acknowledger.onCredit(5);
    for (const sequence of [0, 1, 2]) acknowledger.onFrame(sequence);
    acknowledger.onCredit(2);
    expect(take()).toEqual([2]);
    for (const sequence of [3, 4, 5]) acknowledger.onFrame(sequence);
    expect(take()).toEqual([4]);
    acknowledger.onCredit(1);
    expect(take()).toEqual([5]);
  });

  it('has nothing to say on credit when nothing is outstanding', () => {
    const { acknowledger, take } = create();
    acknowledger.onCredit(4);
    acknowledger.onFrame(0);
    acknowledger.onCredit(1);
    acknowledger.onCredit(4);
    expect(take()).toEqual([0]);
  });
});

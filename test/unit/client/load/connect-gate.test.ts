import { describe, expect, it } from 'vitest';
import { ConnectGate } from '../../../../client/load/connect-gate.js';

describe('ConnectGate', () => {
  it('lets as many in at a time as there is room for, in order', () => {
    const gate = new ConnectGate(2);
    const inside: number[] = [];
    const dones: (() => void)[] = [];
    for (let i = 0; i < 5; i += 1) {
      gate.takeTurn((done) => {
        inside.push(i);
        dones.push(done);
      });
    }
    expect(inside).toEqual([0, 1]);
    dones[1]?.();
    // Only the first time counts.
    dones[1]?.();
    expect(inside).toEqual([0, 1, 2]);
    dones[0]?.();
    dones[2]?.();
    expect(inside).toEqual([0, 1, 2, 3, 4]);
  });

  it('passes over who gave up waiting', () => {
    const gate = new ConnectGate(1);
    const inside: string[] = [];
    let leave: () => void = () => undefined;
    gate.takeTurn((done) => (leave = done));
    const giveUp = gate.takeTurn(() => inside.push('gave up'));
    gate.takeTurn(() => inside.push('waited'));
    giveUp();
    leave();
    expect(inside).toEqual(['waited']);
  });
});

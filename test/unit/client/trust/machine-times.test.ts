import { describe, expect, it } from 'vitest';
import { machinePercents, machineTimes } from '../../../../client/trust/machine-times.js';

/** User, nice, system, idle, iowait, irq, softirq, steal, guest, guest nice. */
const STAT = 'cpu  100 10 40 800 30 5 15 50 7 0\ncpu0 50 5 20 400 15 2 8 25 3 0\n';

describe('machineTimes', () => {
  it('adds up what all cores did; guests are in user already', () => {
    expect(machineTimes(STAT)).toEqual({ busy: 170, stolen: 50, all: 1050 });
  });

  it('takes kernels that count less', () => {
    expect(machineTimes('cpu  100 10 40 800\n')).toEqual({ busy: 150, stolen: 0, all: 950 });
  });

  it.each([null, '', 'intr 5', 'cpu  1 2'])('knows nothing of %j', (text) => {
    expect(machineTimes(text)).toBeNull();
  });
});

describe('machinePercents', () => {
  it('is of the time between two readings', () => {
    const before = { busy: 100, stolen: 10, all: 1000 };
    expect(machinePercents(before, { busy: 150, stolen: 20, all: 1200 })).toEqual({ busy: 25, stolen: 5 });
  });

  it('is not known without two readings and time between them', () => {
    const reading = { busy: 100, stolen: 10, all: 1000 };
    expect(machinePercents(null, reading)).toBeNull();
    expect(machinePercents(reading, null)).toBeNull();
    expect(machinePercents(reading, reading)).toBeNull();
  });

  it('does not leave 0 to 100 where a kernel counts backwards', () => {
    const before = { busy: 100, stolen: 10, all: 1000 };
    expect(machinePercents(before, { busy: 50, stolen: 500, all: 1100 })).toEqual({ busy: 0, stolen: 100 });
  });
});

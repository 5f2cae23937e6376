import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InFlight } from '../../../../server/hub/in-flight.js';

describe('InFlight', () => {
  it('begins empty', () => {
    const inFlight = new InFlight();
    expect([inFlight.frames, inFlight.bytes]).toEqual([0, 0]);
    expect(inFlight.acknowledge(1000)).toBe(0);
  });

  it('counts frames and bytes until they are acknowledged, all up to the one that is named', () => {
    const inFlight = new InFlight();
    inFlight.add(3, 100);
    inFlight.add(5, 20);
    inFlight.add(9, 3);
    expect([inFlight.frames, inFlight.bytes]).toEqual([3, 123]);
    expect(inFlight.acknowledge(2)).toBe(0);
    expect(inFlight.acknowledge(6)).toBe(2);
    expect([inFlight.frames, inFlight.bytes]).toEqual([1, 3]);
    expect(inFlight.acknowledge(6)).toBe(0);
    expect(inFlight.acknowledge(9)).toBe(1);
    expect([inFlight.frames, inFlight.bytes]).toEqual([0, 0]);
  });

  it('is the same as a plain list, for any run of frames and acknowledgements', () => {
    const step = fc.oneof(
      fc.record({ add: fc.nat(1000), gap: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ acknowledge: fc.integer({ min: -10, max: 5 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 1500 }), (steps) => {
        const inFlight = new InFlight();
        let model: { sequence: number; bytes: number }[] = [];
        let newest = 0;
        for (const each of steps) {
          if ('add' in each) {
            newest += each.gap;
            inFlight.add(newest, each.add);
            model.push({ sequence: newest, bytes: each.add });
          } else {
            const rest = model.filter(({ sequence }) => sequence > newest + each.acknowledge);
            expect(inFlight.acknowledge(newest + each.acknowledge)).toBe(model.length - rest.length);
            model = rest;
          }
          expect(inFlight.frames).toBe(model.length);
          expect(inFlight.bytes).toBe(model.reduce((sum, { bytes }) => sum + bytes, 0));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('stays right over a million frames with a window that is never empty', () => {
    const inFlight = new InFlight();
    for (let sequence = 0; sequence < 10; sequence += 1) inFlight.add(sequence, sequence);
    for (let sequence = 10; sequence < 1_000_000; sequence += 1) {
      inFlight.add(sequence, sequence);
      if (inFlight.acknowledge(sequence - 10) !== 1) throw new Error(`frame ${sequence - 10} was not in flight`);
    }
    expect(inFlight.frames).toBe(10);
    expect(inFlight.bytes).toBe(9_999_945);
  });
});

import { expect, it } from 'vitest';
import { KeptSamples } from '../../../../client/trust/kept-samples.js';

it('keeps all of a short run, and an even selection of a long one', () => {
  const samples = new KeptSamples<number>(8);
  for (let i = 0; i < 8; i += 1) samples.add(i);
  expect(samples.all()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (let i = 8; i < 40; i += 1) samples.add(i);
  expect(samples.all()).toEqual([0, 8, 16, 24, 32]);
  samples.clear();
  samples.add(5);
  expect(samples.all()).toEqual([5]);
});

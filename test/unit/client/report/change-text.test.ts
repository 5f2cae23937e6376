import { describe, expect, it } from 'vitest';
import { figureText, percent } from '../../../../client/report/change-text.js';

describe('figures of a comparison', () => {
  it('are a dash where they have no bound', () => {
    expect([percent(0.15), percent(Infinity), percent(-Infinity), percent(NaN)]).toEqual(['+15.0 %', '-', '-', '-']);
    expect([figureText('frames/s', 30), figureText('frames/s', Infinity)]).toEqual(['30.0 /s', '-']);
  });
});

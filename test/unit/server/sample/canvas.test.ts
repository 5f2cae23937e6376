import { describe, expect, it } from 'vitest';
import { box, Canvas, circle, line, ring } from '../../../../server/sample/canvas.js';

describe('shapes', () => {
  it('measure the distance to their edge, negative inside', () => {
    expect(circle(10, 10, 4).distanceAt(10, 10)).toBe(-4);
    expect(circle(10, 10, 4).distanceAt(17, 10)).toBe(3);
    expect(ring(0, 0, 10, 4).distanceAt(10, 0)).toBe(-2);
    expect(ring(0, 0, 10, 4).distanceAt(0, 0)).toBe(8);
    expect(box(0, 0, 20, 10, 0).distanceAt(0, 0)).toBe(-5);
    expect(box(0, 0, 20, 10, 0).distanceAt(13, 9)).toBe(5);
    expect(box(0, 0, 20, 10, 0, Math.PI / 2).distanceAt(0, 12)).toBeCloseTo(2, 9);
    expect(line(0, 0, 10, 0, 2).distanceAt(5, 3)).toBeCloseTo(2, 9);
  });
});

describe('Canvas', () => {
  it('fills the inside, leaves the outside, and clips at its border', () => {
    const canvas = new Canvas(4, 2);
    canvas.fill(box(0, 0, 4, 10, 0), { color: [10, 20, 30] });
    const row = [10, 20, 30, 10, 20, 30, 0, 0, 0, 0, 0, 0];
    expect([...canvas.data]).toEqual([...row, ...row]);
  });

  it('blends by opacity', () => {
    const canvas = new Canvas(1, 1);
    canvas.fill(box(0.5, 0.5, 4, 4, 0), { color: [200, 100, 0], opacity: 0.5 });
    expect([...canvas.data]).toEqual([100, 50, 0]);
  });

  it('softens an edge over the width asked for', () => {
    const canvas = new Canvas(6, 1);
    canvas.fill(box(0, 0, 6, 100, 0), { color: [255, 255, 255], softnessPx: 4 });
    const reds = [0, 1, 2, 3, 4, 5].map((x) => canvas.data[x * 3]);
    expect(reds).toEqual([255, 223, 159, 96, 32, 0]);
  });

  it('draws text as squares of the scale', () => {
    const canvas = new Canvas(12, 16);
    canvas.text(1, 1, '-', 2, [255, 255, 255]);
    const lit = [...canvas.data.keys()].filter((i) => i % 3 === 0 && canvas.data[i] === 255).map((i) => i / 3);
    expect(lit).toEqual([7, 8].flatMap((y) => Array.from({ length: 10 }, (_, x) => y * 12 + 1 + x)));
  });
});

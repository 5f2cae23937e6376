import { describe, expect, it } from 'vitest';
import { patternGraph } from '../../../../server/sources/pattern-graph.js';
import { PATTERN_NAMES, type PatternName } from '../../../../server/sources/pattern-spec.js';

function graphOf(pattern: PatternName, width: number, height: number, fps: number): string {
  return patternGraph({ kind: 'pattern', name: 'x', pattern, width, height, fps });
}

// What FFmpeg makes of the graphs is in test/integration/pattern-graph.test.ts.
describe('patternGraph', () => {
  it('asks for the size and the rate', () => {
    expect(graphOf('bars', 640, 480, 25)).toBe('smptehdbars=size=640x480:rate=25');
    expect(graphOf('life', 17, 19, 25)).toMatch(/^life=size=5x5:rate=25:.*,scale=17:19:flags=neighbor$/);
  });

  it('gives every pattern a graph of its own', () => {
    expect(new Set(PATTERN_NAMES.map((pattern) => graphOf(pattern, 640, 480, 25))).size).toBe(PATTERN_NAMES.length);
  });
});

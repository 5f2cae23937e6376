import type { PatternSpec } from './pattern-spec.js';

/** Small picture that is computed pixel by pixel and then enlarged: a gradient has no detail that this would lose. */
const GRADIENT_GRID = '64x36';
const LIFE_CELL_PIXELS = 4;

/**
 * The FFmpeg filter graph (input format `lavfi`) that makes the pictures of a pattern without end, exactly `width` x
 * `height` at `fps`, the same ones on every run. It uses only filters that FFmpeg of 2018 has as well as today's.
 */
export function patternGraph(spec: PatternSpec): string {
  const { width, height, fps } = spec;
  const size = `${width}x${height}`;
  switch (spec.pattern) {
    case 'bars':
      return `smptehdbars=size=${size}:rate=${fps}`;
    case 'testsrc':
      // In RGB, because in the format it would choose itself odd sizes are rounded to even ones.
      return `testsrc2=size=${size}:rate=${fps},format=rgb24`;
    case 'gradient': {
      const colour = 'r=128+127*sin(X/20+T):g=128+127*sin(Y/15-1.3*T):b=128+127*sin((X+Y)/30+0.7*T)';
      return `nullsrc=size=${GRADIENT_GRID}:rate=${fps},geq=${colour},scale=${width}:${height}:flags=bicubic`;
    }
    case 'noise':
      // The scaler restores the odd pixel that `color` rounds away and does nothing to even sizes.
      return `color=color=gray:size=${size}:rate=${fps},noise=all_seed=1:alls=100:allf=t,scale=${width}:${height}`;
    case 'life': {
      const grid = `${Math.ceil(width / LIFE_CELL_PIXELS)}x${Math.ceil(height / LIFE_CELL_PIXELS)}`;
      const rules = 'ratio=0.3:seed=1:mold=20:life_color=white:mold_color=blue';
      return `life=size=${grid}:rate=${fps}:${rules},scale=${width}:${height}:flags=neighbor`;
    }
  }
}

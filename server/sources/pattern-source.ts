import type { Clock } from '../../shared/clock.js';
import { decoderOptions, scaleFilter } from './decode-options.js';
import type { DecodeOptions } from './decode-options.js';
import { decodeFrames } from './frame-decoder.js';
import { outputSize } from './output-size.js';
import { PacedSource } from './paced-source.js';
import { patternGraph } from './pattern-graph.js';
import type { PatternSpec } from './pattern-spec.js';
import { Timeline } from './timeline.js';

/** Options of a test pattern; `fps`, `width` and `height` are null where those of `spec` are kept. */
export interface PatternSourceOptions extends DecodeOptions {
  readonly spec: PatternSpec;
  readonly fps: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly startTimeUs: number;
}

/** A picture that FFmpeg makes up, as a paced source. It begins anew whenever the first viewer comes. */
export function createPatternSource(options: PatternSourceOptions, clock: Clock): PacedSource {
  const size = outputSize(options.spec, options);
  const fps = options.fps ?? options.spec.fps;
  const request = {
    ffmpegPath: options.ffmpegPath,
    input: patternGraph({ ...options.spec, ...size, fps }),
    inputOptions: ['-f', 'lavfi', ...decoderOptions({ ...options, hwaccel: 'none' }, size, fps)],
    filters: [scaleFilter(size)],
    outputOptions: options.passEveryFrame,
  };
  return new PacedSource(
    {
      ...size,
      codec: 'rawvideo',
      encoding: { mode: 'encoded', reason: 'the source is a test pattern' },
      timeline: new Timeline(options.startTimeUs, fps),
      lengthFrames: null,
      openFeed: (_position, listener) =>
        decodeFrames({ request, ...size, maxBuffers: options.maxBuffers }, clock, listener),
    },
    clock,
  );
}

import { writeTimecode } from '../../shared/timecode/timecode-writer.js';
import { drawLabel, mediaTimeUs } from './frame-label.js';
import { paintBars } from './patterns/bars.js';
import { paintCounter } from './patterns/counter.js';
import { paintGradient } from './patterns/gradient.js';
import { paintNatural } from './patterns/natural.js';
import { paintNoise } from './patterns/noise.js';
import { paintShapes } from './patterns/shapes.js';
import { paintText } from './patterns/text.js';
import type { Painter } from './picture.js';
import type { VideoContent, VideoPattern } from './video-request.js';

/** Makes what is the same in every frame beforehand, and returns what draws one. */
type Pattern = (content: VideoContent) => Painter;

const PATTERNS: Readonly<Record<VideoPattern, Pattern>> = {
  bars: paintBars,
  shapes: paintShapes,
  gradient: paintGradient,
  counter: paintCounter,
  noise: paintNoise,
  text: paintText,
  natural: paintNatural,
};
const COUNTERS = 65_536;

/**
 * What draws the frames of a video: the pattern, the panel with the counter, and the timecode. Frame n + `frames` is
 * frame n, so that a player that starts over shows no jump.
 */
export function framePainter(content: VideoContent): Painter {
  const paint = PATTERNS[content.pattern](content);
  return (picture, number) => {
    const frame = number % content.frames;
    paint(picture, frame);
    drawLabel(picture, content, frame);
    if (!content.hasTimecode) return;
    const timecode = { kind: 'media', timeUs: mediaTimeUs(frame, content.fps), counter: frame % COUNTERS } as const;
    writeTimecode(picture.data, picture.width, picture.height, timecode);
  };
}

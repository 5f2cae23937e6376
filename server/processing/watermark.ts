import { darken, drawText, textSize } from '../drawing/picture-drawing.js';
import { parseWatermarkOptions } from '../pipeline/watermark-options.js';
import type { WatermarkOptions } from '../pipeline/watermark-options.js';
import type { ProcessorFrame, ProcessorModule } from './processor-api.js';

const WHITE = [255, 255, 255] as const;
/** Without a size, text is as high as one line in forty or so. */
const LINES_PER_DOT = 270;
const MAX_SCALE = 8;

/**
 * A line of text in a corner of the picture, white on a darkened box so that it is legible on any background. Its time
 * is the capture time in UTC, so every client shows the same.
 *
 * @throws {StreamerError} BAD_USAGE for parameters that `parseProcessorSpec` would have refused
 */
export function createWatermark(parameters: Readonly<Record<string, string>>): ProcessorModule {
  const options = parseWatermarkOptions(parameters);
  return {
    processFrame(frame) {
      draw(frame, textOf(frame, options.text), options);
      return frame;
    },
  };
}

function textOf(frame: ProcessorFrame, text: string): string {
  const { captureTimeUs, sequence, stream } = frame;
  return text.replaceAll(/\{(\w+)\}/g, (unknown, field) => {
    if (field === 'stream') return stream;
    if (field === 'sequence') return String(sequence);
    return field === 'time' ? utcTime(captureTimeUs) : unknown;
  });
}

/** `2024-01-31 12:34:56.789Z` */
function utcTime(timeUs: number): string {
  return new Date(Math.floor(timeUs / 1000)).toISOString().replace('T', ' ');
}

function draw(frame: ProcessorFrame, text: string, { position, size }: WatermarkOptions): void {
  const scale = scaleFor(frame, text, size);
  const { width, height } = textSize(text, scale);
  const margin = 2 * scale;
  const [boxWidth, boxHeight] = [width + 2 * margin, height + 2 * margin];
  const x = position.endsWith('left') ? 0 : Math.max(0, frame.width - boxWidth);
  const y = position.startsWith('top') ? 0 : Math.max(0, frame.height - boxHeight);
  darken(frame, { x, y, width: boxWidth, height: boxHeight });
  drawText(frame, text, x + margin, y + margin, { color: WHITE, scale });
}

/** The wanted scale, or the greatest smaller one at which the whole line fits; a narrower picture cuts it off. */
function scaleFor(frame: ProcessorFrame, text: string, size: number | null): number {
  const wanted = size ?? Math.min(MAX_SCALE, Math.round(frame.height / LINES_PER_DOT));
  const fitting = Math.floor(frame.width / (textSize(text, 1).width + 4));
  return Math.max(1, Math.min(wanted, fitting));
}

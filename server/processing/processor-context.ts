import { drawRectangle, drawText } from '../drawing/picture-drawing.js';
import type { ProcessorContext } from './processor-api.js';

const YELLOW = [255, 220, 0] as const;
const WHITE = [255, 255, 255] as const;
const DEFAULT_THICKNESS_PX = 2;
const DEFAULT_SCALE = 2;

/** What a processor of `stream` is called with beside the frame; `log` takes what it writes. */
export function createContext(
  stream: string,
  parameters: Readonly<Record<string, string>>,
  log: (message: string) => void,
): ProcessorContext {
  return {
    stream,
    parameters,
    log: (message) => log(String(message)),
    drawBox: (frame, box, { color = YELLOW, thicknessPx = DEFAULT_THICKNESS_PX } = {}) =>
      drawRectangle(frame, box, color, thicknessPx),
    drawText: (frame, text, { x, y }, { color = WHITE, scale = DEFAULT_SCALE } = {}) =>
      drawText(frame, text, x, y, { color, scale }),
  };
}

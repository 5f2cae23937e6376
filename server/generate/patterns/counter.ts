import { drawRectangle, drawText, fillRectangle, type Rgb, textSize } from '../../drawing/picture-drawing.js';
import { counterText } from '../frame-label.js';
import type { Painter } from '../picture.js';
import type { VideoContent } from '../video-request.js';

const BACKGROUND: Rgb = [24, 28, 44];
const FRAME: Rgb = [60, 70, 104];
const WHITE: Rgb = [255, 255, 255];

/** The number of the frame as large as it goes, and nothing else: what costs an encoder least. */
export function paintCounter(content: VideoContent): Painter {
  const { width, height } = content;
  const whole = { x: 0, y: 0, width, height };
  const thickness = Math.max(1, Math.round(height / 180));
  const scale = Math.floor(
    Math.min(
      (width * 0.84) / textSize(counterText(content.frames - 1), 1).width,
      (height * 0.52) / textSize('0', 1).height,
    ),
  );
  return (picture, frame) => {
    fillRectangle(picture, whole, BACKGROUND);
    drawRectangle(picture, whole, FRAME, thickness);
    const text = counterText(frame);
    const size = textSize(text, scale);
    const x = Math.round((width - size.width) / 2);
    drawText(picture, text, x, Math.round(height * 0.46 - size.height / 2), { color: WHITE, scale });
  };
}

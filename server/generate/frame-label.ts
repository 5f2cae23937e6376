import { drawText, fillRectangle, type Rgb, textSize } from '../drawing/picture-drawing.js';
import type { Picture } from './picture.js';
import type { VideoContent } from './video-request.js';

const PANEL: Rgb = [13, 17, 33];
const WHITE: Rgb = [255, 255, 255];
const MUTED: Rgb = [150, 165, 200];
const ACCENT: Rgb = [255, 209, 102];

/** The number of a frame as the picture shows it. */
export function counterText(frame: number): string {
  return String(frame).padStart(5, '0');
}

/** The time of a frame in its video, `mm:ss.mmm`. */
export function timeText(timeUs: number): string {
  const milliseconds = Math.floor(timeUs / 1000);
  const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');
  return `${pad(Math.floor(milliseconds / 60_000), 2)}:${pad(Math.floor(milliseconds / 1000) % 60, 2)}.${pad(milliseconds % 1000, 3)}`;
}

/** The time of a frame in its video, in microseconds. */
export function mediaTimeUs(frame: number, fps: number): number {
  return Math.round((frame * 1_000_000) / fps);
}

/** What the video is, in capitals. */
export function videoText({ pattern, width, height, fps }: VideoContent): string {
  return `${pattern.toUpperCase()} ${width}X${height} ${Math.round(fps * 100) / 100} FPS`;
}

/**
 * Draws the panel that every pattern has at the lower left, off the edge so that cropping leaves it: what the video is,
 * the number of the frame in large digits, its time, and a bar that fills over the loop.
 */
export function drawLabel(picture: Picture, content: VideoContent, frame: number): void {
  const small = Math.max(1, Math.round(picture.height / 360));
  const large = Math.max(2, Math.round(picture.height / 90));
  const pad = 4 * small;
  const about = videoText(content);
  const counter = counterText(frame);
  const time = timeText(mediaTimeUs(frame, content.fps));
  const [aboutSize, counterSize, timeSize] = [
    textSize(about, small),
    textSize(counter, large),
    textSize(time, 2 * small),
  ];
  const width = Math.max(aboutSize.width, counterSize.width + 2 * pad + timeSize.width) + 2 * pad;
  const height = aboutSize.height + counterSize.height + small + 4 * pad;
  const x = Math.round(picture.width * 0.0625);
  const y = Math.round(picture.height * 0.9375) - height;
  fillRectangle(picture, { x, y, width, height }, PANEL);
  drawText(picture, about, x + pad, y + pad, { color: MUTED, scale: small });
  const counterY = y + aboutSize.height + 2 * pad;
  drawText(picture, counter, x + pad, counterY, { color: WHITE, scale: large });
  const timeY = counterY + counterSize.height - timeSize.height;
  drawText(picture, time, x + 3 * pad + counterSize.width, timeY, { color: ACCENT, scale: 2 * small });
  const filled = Math.round(((width - 2 * pad) * (frame + 1)) / content.frames);
  fillRectangle(picture, { x: x + pad, y: y + height - pad - small, width: filled, height: small }, ACCENT);
}

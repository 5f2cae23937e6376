import { fillRectangle } from '../../drawing/picture-drawing.js';
import { phaseAt, TURN, turnsInLoop } from '../loop-motion.js';
import { newPicture, type Painter, type Picture } from '../picture.js';
import { RandomBits } from '../../../shared/random-bits.js';
import type { VideoContent } from '../video-request.js';
import { drawLog, drawPage, drawPlates } from './text-columns.js';

/** A strip of text that scrolls endlessly between two places of the picture. */
interface Column {
  readonly left: number;
  readonly strip: Picture;
  /** How often the whole strip passes in the loop. */
  readonly turns: number;
  readonly isDownward: boolean;
}

/** Where each column ends, as a share of the width. */
const ENDS = [0.42, 0.7, 1];
/** Picture heights a second. */
const SPEEDS = [0.05, 0.09, 0.07];
const DRAWINGS = [drawPage, drawLog, drawPlates];
const MAX_STRIP_PICTURES = 3;
/** Pixels to which a strip is rounded, in pixels of the smallest text: lines of all sizes fit in without a rest. */
const STRIP_UNIT = 96;

/** Text as of documents, of a terminal, and of licence plates, which scrolls: what is small must stay readable. */
export function paintText(content: VideoContent): Painter {
  const scale = Math.max(1, Math.round(content.height / 720));
  const columns = DRAWINGS.map((draw, index) => {
    const left = index === 0 ? 0 : Math.round(content.width * (ENDS[index - 1] ?? 0));
    const width = Math.round(content.width * (ENDS[index] ?? 1)) - left;
    const speed = (SPEEDS[index] ?? 0) * content.height;
    const { height, turns } = stripLength(content, speed, STRIP_UNIT * scale);
    const strip = newPicture(width, height);
    draw(strip, scale, new RandomBits(index));
    return { left, strip, turns, isDownward: index === 2 };
  });
  return (picture, frame) => {
    for (const column of columns) drawColumn(picture, column, phaseAt(frame, column.turns, content));
    for (const { left } of columns.slice(1)) {
      fillRectangle(picture, { x: left, y: 0, width: 2 * scale, height: picture.height }, [90, 90, 90]);
    }
  };
}

/** The strip passes once where it is not too long for that. */
function stripLength(content: VideoContent, speed: number, unit: number): { height: number; turns: number } {
  const travel = (speed * content.frames) / content.fps;
  const longest = Math.max(1, Math.floor((MAX_STRIP_PICTURES * content.height) / unit));
  const height = unit * Math.min(longest, Math.max(1, Math.round(travel / unit)));
  return { height, turns: turnsInLoop(content, height / speed) };
}

function drawColumn({ data, width, height }: Picture, { left, strip, isDownward }: Column, phase: number): void {
  const moved = Math.floor((phase * strip.height) / TURN);
  const first = isDownward ? strip.height - moved : moved;
  const lineBytes = strip.width * 3;
  for (let y = 0; y < height; y += 1) {
    const from = ((first + y) % strip.height) * lineBytes;
    data.set(strip.data.subarray(from, from + lineBytes), (y * width + left) * 3);
  }
}

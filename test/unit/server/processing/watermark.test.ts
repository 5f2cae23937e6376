import { describe, expect, it } from 'vitest';
import { forEachDot } from '../../../../server/drawing/bitmap-font.js';
import type { ProcessorFrame } from '../../../../server/processing/processor-api.js';
import { createContext } from '../../../../server/processing/processor-context.js';
import { createWatermark } from '../../../../server/processing/watermark.js';

const GREY = 200;
const DARK = GREY >> 2;
const TEXT = 'CAM-1 2023-11-14 22:13:20.123Z #42';

describe('watermark', () => {
  it('shows stream, capture time in UTC and sequence, on a darkened box', async () => {
    const frame = await watermarked({ size: '1' }, 640, 360);
    expect(readAt(frame, 2, 2, TEXT)).toBe(true);
    expect(level(frame, 0, 0)).toBe(DARK);
    expect(level(frame, 0, 10)).toBe(DARK);
    expect(level(frame, 0, 11)).toBe(GREY);
  });

  it.each([
    ['top-left', 2, 2],
    ['top-right', 640 - 203 - 2, 2],
    ['bottom-left', 2, 360 - 9],
    ['bottom-right', 640 - 203 - 2, 360 - 9],
  ])('is drawn at the %s', async (position, x, y) => {
    expect(readAt(await watermarked({ position, size: '1' }, 640, 360), x, y, TEXT)).toBe(true);
  });

  it('has the text that it is given', async () => {
    const text = 'Hall 3: {stream}/{sequence}';
    expect(readAt(await watermarked({ text, size: '1' }, 640, 360), 2, 2, 'HALL 3: CAM-1/42')).toBe(true);
  });

  it('is three pixels a dot at 720p, and smaller where it would not fit', async () => {
    expect(readAt(await watermarked({}, 1280, 720), 6, 6, TEXT, 3)).toBe(true);
    expect(readAt(await watermarked({ size: '8' }, 420, 360), 4, 4, TEXT, 2)).toBe(true);
  });

  it('is cut off in a picture too narrow for it', async () => {
    const frame = await watermarked({}, 20, 9);
    expect(readAt(frame, 2, 2, 'CAM')).toBe(true);
  });

  it('refuses parameters that nobody checked', () => {
    expect(() => createWatermark({ size: 'huge' })).toThrow('The size of a watermark');
  });
});

async function watermarked(parameters: Record<string, string>, width: number, height: number): Promise<ProcessorFrame> {
  const data = new Uint8Array(width * height * 3).fill(GREY);
  const frame = { data, width, height, captureTimeUs: 1_700_000_000_123_999, sequence: 42, stream: 'cam-1' };
  const result = await createWatermark(parameters).processFrame(
    frame,
    createContext('cam-1', parameters, () => {}),
  );
  expect(result).toBe(frame);
  return frame;
}

/** Whether exactly the dots of `text` are white in the box where it stands. */
function readAt(frame: ProcessorFrame, x: number, y: number, text: string, scale = 1): boolean {
  const dots = new Set<string>();
  forEachDot(text, (column, row) => dots.add(`${column},${row}`));
  const columns = Math.min(text.length * 6 - 1, Math.floor((frame.width - x) / scale));
  for (let row = 0; row < 7; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const expected = dots.has(`${column},${row}`) ? 255 : DARK;
      if (level(frame, x + column * scale, y + row * scale) !== expected) return false;
    }
  }
  return true;
}

function level({ data, width }: ProcessorFrame, x: number, y: number): number {
  return data[(y * width + x) * 3] ?? -1;
}

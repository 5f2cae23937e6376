import { describe, expect, it } from 'vitest';
import { framePainter } from '../../../../server/generate/frame-painter.js';
import { newPicture } from '../../../../server/generate/picture.js';
import { VIDEO_PATTERNS, type VideoRequest } from '../../../../server/generate/video-request.js';
import { readTimecode } from '../../../../shared/timecode/timecode-reader.js';
import { videoRequest } from '../../../helpers/video-request.js';

/** The pixels of frames of one video, drawn in this order. */
function drawn(frames: readonly number[], given: Partial<VideoRequest>): Buffer[] {
  const request = videoRequest(given);
  const paint = framePainter(request);
  return frames.map((frame) => {
    const picture = newPicture(request.width, request.height);
    paint(picture, frame);
    return Buffer.from(picture.data);
  });
}

/** Pixels of which a channel differs by more than `tolerance`, in percent. */
function changedPercent(first: Buffer, second: Buffer, tolerance = 0): number {
  let changed = 0;
  for (let offset = 0; offset < first.length; offset += 3) {
    const isChanged = [0, 1, 2].some((channel) => {
      const index = offset + channel;
      return Math.abs((first[index] ?? 0) - (second[index] ?? 0)) > tolerance;
    });
    if (isChanged) changed += 1;
  }
  return (100 * changed) / (first.length / 3);
}

describe.each(VIDEO_PATTERNS)('pattern %s', (pattern) => {
  it('draws each frame alike, whatever was drawn before', () => {
    const [fifth, again] = drawn([5, 20, 5], { pattern }).filter((_, index) => index !== 1);
    expect(fifth?.equals(again ?? Buffer.alloc(0))).toBe(true);
    const [alone] = drawn([5], { pattern });
    expect(alone?.equals(fifth ?? Buffer.alloc(0))).toBe(true);
  });

  it.each([1, 7, 30, 95])('ends a loop of %s frames where it began', (frames) => {
    const [first, next] = drawn([0, frames], { pattern, frames, hasTimecode: false });
    expect(next?.equals(first ?? Buffer.alloc(0))).toBe(true);
  });

  it('shows no jump from the last frame to the first', () => {
    const frames = Array.from({ length: 20 }, (_, index) => index);
    const [last, ...others] = drawn([299, ...frames], { pattern, frames: 300, hasTimecode: false });
    const changes = others.map((frame, index) => changedPercent(others[index - 1] ?? last ?? frame, frame, 24));
    // Positions are whole pixels, so some steps are a pixel more than others.
    expect(changes[0]).toBeLessThanOrEqual(Math.max(...changes.slice(1)) * 1.5 + 2);
  });

  it('moves in every frame, even where nothing but the counter would tell', () => {
    const frames = drawn([0, 1, 2, 3], { pattern, hasTimecode: false });
    expect(new Set(frames.map((frame) => frame.toString('latin1'))).size).toBe(4);
  });

  it.each([
    [240, 136],
    [640, 360],
    [250, 444],
  ])('carries the timecode at %s x %s', (width, height) => {
    const [frame] = drawn([17], { pattern, width, height });
    expect(readTimecode(frame ?? Buffer.alloc(0), width, height)).toEqual({
      kind: 'media',
      timeUs: 566_667,
      counter: 17,
    });
  });
});

describe('framePainter', () => {
  it('leaves the timecode out when it is not wanted', () => {
    const [frame] = drawn([0], { hasTimecode: false });
    expect(readTimecode(frame ?? Buffer.alloc(0), 240, 136)).toBeNull();
  });

  it('counts to 65535 and then from 0, while the time goes on', () => {
    const request = { frames: 65_540, fps: 60, pattern: 'counter' } as const;
    const codes = drawn([65_535, 65_536], request).map((frame) => readTimecode(frame, 240, 136));
    expect(codes).toEqual([
      { kind: 'media', timeUs: 1_092_250_000, counter: 65_535 },
      { kind: 'media', timeUs: 1_092_266_667, counter: 0 },
    ]);
  });

  it('makes all of the noise new at 100 %, and none at 0 %', () => {
    const pictureOnly = drawn([0, 1], { pattern: 'noise', noisePercent: 0, hasTimecode: false });
    const noiseOnly = drawn([0, 1], { pattern: 'noise', noisePercent: 100, hasTimecode: false });
    const change = ([first, second]: Buffer[]) => changedPercent(first ?? Buffer.alloc(0), second ?? Buffer.alloc(0));
    // The panel changes in both, and is large in so small a picture.
    expect(change(pictureOnly)).toBeLessThan(10);
    expect(change(noiseOnly)).toBeGreaterThan(60);
  });
});

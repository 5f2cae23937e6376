import { describe, expect, it } from 'vitest';
import { counterText, drawLabel, mediaTimeUs, timeText, videoText } from '../../../../server/generate/frame-label.js';
import { newPicture } from '../../../../server/generate/picture.js';
import { videoRequest } from '../../../helpers/video-request.js';

describe('the panel', () => {
  it('words number, time and video', () => {
    expect(counterText(42)).toBe('00042');
    expect(counterText(431_999)).toBe('431999');
    expect(timeText(3_599_999_999)).toBe('59:59.999');
    expect(timeText(mediaTimeUs(40, 30))).toBe('00:01.333');
    expect(videoText(videoRequest({ fps: 30_000 / 1001 }))).toBe('BARS 240X136 29.97 FPS');
  });

  it.each([
    [240, 136],
    [1280, 720],
    [4096, 2160],
  ])('lies inside of what cropping by 5 %% leaves of %s x %s, below the timecode', (width, height) => {
    const picture = newPicture(width, height);
    drawLabel(picture, videoRequest({ width, height, pattern: 'gradient', frames: 100_000 }), 99_999);
    const drawn = [...picture.data.keys()].filter((index) => picture.data[index] !== 0);
    const rows = [drawn[0] ?? 0, drawn.at(-1) ?? 0].map((index) => Math.floor(index / (width * 3)));
    const columns = drawn.map((index) => Math.floor(index / 3) % width);
    expect(rows[0]).toBeGreaterThan(height * 0.17);
    expect(rows[1]).toBeLessThan(height * 0.95);
    expect(columns.reduce((least, x) => Math.min(least, x))).toBeGreaterThan(width * 0.05);
    expect(columns.reduce((most, x) => Math.max(most, x))).toBeLessThan(width * 0.95);
  });
});

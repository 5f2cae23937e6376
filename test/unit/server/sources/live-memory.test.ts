import { describe, expect, it } from 'vitest';
import { describeLive, emptyMemory } from '../../../../server/sources/live-memory.js';

const SOURCE = {
  wanted: { width: null, height: null, quality: null, isProcessed: false },
  fps: null,
  startTimeUs: 5,
};
const MJPEG = { codec: 'mjpeg', width: 640, height: 480, fps: 25 };

describe('describeLive', () => {
  it('says little of what was never reached', () => {
    expect(describeLive({ ...SOURCE, fps: 10 }, emptyMemory())).toEqual({
      ...{ width: 0, height: 0, fps: 0, timeSource: 'arrival', codec: null, startTimeUs: 5 },
      encoding: { mode: 'unknown', reason: 'the source was not reached yet' },
    });
  });

  it('takes the size from the pictures that came, the codec and the rate from FFmpeg', () => {
    const memory = { ...emptyMemory(), video: { ...MJPEG, codec: 'h264' }, width: 320, height: 240 };
    expect(describeLive(SOURCE, memory)).toEqual({
      ...{ width: 320, height: 240, fps: 25, timeSource: 'arrival', codec: 'h264', startTimeUs: 5 },
      encoding: { mode: 'encoded', reason: 'the source is h264' },
    });
  });

  it.each([
    [10, 25, 10],
    [50, 25, 25],
    [10, 0, 0],
    [null, 25, 25],
  ])('asked for %s of %s frames per second, says %s', (fps, own, said) => {
    expect(describeLive({ ...SOURCE, fps }, { ...emptyMemory(), video: { ...MJPEG, fps: own } }).fps).toBe(said);
  });

  it('says why JPEGs are decoded although nothing asks for it', () => {
    const memory = { ...emptyMemory(), video: MJPEG, decodesBecause: 'they are broken' };
    expect(describeLive(SOURCE, memory).encoding).toEqual({ mode: 'encoded', reason: 'they are broken' });
    const asked = { ...SOURCE, wanted: { ...SOURCE.wanted, quality: 50 } };
    expect(describeLive(asked, memory).encoding.reason).toBe('quality 50 was asked for');
    expect(describeLive(SOURCE, { ...memory, decodesBecause: null }).encoding.mode).toBe('pass-through');
  });
});

import { describe, expect, it } from 'vitest';
import { PictureTimeline } from '../../../../server/rtsp/picture-timeline.js';
import { keyPicture } from '../../../helpers/bridge-of-test.js';

const at = (seconds: number, ptsTicks: number) => keyPicture({ captureTimeUs: seconds * 1e6, ptsTicks });

describe('PictureTimeline', () => {
  it('places the first picture by its capture time, and the others by their distance from it', () => {
    const timeline = new PictureTimeline();
    expect(timeline.place(at(100, 7))).toBe(9_000_000);
    expect(timeline.place(at(100.5, 3007))).toBe(9_003_000);
    // Of a picture that is shown before one that came before it.
    expect(timeline.place(at(100.6, 1507))).toBe(9_001_500);
  });

  it('goes on by the capture time where the times begin anew', () => {
    const timeline = new PictureTimeline();
    timeline.place(at(100, 500_000));
    timeline.begin();
    expect(timeline.place(at(103, 0))).toBe(9_270_000);
    expect(timeline.place(at(103.1, 9000))).toBe(9_279_000);
  });

  it('never goes back, also where the pictures ran ahead of their capture', () => {
    const timeline = new PictureTimeline();
    timeline.place(at(100, 0));
    timeline.place(at(100.1, 450_000));
    timeline.begin();
    expect(timeline.place(at(101, 0))).toBe(9_450_001);
  });

  it('takes a leap of the times that nobody told for a new beginning', () => {
    const timeline = new PictureTimeline();
    timeline.place(at(100, 0));
    expect(timeline.place(at(100.04, 90_000 * 3600))).toBe(9_003_600);
    expect(timeline.place(at(100.08, 90_000 * 3600 + 3600))).toBe(9_007_200);
    expect(timeline.place(at(100.12, 0))).toBe(9_010_800);
  });
});

import { describe, expect, it } from 'vitest';
import { publishedText, publishingText } from '../../../../../client/web/app/model/publishing.js';
import { publishingSample } from '../../../../helpers/api-samples.js';

const PROBLEM = { code: 'PUBLISH_DENIED', message: 'Other credentials are wanted.' };

describe('publishingText', () => {
  it.each([
    [{}, 'Published · H.264, encoded by libx264'],
    [{ mode: 'copy', encoder: null, codec: 'h265' }, 'Published · H.265, as the source coded it'],
    [{ mode: 'mjpeg', encoder: null, codec: 'mjpeg' }, 'Published · Motion JPEG, the JPEGs as they are'],
    [{ state: 'waiting', mode: null, encoder: null, error: PROBLEM }, 'Not published · H.264'],
    [{ state: 'waiting', codec: null }, 'Waiting for a picture'],
    [{ state: 'connecting' }, 'Connecting · H.264, encoded by libx264'],
    [{ state: 'stopped', codec: null }, 'Ended'],
  ] as const)('%j is “%s”', (change, text) => {
    expect(publishingText(publishingSample(change))).toBe(text);
  });
});

describe('publishedText', () => {
  it('says what was sent, and of what went wrong only what did', () => {
    const counts = { framesSent: 1, framesDropped: 0, bytesSent: 5e6, reconnects: 0 };
    expect(publishedText(counts)).toBe('1 frame, 5.0 MB');
    expect(publishedText({ ...counts, framesSent: 1234, framesDropped: 1000, reconnects: 2 })).toBe(
      '1,234 frames, 5.0 MB, 1,000 dropped, 2 reconnects',
    );
  });
});

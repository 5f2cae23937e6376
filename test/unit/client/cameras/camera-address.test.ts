import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCameraAddress } from '../../../../client/cameras/camera-address.js';

describe('parseCameraAddress', () => {
  it('takes streams over HTTP, RTSP and our own protocol', () => {
    expect(parseCameraAddress(' http://10.0.0.5/mjpg?x=1 ')).toEqual({
      kind: 'mjpeg',
      url: 'http://10.0.0.5/mjpg?x=1',
      shownUrl: 'http://10.0.0.5/mjpg?x=1',
    });
    expect(parseCameraAddress('RTSP://u:s3cret@h:8554/cam')).toMatchObject({
      kind: 'rtsp',
      shownUrl: 'RTSP://u:***@h:8554/cam',
    });
    expect(parseCameraAddress('streamer://h:8000/door')).toMatchObject({ kind: 'streamer' });
    expect(parseCameraAddress('wss://h/ws/door')).toMatchObject({ kind: 'websocket' });
  });

  it('leaves off what stands behind #', () => {
    expect(parseCameraAddress('http://h/a#clock-error=x')).toMatchObject({ url: 'http://h/a' });
  });

  it.each([
    ['', 'its address is empty'],
    ['/dev/video0', 'its address has no scheme such as http://'],
    ['file:///etc/passwd', 'addresses that begin with file: are not opened'],
    ['FILE:/etc/passwd', 'addresses that begin with file: are not opened'],
    ['data:image/png;base64,AA', 'addresses that begin with data: are not opened'],
    ['javascript:alert(1)', 'addresses that begin with javascript: are not opened'],
    ['gopher://h/', 'addresses that begin with gopher: are not opened'],
    ['ffmpeg+rtsp://h/a', 'addresses that begin with ffmpeg+rtsp: are not opened'],
    ['rtsps://h/a', 'rtsps:// is not read here, only rtsp://'],
    ['http://h/a b', 'its address has spaces or control characters'],
    ['http://h/\u001b[2J', 'its address has spaces or control characters'],
    ['http://h/\0', 'its address has spaces or control characters'],
    ['http:///a', 'its address is broken, or of no kind of stream that is read'],
    ['http://h:99999/', 'its address is broken, or of no kind of stream that is read'],
    ['http://h/live.m3u8', 'its address is broken, or of no kind of stream that is read'],
    [`http://h/${'a'.repeat(3000)}`, 'its address is longer than 2048 characters'],
  ])('does not open %j', (text, why) => {
    expect(parseCameraAddress(text)).toBe(why);
  });

  it('never throws, and shows no password', () => {
    const address = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }).map((text) => `http://user:hunter2hunter2@${text}`),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
    );
    fc.assert(
      fc.property(address, (text) => {
        const parsed = parseCameraAddress(text);
        if (typeof parsed === 'string') expect(parsed).not.toContain('hunter2');
        else expect(parsed.shownUrl).not.toContain('hunter2');
      }),
    );
  });
});

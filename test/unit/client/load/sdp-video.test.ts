import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSdpVideo } from '../../../../client/load/sdp-video.js';
import { describeVideo } from '../../../../server/rtsp/sdp.js';

describe('readSdpVideo', () => {
  it('reads the first video track', () => {
    const sdp = [
      'v=0',
      'a=control:rtsp://host/all/',
      'm=audio 0 RTP/AVP 0',
      'a=control:sound',
      'm=video 0 RTP/AVP 98 99',
      'a=rtpmap:98 h264/90000',
      'a=framerate:29.97',
      'a=control:picture',
      'm=video 0 RTP/AVP 26',
    ];
    expect(readSdpVideo(sdp.join('\n'))).toEqual({
      ...{ codec: 'h264', payloadType: 98, clockRate: 90_000, fps: 29.97 },
      ...{ control: 'picture', sessionControl: 'rtsp://host/all/', transport: 'RTP/AVP' },
    });
  });

  it.each(['h264', 'h265', 'mjpeg'] as const)('reads what our publisher says of %s', (codec) => {
    const video = readSdpVideo(describeVideo({ codec, parameterSets: [] }, 1));
    expect(video).toMatchObject({ codec, payloadType: codec === 'mjpeg' ? 26 : 96, control: 'trackID=0', fps: null });
  });

  it.each([
    ['JPEG without a map', 'm=video 0 RTP/AVP 26', { codec: 'mjpeg', clockRate: 90_000, control: null }],
    ['an unknown codec', 'm=video 0 RTP/AVP 96\na=rtpmap:96 VP8/1000', { codec: 'other', clockRate: 1000 }],
    ['a clock that stands still', 'm=video 0 RTP/AVP 96\na=rtpmap:96 H265/0', { codec: 'h265', clockRate: 1 }],
    ['a control that would end the line', 'm=video 0 RTP/AVP 96\na=control:x y', { control: null }],
    ['a rate of zero', 'm=video 0 RTP/AVP 96\na=framerate:0', { fps: null }],
    ['the highest rate', 'm=video 0 RTP/AVP 96\na=framerate:1000', { fps: 1000 }],
    ['a rate that no camera has', 'm=video 0 RTP/AVP 96\na=framerate:9999', { fps: null }],
  ])('takes %s', (_name, sdp, expected) => {
    expect(readSdpVideo(sdp)).toMatchObject(expected);
  });

  it.each(['', 'm=audio 0 RTP/AVP 0', 'm=video 0 RTP/AVP', 'm=video 0 RTP/AVP 128', 'm=video x'])(
    'finds none in "%s"',
    (sdp) => {
      expect(readSdpVideo(sdp)).toBeNull();
    },
  );

  it('takes anything, and gives nothing that would end a line of a request', () => {
    const line = fc.oneof(
      fc.constantFrom('m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=control:a', 'a=framerate:1e9', 'm='),
      fc.string({ maxLength: 40 }).map((text) => `a=control:${text}`),
      fc.string({ maxLength: 40 }).map((text) => `a=rtpmap:96 ${text}`),
      fc.string({ maxLength: 40 }).map((text) => `m=video ${text}`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n', '\r'), (lines, end) => {
        const video = readSdpVideo(lines.join(end));
        if (!video) return;
        expect(video.clockRate).toBeGreaterThan(0);
        expect(video.control ?? '').toMatch(/^[!-~]*$/);
        expect(video.payloadType).toBeLessThan(128);
      }),
    );
  });
});

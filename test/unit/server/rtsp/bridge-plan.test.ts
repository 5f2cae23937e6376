import { describe, expect, it } from 'vitest';
import { bridgePlan } from '../../../../server/rtsp/bridge-plan.js';
import { parseSourceSpec } from '../../../../server/sources/source-spec.js';
import type { StreamSettings } from '../../../../server/stream-settings.js';
import { STREAM_DEFAULTS, TIMECODE } from '../../../helpers/config-of-test.js';

const RTSP = { url: 'rtsp://h/cam', codec: 'auto', bitrateBps: 2e6 } as const;
const CAMERA = parseSourceSpec('cam=rtsp://192.0.2.1/live');
const FILM = parseSourceSpec('cam=/v/film.mp4');

function planOf(change: Partial<StreamSettings>, codec: string | null = null) {
  return bridgePlan({ ...STREAM_DEFAULTS, rtsp: RTSP, ...change }, codec);
}

describe('bridgePlan', () => {
  it('is none for a stream that is not published', () => {
    expect(planOf({ rtsp: null })).toBeNull();
  });

  it.each(['rtsp://192.0.2.1/live', 'http://192.0.2.1/live.m3u8', 'srt://192.0.2.1:9000', 'udp://192.0.2.1:1234'])(
    'may copy %s, whatever its quality',
    (url) => {
      expect(planOf({ source: parseSourceSpec(`cam=${url}`), quality: 50 })).toEqual({
        ...RTSP,
        copied: { kind: 'live' },
      });
    },
  );

  it.each([{ width: 320 }, { height: 240 }, { fps: 5 }, { processors: [TIMECODE as never] }])(
    'copies nothing where the settings change the pictures: %j',
    (change) => {
      expect(planOf({ source: CAMERA, ...change })?.copied).toBeNull();
      expect(planOf({ source: FILM, ...change }, 'h264')?.copied).toBeNull();
    },
  );

  it.each(['test:bars', 'device:/dev/video0', '-'])('does not copy %s', (source) => {
    expect(planOf({ source: parseSourceSpec(`cam=${source}`) }, 'h264')?.copied).toBeNull();
  });

  it.each(['h264', 'h265', 'mjpeg', 'h264_nvenc'] as const)('does not copy where %s was asked for', (codec) => {
    expect(planOf({ source: CAMERA, rtsp: { ...RTSP, codec } })).toMatchObject({ codec, copied: null });
  });

  it('copies files of H.264 and H.265, again and again or once', () => {
    const copied = { kind: 'file', path: '/v/film.mp4', loop: true } as const;
    expect(planOf({ source: FILM }, 'h264')?.copied).toEqual(copied);
    expect(planOf({ source: FILM, rtsp: { ...RTSP, codec: 'copy' }, loop: false }, 'hevc')?.copied).toEqual({
      ...copied,
      loop: false,
    });
    for (const codec of ['mpeg4', 'mjpeg', null]) expect(planOf({ source: FILM }, codec)?.copied).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { deviceInput } from '../../../../server/sources/device-input.js';
import { httpVideoInput } from '../../../../server/sources/http-video-input.js';
import { networkInput } from '../../../../server/sources/network-input.js';
import { rtspInput } from '../../../../server/sources/rtsp-input.js';

const QUICK = ['-fpsprobesize', '3', '-analyzeduration', '1000000'];
const NO_WISHES = { width: null, height: null, fps: null };

describe('rtspInput', () => {
  it('asks for video over the transport, and hides the password', () => {
    const url = 'rtsp://user:secret@cam/h264?channel=1';
    expect(rtspInput({ kind: 'rtsp', name: 'cam', url, transport: 'udp' }, '-stimeout')).toEqual({
      input: url,
      inputOptions: [
        ...['-protocol_whitelist', 'rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto', '-rtsp_transport', 'udp'],
        ...['-stimeout', '10000000', '-allowed_media_types', 'video', ...QUICK],
      ],
      shownInput: 'rtsp://user:***@cam/h264?channel=1',
    });
  });
});

describe('rtspInput of an rtsps:// address', () => {
  it('takes any certificate, also where FFmpeg does not know how to', () => {
    const spec = { kind: 'rtsp', name: 'cam', url: 'rtsps://cam/h264', transport: 'tcp' } as const;
    const { inputOptions, fallbackInputOptions } = rtspInput(spec, '-timeout');
    expect(fallbackInputOptions).toEqual(rtspInput({ ...spec, url: 'rtsp://cam/h264' }, '-timeout').inputOptions);
    expect(inputOptions).toEqual(['-tls_verify', '0', ...(fallbackInputOptions ?? [])]);
  });
});

describe('networkInput', () => {
  it.each([
    ['srt', ['-protocol_whitelist', 'srt', '-connect_timeout', '10000', '-rw_timeout', '10000000']],
    ['SRT', ['-protocol_whitelist', 'srt', '-connect_timeout', '10000', '-rw_timeout', '10000000']],
    ['udp', ['-protocol_whitelist', 'udp', '-overrun_nonfatal', '1', '-timeout', '10000000']],
  ])('takes %s for MPEG-TS, and anything else at the second attempt', (scheme, options) => {
    const url = `${scheme}://127.0.0.1:9000?mode=caller`;
    expect(networkInput({ kind: 'network', name: 'x', url })).toEqual({
      input: url,
      inputOptions: ['-scan_all_pmts', '0', ...options, ...QUICK],
      fallbackInputOptions: [...options, ...QUICK],
      shownInput: url,
    });
  });

  it('does not connect over tcp more than once', () => {
    expect(networkInput({ kind: 'network', name: 'x', url: 'tcp://127.0.0.1:9000' })).toEqual({
      input: 'tcp://127.0.0.1:9000',
      inputOptions: ['-protocol_whitelist', 'tcp', '-rw_timeout', '10000000', ...QUICK],
      keepsConnection: true,
      shownInput: 'tcp://127.0.0.1:9000',
    });
  });
});

describe('httpVideoInput', () => {
  it('reads at the speed of the video, from the network alone', () => {
    const { input, inputOptions, shownInput } = httpVideoInput('https://user:secret@host/live.m3u8?token=abc');
    expect(input).toBe('https://user:secret@host/live.m3u8?token=abc');
    expect(shownInput).toBe('https://user:***@host/live.m3u8?token=***');
    expect(inputOptions).toContain('-re');
    expect(inputOptions[inputOptions.indexOf('-protocol_whitelist') + 1]).not.toMatch(/file|pipe|concat|subfile/);
  });
});

describe('deviceInput', () => {
  const device = (name: string) => ({ kind: 'device', name: 'cam', device: name }) as const;

  it.each([
    ['/dev/video0', '/dev/video0'],
    ['video3', '/dev/video3'],
    ['0', '/dev/video0'],
    ['/dev/v4l/by-id/usb-cam-index0', '/dev/v4l/by-id/usb-cam-index0'],
  ])('opens %s on Linux, Motion JPEG first', (name, path) => {
    expect(deviceInput(device(name), NO_WISHES, 'linux')).toEqual({
      input: path,
      inputOptions: ['-input_format', 'mjpeg', '-f', 'v4l2', ...QUICK],
      fallbackInputOptions: ['-f', 'v4l2', ...QUICK],
      shownInput: name,
    });
  });

  it('asks a device of Linux for a size that is given whole, and for a rate', () => {
    const whole = deviceInput(device('0'), { width: 1280, height: 720, fps: 15 }, 'linux');
    expect(whole.fallbackInputOptions).toEqual([
      ...['-f', 'v4l2', '-video_size', '1280x720', '-framerate', '15', ...QUICK],
    ]);
    const half = deviceInput(device('0'), { width: 1280, height: null, fps: null }, 'linux');
    expect(half.inputOptions).not.toContain('-video_size');
  });

  it('opens a camera of a Mac without its microphone, at a rate it has', () => {
    expect(deviceInput(device('0'), NO_WISHES, 'darwin')).toEqual({
      input: '0:none',
      inputOptions: ['-f', 'avfoundation', '-framerate', '30', ...QUICK],
      shownInput: '0',
    });
    expect(deviceInput(device('0'), { ...NO_WISHES, fps: 15 }, 'darwin').inputOptions).toContain('15');
  });

  it('opens a camera of Windows by its name', () => {
    expect(deviceInput(device('USB Camera'), NO_WISHES, 'win32')).toEqual({
      input: 'video=USB Camera',
      inputOptions: ['-f', 'dshow', '-rtbufsize', '100M', ...QUICK],
      shownInput: 'USB Camera',
    });
  });
});

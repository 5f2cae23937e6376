import { describe, expect, it } from 'vitest';
import { FfmpegLog } from '../../../../shared/ffmpeg/ffmpeg-log.js';
import type { LogEvent } from '../../../../shared/ffmpeg/ffmpeg-log.js';

/** What a whole log tells, line by line. */
function read(text: string): LogEvent[] {
  const log = new FfmpegLog();
  return text.split('\n').flatMap((line) => log.push(line) ?? []);
}

/** What it tells of an input with this one stream, when FFmpeg chose that. */
function readVideo(line: string) {
  const [event] = read(`Input #0, rtsp, from 'x':\n${line}\nStream mapping:\n  Stream #0:0 -> #0:0 (copy)`);
  return event?.kind === 'chosen' ? event.video : null;
}

const OF_2018 = `[h264 @ 0x3f80] Reinit context to 1280x720, pix_fmt: yuv420p
Input #0, rtsp, from 'rtsp://127.0.0.1:18554/h264':
  Metadata:
    title           : Session streamed with GStreamer
    comment         : rtsp-server
  Duration: N/A, start: 0.033333, bitrate: N/A
    Stream #0:0: Video: h264 (Constrained Baseline), 1 reference frame, yuv420p(progressive, left), 1280x720, 30 fps, 30 tbr, 90k tbn, 180k tbc
Stream mapping:
  Stream #0:0 -> #0:0 (h264 (native) -> ppm (native))
[Parsed_scale_0 @ 0x1d58f840] w:iw h:ih flags:'bicubic' interl:0
[graph 0 input from stream 0:0 @ 0x1d590100] w:1280 h:720 pixfmt:yuv420p tb:1/90000 fr:30/1 sar:0/1 sws_param:flags=2
[Parsed_scale_0 @ 0x1d58f840] w:1280 h:720 fmt:yuv420p sar:0/1 -> w:1280 h:720 fmt:rgb24 sar:0/1 flags:0x4
Output #0, image2pipe, to 'pipe:1':
  Metadata:
    encoder         : Lavf58.24.100
    Stream #0:0: Video: ppm, 1 reference frame, rgb24(left), 1280x720, q=2-31, 200 kb/s, 30 fps, 30 tbn, 30 tbc
    Metadata:
      encoder         : Lavc58.42.100 ppm`;

const OF_4_2 = `Input #0, rtsp, from 'rtsp://127.0.0.1:18560/h264':
  Metadata:
    title           : No Name
  Duration: N/A, start: 0.871178, bitrate: N/A
    Stream #0:0: Video: h264 (Constrained Baseline), 1 reference frame, yuv420p(progressive, left), 1280x720 [SAR 1:1 DAR 16:9], 25 fps, 25 tbr, 90k tbn, 50 tbc
Stream mapping:
  Stream #0:0 -> #0:0 (h264 (native) -> ppm (native))
[graph 0 input from stream 0:0 @ 0x2800fe80] w:1280 h:720 pixfmt:yuv420p tb:1/90000 fr:25/1 sar:1/1 sws_param:flags=2`;

// A transport stream whose second half is larger.
const OF_5_1 = `[mpegts @ 0x55e05c404940] Packet corrupt (stream = 0, dts = 212400).
Input #0, mpegts, from 'change.ts':
  Duration: 00:00:01.00, start: 1.480000, bitrate: 245 kb/s
  Program 1 
    Metadata:
      service_name    : Service01
      service_provider: FFmpeg
  Stream #0:0[0x100]: Video: h264 (High 4:4:4 Predictive), 1 reference frame ([27][0][0][0] / 0x001B), yuv444p(progressive, left), 320x240 [SAR 1:1 DAR 4:3], 25 fps, 25 tbr, 90k tbn
Stream mapping:
  Stream #0:0 -> #0:0 (h264 (native) -> ppm (native))
[graph 0 input from stream 0:0 @ 0x55e05c459780] w:320 h:240 pixfmt:yuv444p tb:1/90000 fr:25/1 sar:1/1
[Parsed_scale_0 @ 0x55e05c4aec80] w:320 h:240 fmt:yuv444p sar:1/1 -> w:320 h:240 fmt:rgb24 sar:1/1 flags:0x0
Output #0, image2pipe, to 'pipe:1':
  Stream #0:0: Video: ppm, 1 reference frame, rgb24(pc, gbr/unknown/unknown, progressive, left), 320x240 (0x0) [SAR 1:1 DAR 4:3], q=2-31, 200 kb/s, 25 fps, 25 tbn
[h264 @ 0x55e05c44a900] Reinit context to 640x368, pix_fmt: yuv444p
[graph 0 input from stream 0:0 @ 0x55e05c4af040] w:640 h:360 pixfmt:yuv444p tb:1/90000 fr:25/1 sar:1/1
[scaler_out_0_0 @ 0x55e05c45a440] w:320 h:240 flags:'' interl:0
[Parsed_scale_0 @ 0x55e05c459fc0] w:640 h:360 fmt:yuv444p sar:1/1 -> w:640 h:360 fmt:yuv444p sar:1/1 flags:0x0`;

const COPIED_BY_5_1 = `Input #0, rtsp, from 'rtsp://127.0.0.1:18554/mjpeg':
  Duration: N/A, start: 0.000000, bitrate: N/A
  Stream #0:0: Video: mjpeg (Baseline), 1 reference frame, yuvj420p(pc, bt470bg/unknown/unknown, center), 640x480 [SAR 1:1 DAR 4:3], 30 fps, 30 tbr, 90k tbn
Output #0, mpjpeg, to 'pipe:1':
  Stream #0:0: Video: mjpeg (Baseline), 1 reference frame, yuvj420p(pc, bt470bg/unknown/unknown, center), 640x480 (0x0) [SAR 1:1 DAR 4:3], q=2-31, 30 fps, 30 tbr, 90k tbn
Stream mapping:
  Stream #0:0 -> #0:0 (copy)`;

const OF_7_0 = `Input #0, rtsp, from 'rtsp://127.0.0.1:18560/h264':
  Metadata:
    title           : No Name
  Duration: N/A, start: 0.165289, bitrate: N/A
  Stream #0:0: Video: h264 (Constrained Baseline), 1 reference frame, yuv420p(progressive, left), 1280x720 [SAR 1:1 DAR 16:9], 25 fps, 25 tbr, 90k tbn
[out#0/image2pipe @ 0x45603140] No explicit maps, mapping streams automatically...
[vost#0:0/ppm @ 0x455fd800] Created video stream from input stream 0:0
Stream mapping:
  Stream #0:0 -> #0:0 (h264 (native) -> ppm (native))
[vost#0:0/ppm @ 0x455fd800] Starting thread...
[graph 0 input from stream 0:0 @ 0x7ff06400f9c0] w:1280 h:720 pixfmt:yuv420p tb:1/90000 fr:25/1 sar:1/1 csp:unknown range:unknown
[graph 0 input from stream 0:0 @ 0x7ff06400f9c0] video frame properties congruent with link at pts_time: 0.92`;

const OF_9_0 = `Input #0, rtsp, from 'rtsp://127.0.0.1:18560/mjpeg':
  Duration: N/A, start: 0.125978, bitrate: N/A
  Stream #0:0: Video: mjpeg (Baseline), 1 reference frame, yuvj420p(pc, bt470bg/unknown/unknown, center), 640x480 [SAR 1:1 DAR 4:3], 25 fps, 25 tbr, 90k tbn, start 0.125978
[out#0/image2pipe @ 0x55df05adb900] No explicit maps, mapping streams automatically...
Stream mapping:
  Stream #0:0 -> #0:0 (mjpeg (native) -> ppm (native))
[graph -1 input from stream 0:0 @ 0x7f0e7400fac0] w:640 h:480 pixfmt:yuvj420p tb:1/90000 fr:25/1 sar:1/1 csp:bt470bg range:pc alpha:unspecified
Output #0, image2pipe, to 'pipe:1':
  Stream #0:0: Video: ppm, 1 reference frame, rgb24(pc, gbr/unknown/unknown, progressive), 640x480 [SAR 1:1 DAR 4:3], q=2-31, 200 kb/s, 25 fps, 25 tbn`;

const h264 = (width: number, height: number, fps: number): LogEvent => ({
  kind: 'chosen',
  video: { codec: 'h264', width, height, fps },
});
const mjpeg = (fps: number): LogEvent => ({ kind: 'chosen', video: { codec: 'mjpeg', width: 640, height: 480, fps } });
const size = (width: number, height: number): LogEvent => ({ kind: 'size', width, height });

describe('FfmpegLog', () => {
  it.each([
    ['the build of 2018', OF_2018, [h264(1280, 720, 30), size(1280, 720)]],
    ['4.2', OF_4_2, [h264(1280, 720, 25), size(1280, 720)]],
    ['5.1, decoding what changes its size', OF_5_1, [h264(320, 240, 25), size(320, 240), size(640, 360)]],
    ['5.1, copying', COPIED_BY_5_1, [mjpeg(30)]],
    ['7.0', OF_7_0, [h264(1280, 720, 25), size(1280, 720)]],
    ['9.0', OF_9_0, [mjpeg(25), size(640, 480)]],
  ])('reads what FFmpeg says: %s', (_version, log, events) => {
    expect(read(log)).toEqual(events);
  });

  it.each([
    [
      '    Stream #0:0: Video: h264 (Main), 1 reference frame, yuvj420p(pc, bt709, progressive, left), 1920x1080 (1920x1088), 100 tbr, 90k tbn, 180k tbc',
      'h264',
      1920,
      1080,
      0,
    ],
    [
      '    Stream #0:0: Video: mjpeg (Baseline), yuvj422p(pc, bt470bg/unknown/unknown), 320x240, 31 tbr, 1000k tbn, 1000k tbc',
      'mjpeg',
      320,
      240,
      0,
    ],
    ['  Stream #0:0[0x100]: Video: h264 ([27][0][0][0] / 0x001B), none, 90k tbr, 90k tbn', 'h264', 0, 0, 0],
    [
      '  Stream #0:0[0x1](und): Video: hevc (Main) (hev1 / 0x31766568), yuv420p(tv, bt709), 3840x2160 [SAR 1:1 DAR 16:9], 8000 kb/s, 29.97 fps, 29.97 tbr, 30k tbn (default)',
      'hevc',
      3840,
      2160,
      29.97,
    ],
    [
      '  Stream #0:0: Video: rawvideo (YUY2 / 0x32595559), yuyv422, 640x480, 147456 kb/s, 30 fps, 30 tbr, 1000k tbn',
      'rawvideo',
      640,
      480,
      30,
    ],
    [
      '  Stream #0:0: Video: h264 (High), yuv420p, 352x288, SAR 12:11 DAR 4:3, 12.50 fps, 90k tbn',
      'h264',
      352,
      288,
      12.5,
    ],
    ['  Stream #0:0: Video: h264 (High), yuv420p, 640x360, 1k fps, 1k tbr, 1k tbn', 'h264', 640, 360, 0],
    ['  Stream #0:0: Video: h264 (High), yuv420p, 640x360, 1000 fps, 1k tbr, 1k tbn', 'h264', 640, 360, 0],
  ])('reads %s', (line, codec, width, height, fps) => {
    expect(readVideo(line)).toEqual({ codec, width, height, fps });
  });

  it('goes by the stream that FFmpeg chose, not by the first', () => {
    const events = read(`Input #0, hls, from 'http://x/y.m3u8':
  Stream #0:0: Video: h264 (High), yuv420p, 640x360, 25 fps
  Stream #0:1: Audio: aac (LC), 48000 Hz, stereo, fltp
  Stream #0:2: Video: hevc (Main), yuv420p, 1920x1080, 50 fps
Stream mapping:
  Stream #0:2 -> #0:0 (hevc (native) -> ppm (native))`);
    expect(events).toEqual([{ kind: 'chosen', video: { codec: 'hevc', width: 1920, height: 1080, fps: 50 } }]);
  });

  it('takes nothing from a title, and nothing from a choice of what was not announced', () => {
    expect(
      read(`Input #0, rtsp, from 'x':
    title           : Stream #0:0: Video: mjpeg, yuvj420p, 1x1, 5 fps
  Stream #0:1: Audio: aac
Stream mapping:
  Stream #0:0 -> #0:0 (copy)
  Stream #0:1 -> #0:0 (copy)`),
    ).toEqual([]);
  });

  it('remembers a bounded number of streams', () => {
    const log = new FfmpegLog();
    log.push("Input #0, mpegts, from 'x':");
    for (let index = 0; index < 100; index += 1) log.push(`  Stream #0:${index}: Video: h264, yuv420p, 64x48, 25 fps`);
    expect(log.push('  Stream #0:63 -> #0:0 (copy)')).not.toBeNull();
    expect(log.push('  Stream #0:64 -> #0:0 (copy)')).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { liveError } from '../../../../shared/ffmpeg/live-error.js';
import { StreamerError } from '../../../../shared/errors.js';

const SHOWN = 'rtsp://user:***@cam/h264';
const EXIT = new StreamerError('FFMPEG_FAILED', `FFmpeg failed on ${SHOWN}: its last words`);

describe('liveError', () => {
  it.each([
    ['SOURCE_DENIED', 'credentials', ['[rtsp @ 0x5559f1a09980] method DESCRIBE failed: 401 Unauthorized']],
    ['SOURCE_DENIED', 'credentials', [`${SHOWN}: Server returned 401 Unauthorized (authorization failed)`]],
    [
      'SOURCE_DENIED',
      'credentials',
      ['[http @ 0x1] HTTP error 403 Forbidden', 'x: Server returned 403 Forbidden (access denied)'],
    ],
    ['SOURCE_BAD_ANSWER', '404', ['[rtsp @ 0x55f74e5f1980] method DESCRIBE failed: 404 Not Found']],
    ['SOURCE_BAD_ANSWER', '404', ['[rtsp @ 0x1] method DESCRIBE failed: 404 Stream Not Found']],
    [
      'SOURCE_BAD_ANSWER',
      '461 Unsupported transport',
      ['[rtsp @ 0x1] method SETUP failed: 461 Unsupported transport', 'x: Invalid data found when processing input'],
    ],
    ['SOURCE_BAD_ANSWER', '5XX Server Error', ['Error opening input files: Server returned 5XX Server Error reply']],
    [
      'SOURCE_UNREACHABLE',
      'nobody knows',
      ['[tcp @ 0x1] Failed to resolve hostname x.invalid: Name or service not known', `${SHOWN}: Input/output error`],
    ],
    [
      'SOURCE_UNREACHABLE',
      'refuses',
      [
        '[tcp @ 0x1] Connection to tcp://127.0.0.1:1?timeout=0 failed: Connection refused',
        `${SHOWN}: Connection refused`,
      ],
    ],
    ['SOURCE_UNREACHABLE', 'network', [`${SHOWN}: No route to host`]],
    [
      'SOURCE_UNREACHABLE',
      'another program',
      ['[udp @ 0x1] bind failed: Address already in use', `${SHOWN}: Input/output error`],
    ],
    [
      'SOURCE_UNREACHABLE',
      'An unexpected TLS packet was received.',
      ['[tls @ 0x1] An unexpected TLS packet was received.', `${SHOWN}: Input/output error`],
    ],
    ['SOURCE_UNREACHABLE', 'wrong version number', ['[tls @ 0x1] error:0A00010B:SSL routines::wrong version number']],
    [
      'SOURCE_UNREACHABLE',
      'another program',
      ['[video4linux2,v4l2 @ 0x1] ioctl(VIDIOC_S_FMT): Device or resource busy'],
    ],
    [
      'SOURCE_UNREACHABLE',
      'no device',
      ['[video4linux2,v4l2 @ 0x1] Cannot open video device /dev/video7: No such file or directory'],
    ],
    [
      'SOURCE_UNREADABLE',
      'permission',
      ['[video4linux2,v4l2 @ 0x1] Cannot open video device /dev/video0: Permission denied'],
    ],
    ['SOURCE_TIMEOUT', 'in time', [`${SHOWN}: Connection timed out`]],
    ['SOURCE_TIMEOUT', 'in time', [`${SHOWN}: Operation timed out`]],
    ['SOURCE_TIMEOUT', 'gives nothing', [`${SHOWN}: Input/output error`]],
    ['SOURCE_NOT_VIDEO', 'video', [`${SHOWN}: Invalid data found when processing input`]],
    [
      'SOURCE_NOT_VIDEO',
      'video',
      ["Output #0, image2pipe, to 'pipe:1':", 'Output file #0 does not contain any stream'],
    ],
    ['FFMPEG_FAILED', 'Protocol not found', ['srt://127.0.0.1:1234: Protocol not found']],
    [
      'FFMPEG_FAILED',
      "Unrecognized option 'connect_timeout'",
      ["Unrecognized option 'connect_timeout'.", 'Error splitting the argument list: Option not found'],
    ],
    ['SOURCE_FAILED', 'its last words', ['something that nobody has seen before']],
  ] as const)('is %s, says “%s” where FFmpeg said %j', (code, words, lines) => {
    const error = liveError(lines, SHOWN, EXIT);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^rtsp:\/\/user:\*\*\*@cam\/h264 /);
    expect(error.message).toContain(words);
    expect(String(error.cause)).toContain(lines[0]);
  });

  it('has ended where FFmpeg saw nothing wrong', () => {
    const error = liveError(['frame= 100 fps= 25'], SHOWN, null);
    expect(error).toMatchObject({
      code: 'SOURCE_FAILED',
      message: `${SHOWN} has ended; check whether it still sends.`,
    });
  });

  it('takes what FFmpeg calls invalid for silence when it had waited until its time was up', () => {
    const lines = [`${SHOWN}: Invalid data found when processing input`];
    expect(liveError(lines, SHOWN, EXIT, true)).toMatchObject({ code: 'SOURCE_TIMEOUT' });
    expect(liveError([], SHOWN, null, true)).toMatchObject({ code: 'SOURCE_TIMEOUT' });
    expect(liveError([`${SHOWN}: Connection refused`], SHOWN, EXIT, true)).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
    });
  });

  it('tells a crash of FFmpeg from a fault of the source', () => {
    const crash = new StreamerError(
      'FFMPEG_FAILED',
      `FFmpeg failed on ${SHOWN}: ffmpeg was killed with signal SIGSEGV`,
    );
    expect(liveError([], SHOWN, crash)).toMatchObject({
      code: 'FFMPEG_FAILED',
      message: expect.stringContaining('install another build') as string,
    });
  });
});

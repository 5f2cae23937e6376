import { describe, expect, it } from 'vitest';
import { parseServerCommand } from '../../../../server/cli.js';
import { VIDEO_PATTERNS } from '../../../../server/generate/video-request.js';

/** What `streamer-server generate` with these flags makes. */
function commandOf(...flags: string[]) {
  const command = parseServerCommand(['generate', ...flags], {});
  if (command.kind !== 'generate') throw new Error('text' in command ? command.text : command.kind);
  return command;
}

function errorTextOf(...flags: string[]): string {
  const command = parseServerCommand(['generate', ...flags], {});
  if (command.kind !== 'exit') throw new Error('it would make a video');
  expect(command).toMatchObject({ exitCode: 2, stream: 'stderr' });
  return command.text;
}

describe('streamer-server generate', () => {
  it('makes ten seconds of bars in this folder when nothing is said', () => {
    expect(commandOf()).toEqual({
      kind: 'generate',
      out: '.',
      isFile: false,
      videos: [
        {
          ...{ pattern: 'bars', width: 1280, height: 720, fps: 30, frames: 300, noisePercent: 50, hasTimecode: true },
          ...{ codec: 'h264', gopFrames: 60, bitrateBps: null, crf: null, mayOverwrite: false },
        },
      ],
    });
  });

  it('takes every flag', () => {
    const flags = [
      ...['--pattern', 'NOISE', '--size', '640X360', '--fps', '30000/1001', '--duration', '2.5', '--noise', '100'],
      ...['--no-time-code', '--codec', 'h265', '--gop', '25', '--bitrate', '1.5M', '--out', 'a/b.mkv', '--force'],
    ];
    expect(commandOf(...flags)).toEqual({
      kind: 'generate',
      out: 'a/b.mkv',
      isFile: true,
      videos: [
        {
          ...{ pattern: 'noise', width: 640, height: 360, fps: 30_000 / 1001, frames: 75, noisePercent: 100 },
          ...{ hasTimecode: false, codec: 'h265', gopFrames: 25, bitrateBps: 1_500_000, crf: null, mayOverwrite: true },
        },
      ],
    });
    expect(commandOf('--crf', '30').videos[0]).toMatchObject({ crf: 30 });
  });

  it('makes one of every pattern', () => {
    const command = commandOf('--all', '--out', 'videos', '--noise', '80');
    expect(command).toMatchObject({ out: 'videos', isFile: false });
    expect(command.videos.map(({ pattern }) => pattern)).toEqual(VIDEO_PATTERNS);
  });

  it.each(['.', '..', 'videos', 'videos/', 'clips.mp4/', '/tmp'])('takes %s for a folder', (out) => {
    expect(commandOf('--out', out).isFile).toBe(false);
  });

  it.each([
    [['--pattern', 'plaid'], '--pattern must be one of bars, shapes'],
    [['--size', '1280'], '--size must be a size from 240x136 to 4096x2160, such as 1280x720, not "1280"'],
    [['--size', '100x100'], '--size must be a size from'],
    [['--size', '641x360'], 'must be even, not 641x360; use 642x360'],
    [['--fps', '0'], '--fps must be'],
    [['--fps', '121'], '--fps must be'],
    [['--duration', '3601'], '--duration must be'],
    [['--gop', '0'], '--gop must be'],
    [['--all', '--pattern', 'bars'], '--all and --pattern cannot be used together'],
    [['--all', '--out', 'a.mp4'], '--all makes several files; give a folder'],
    [['--noise', '10'], '--noise is for --pattern noise'],
    [['--bitrate', '2M', '--crf', '20'], 'a bitrate or a CRF, not both'],
    [['--out', 'a.webm'], 'A .webm file is not made with h264'],
    [['--codec', 'mjpeg', '--out', 'a.ts'], 'A .ts file is not made with mjpeg'],
    [['--patern', 'bars'], 'did you mean --pattern?'],
  ])('refuses %j', (flags, message) => {
    const text = errorTextOf(...flags);
    expect(text).toContain(message);
    expect(text).toContain('BAD_USAGE');
  });

  it('helps', () => {
    const help = parseServerCommand(['generate', '--help'], {});
    expect(help).toMatchObject({ kind: 'exit', exitCode: 0, stream: 'stdout' });
    for (const pattern of VIDEO_PATTERNS) expect('text' in help && help.text).toContain(`  ${pattern} `);
  });
});

import { chmod } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { startDecoding } from '../../server/ffmpeg/ffmpeg.js';
import type { DecodeRequest } from '../../server/ffmpeg/ffmpeg.js';
import { readFfmpegVersion } from '../../server/ffmpeg/ffmpeg-version.js';
import { checkHwaccel } from '../../server/ffmpeg/hwaccel.js';
import { RawFrameAssembler } from '../../server/sources/raw-frame-assembler.js';
import type { StreamerError } from '../../shared/errors.js';
import { childrenNamed } from '../helpers/child-processes.js';
import { ffmpegsUnderTest, VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

/** Begins to decode; frames are released at once, or never where `isStuck`. */
function decode(request: Partial<DecodeRequest>, { isStuck = false } = {}) {
  const counts = { frames: 0, exits: 0 };
  let onFirstFrame: () => void = () => undefined;
  const firstFrame = new Promise<void>((resolve) => (onFirstFrame = resolve));
  let run = { stop: () => Promise.resolve() };
  const exit = new Promise<StreamerError | null>((resolve) => {
    const output = new RawFrameAssembler(
      16 * 16 * 3,
      2,
      ({ release }) => {
        counts.frames += 1;
        onFirstFrame();
        if (!isStuck) release();
      },
      () => undefined,
    );
    const onExit = (error: StreamerError | null) => {
      counts.exits += 1;
      resolve(error);
    };
    const source = { input: 'testsrc=size=16x16:rate=30', inputOptions: ['-f', 'lavfi'] };
    run = startDecoding({
      ffmpegPath: '',
      ...source,
      filters: ['null'],
      outputOptions: [],
      output,
      onExit,
      ...request,
    });
  });
  return { run, exit, firstFrame, counts };
}

describe.each(await ffmpegsUnderTest())('$name as a child', ({ binaries: { ffmpegPath } }) => {
  it('exits without an error at the end of its input', async () => {
    const { exit, counts } = decode({ ffmpegPath, input: 'testsrc=size=16x16:rate=30:duration=1' });
    expect(await exit).toBeNull();
    expect(counts).toEqual({ frames: 30, exits: 1 });
  });

  it('tells its last words when it fails', async () => {
    const error = await decode({ ffmpegPath, input: 'nosuchfilter=size=16x16' }).exit;
    expect(error).toMatchObject({ code: 'FFMPEG_FAILED' });
    expect(error?.message).toMatch(/^FFmpeg failed on nosuchfilter=size=16x16: \S.*$/);
    expect(String(error?.cause)).toContain("No such filter: 'nosuchfilter'");
  });

  it('is gone when stop resolves, also when nobody takes what it wrote', async () => {
    const { run, exit, firstFrame, counts } = decode({ ffmpegPath }, { isStuck: true });
    await firstFrame;
    expect(await childrenNamed('ffmpeg')).toHaveLength(1);
    await Promise.all([run.stop(), run.stop()]);
    expect(await childrenNamed('ffmpeg')).toEqual([]);
    await run.stop();
    expect(await exit).toBeNull();
    expect(counts.exits).toBe(1);
  });

  it('does not outlive a stop that comes before it was started', async () => {
    const { run, exit, counts } = decode({ ffmpegPath });
    await run.stop();
    expect(await exit).toBeNull();
    expect(counts.frames).toBe(0);
    expect(await childrenNamed('ffmpeg')).toEqual([]);
  });

  it('that is killed by somebody else has failed', async () => {
    const { exit, firstFrame } = decode({ ffmpegPath }, { isStuck: true });
    await firstFrame;
    for (const pid of await childrenNamed('ffmpeg')) process.kill(pid, 'SIGKILL');
    expect(await exit).toMatchObject({ code: 'FFMPEG_FAILED' });
  });

  it('knows its version, and which hardware it could use', async () => {
    const { name, passEveryFrame } = await readFfmpegVersion(ffmpegPath);
    expect(name).not.toBe('unknown');
    const { exit, counts } = decode({
      ffmpegPath,
      input: 'testsrc=size=16x16:rate=30:duration=1',
      outputOptions: passEveryFrame,
    });
    expect(await exit).toBeNull();
    expect(counts.frames).toBe(30);
    await expect(checkHwaccel(ffmpegPath, 'warp-drive')).rejects.toMatchObject({
      code: 'BAD_USAGE',
      message: expect.stringMatching(
        /^--hwaccel warp-drive is unknown to this FFmpeg; it has .+\. Use auto or none\.$/,
      ) as string,
    });
    await expect(checkHwaccel(ffmpegPath, 'Hardware acceleration methods:')).rejects.toMatchObject({
      code: 'BAD_USAGE',
    });
  });
});

describe('checkHwaccel', () => {
  it.each(['none', 'auto'])('does not ask FFmpeg about %s', async (name) => {
    await checkHwaccel('/nowhere/ffmpeg', name);
  });
});

describe('an FFmpeg that cannot be run', () => {
  it.each([
    ['does not exist', () => Promise.resolve('/nowhere/ffmpeg'), 'ENOENT'],
    ['is not executable', () => fixtures.write('not-executable', 'x'), 'EACCES'],
    ['is a folder', () => Promise.resolve(fixtures.folder), 'EACCES'],
  ])('fails and does not end the process: it %s', async (_what, makePath, code) => {
    const ffmpegPath = await makePath();
    const { run, exit } = decode({ ffmpegPath });
    const error = await exit;
    expect(error?.code).toBe('FFMPEG_FAILED');
    expect(error?.message).toContain(code);
    await run.stop();
  });

  it('fails when it is no program', async () => {
    const ffmpegPath = await fixtures.write('no-program', 'This is a letter, not a program.\n');
    await chmod(ffmpegPath, 0o755);
    expect(await decode({ ffmpegPath }).exit).toMatchObject({ code: 'FFMPEG_FAILED' });
  });

  it('is found out when it is asked for its version', async () => {
    await expect(readFfmpegVersion('/nowhere/ffmpeg')).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
  });
});

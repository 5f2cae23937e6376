import { chmod, readFile } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import { childrenNamed, isAlive } from '../helpers/child-processes.js';
import {
  CountingSink,
  ONE_SECOND,
  PATTERN_FRAME_BYTES,
  RAW_VIDEO,
  runFfmpeg,
  TARGET_BYTES,
} from '../helpers/ffmpeg-run.js';
import { chooseOutputWay, OUTPUT_WAYS } from '../helpers/output-way.js';
import { until } from '../helpers/until.js';
import { ffmpegsUnderTest, VideoFixtures } from '../helpers/video-fixtures.js';

vi.mock('../../shared/ffmpeg/socket-pair.js', async (importOriginal) => {
  const { chosenWay } = await import('../helpers/output-way.js');
  return chosenWay(await importOriginal());
});

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

describe.each(await ffmpegsUnderTest())('$name as a child', ({ binaries: { ffmpegPath } }) => {
  it.each(OUTPUT_WAYS)(
    'gives every byte and exits without an error at the end of its input, read through %s',
    async (_, os) => {
      chooseOutputWay(os);
      const { over, sink, exits } = runFfmpeg(ffmpegPath, { ...ONE_SECOND });
      expect(await over()).toBeNull();
      expect(sink).toMatchObject({ bytes: 30 * PATTERN_FRAME_BYTES, ends: 1 });
      expect(exits).toHaveLength(1);
    },
  );

  it.each(OUTPUT_WAYS)('fills two outputs, each to its end, read through %s', async (_, os) => {
    chooseOutputWay(os);
    const second = new CountingSink(Infinity);
    const options = ['-frames:v', '10', ...RAW_VIDEO];
    const { over, sink } = runFfmpeg(ffmpegPath, { ...ONE_SECOND, secondOutput: { options, sink: second } });
    expect(await over()).toBeNull();
    await until(() => second.ends > 0);
    expect([sink.bytes, second.bytes]).toEqual([30 * PATTERN_FRAME_BYTES, 10 * PATTERN_FRAME_BYTES]);
    expect([sink.ends, second.ends]).toEqual([1, 1]);
  });

  it.each(OUTPUT_WAYS)('ends both outputs when it cannot be started, read through %s', async (_, os) => {
    chooseOutputWay(os);
    const second = new CountingSink(Infinity);
    const { over, sink } = runFfmpeg('/nowhere/ffmpeg', { secondOutput: { options: RAW_VIDEO, sink: second } });
    expect(await over()).toMatchObject({ code: 'FFMPEG_FAILED' });
    await until(() => second.ends > 0);
    expect([sink.bytes, second.bytes]).toEqual([0, 0]);
  });

  it.each(OUTPUT_WAYS)('fills neither output after a stop, read through %s', async (_, os) => {
    chooseOutputWay(os);
    const second = new CountingSink(1);
    const { run, exit, sink } = runFfmpeg(ffmpegPath, { secondOutput: { options: RAW_VIDEO, sink: second } });
    await until(() => sink.bytes > 0 && second.bytes > 0);
    await run.stop();
    const seen = [sink.bytes, second.bytes];
    run.resume();
    expect(await exit).toBeNull();
    expect([sink.bytes, second.bytes, sink.ends, second.ends]).toEqual([...seen, 0, 0]);
  });

  it.each(OUTPUT_WAYS)('waits while it is told to, and goes on, read through %s', async (_, os) => {
    chooseOutputWay(os);
    const input = 'testsrc=size=320x240:rate=30:duration=2';
    const { run, over, sink } = runFfmpeg(ffmpegPath, { ...ONE_SECOND, input }, { limitBytes: 1 });
    for (let reads = 1; reads <= 20; reads += 1) {
      await until(() => sink.bytes > 0);
      expect(sink.bytes).toBeLessThanOrEqual(TARGET_BYTES);
      sink.bytes = 0;
      run.resume();
    }
    sink.bytes = 0;
    sink.limitBytes = Infinity;
    run.resume();
    await over();
    expect(sink.bytes).toBeGreaterThan(60 * 320 * 240 * 3 - 22 * TARGET_BYTES);
    run.resume();
  });

  it.each(OUTPUT_WAYS)(
    'is gone when stop resolves, also when nobody takes what it wrote, read through %s',
    async (_, os) => {
      chooseOutputWay(os);
      const { run, exit, exits, sink } = runFfmpeg(ffmpegPath, {}, { limitBytes: 1 });
      await until(() => sink.bytes > 0);
      const pid = run.pid!;
      expect(await childrenNamed('ffmpeg')).toEqual([pid]);
      await Promise.all([run.stop(), run.stop()]);
      expect(isAlive(pid)).toBe(false);
      await run.stop();
      run.resume();
      expect(await exit).toBeNull();
      expect(exits).toHaveLength(1);
      expect(sink.ends).toBe(0);
      expect(sink.bytes).toBeLessThanOrEqual(TARGET_BYTES);
    },
  );

  it('tells its last words when it fails', async () => {
    const { over, sink } = runFfmpeg(ffmpegPath, { input: 'nosuchfilter=size=16x16' });
    const error = await over();
    expect(error).toMatchObject({ code: 'FFMPEG_FAILED' });
    expect(error?.message).toMatch(/^FFmpeg failed on the input: \S.*$/);
    expect(String(error?.cause)).toContain("No such filter: 'nosuchfilter'");
    expect(sink).toMatchObject({ bytes: 0, ends: 1 });
  });

  it('does not tell the password of what it was opened with', async () => {
    const input = 'nosuch://joe:secret@host/x';
    const lines: string[] = [];
    const { exit } = runFfmpeg(ffmpegPath, { input, inputOptions: [], onLogLine: (line) => lines.push(line) });
    const error = await exit;
    expect(error?.message).toMatch(/^FFmpeg failed on the input: /);
    expect([String(error?.message), String(error?.cause), ...lines].join('\n')).not.toContain('secret');
    expect(lines.join('\n')).toContain('joe:***@');
  });

  it('does not outlive a stop that comes before it was started', async () => {
    const { run, exit, sink } = runFfmpeg(ffmpegPath);
    expect(run.pid).toBeNull();
    run.resume();
    await run.stop();
    expect(await exit).toBeNull();
    expect(sink).toMatchObject({ bytes: 0, ends: 0 });
    expect(await childrenNamed('ffmpeg')).toEqual([]);
  });

  it('does not outlive a stop at any moment of its start', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const { run, exit, exits } = runFfmpeg(ffmpegPath);
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await run.stop();
      expect(await exit).toBeNull();
      expect(exits).toHaveLength(1);
      expect(await childrenNamed('ffmpeg')).toEqual([]);
    }
  });

  it('does not hold up a stop while it waits for what it is to open', async () => {
    let answer: (input: { input: string }) => void = () => undefined;
    let isAsked = false;
    const input = () => {
      isAsked = true;
      return new Promise<{ input: string }>((resolve) => (answer = resolve));
    };
    const { run, exit, exits, sink } = runFfmpeg(ffmpegPath, { input });
    await until(() => isAsked);
    await run.stop();
    answer({ input: 'testsrc=size=16x16:rate=30' });
    expect(await exit).toBeNull();
    expect([exits.length, sink.bytes, sink.ends]).toEqual([1, 0, 0]);
    expect(await childrenNamed('ffmpeg')).toEqual([]);
  });

  it('that is killed by somebody else has failed', async () => {
    const { run, exit, sink } = runFfmpeg(ffmpegPath, { onLogLine: () => undefined }, { limitBytes: 1 });
    await until(() => sink.bytes > 0);
    process.kill(run.pid!, 'SIGKILL');
    expect(await exit).toMatchObject({
      code: 'FFMPEG_FAILED',
      message: 'FFmpeg failed on the input: ffmpeg was killed with signal SIGKILL',
    });
  });

  it('tells what it finds when somebody wants to know', async () => {
    const lines: string[] = [];
    const { exit } = runFfmpeg(ffmpegPath, { ...ONE_SECOND, onLogLine: (line) => lines.push(line) });
    expect(await exit).toBeNull();
    expect(lines.find((line) => line.includes('Video: rawvideo'))).toContain('16x16');
  });

  it('writes a file, over the one that was there', async () => {
    const path = await fixtures.write('written.rgb', 'x');
    for (const output of [path, `file:${path}`]) {
      const { exit, sink } = runFfmpeg(ffmpegPath, { ...ONE_SECOND, output });
      expect(await exit).toBeNull();
      expect(await readFile(path)).toHaveLength(30 * PATTERN_FRAME_BYTES);
      expect(sink).toMatchObject({ bytes: 0, ends: 0 });
    }
  });

  it('reads a stream, and ends with it', async () => {
    const picture = Buffer.alloc(PATTERN_FRAME_BYTES);
    const input = Readable.from(Array.from({ length: 20 }, () => picture));
    const { over, sink } = runFfmpeg(ffmpegPath, {
      input,
      inputOptions: ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', '16x16'],
    });
    expect(await over()).toBeNull();
    expect(sink.bytes).toBe(20 * PATTERN_FRAME_BYTES);
  });

  it('leaves a stream alone that it does not read to its end', async () => {
    const input = new PassThrough();
    const inputOptions = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', '16x16'];
    const { exit } = runFfmpeg(ffmpegPath, { input, inputOptions, outputOptions: ['-frames:v', '1', ...RAW_VIDEO] });
    const timer = setInterval(() => input.write(Buffer.alloc(100 * PATTERN_FRAME_BYTES)), 1);
    expect(await exit).toBeNull();
    clearInterval(timer);
    await until(() => input.listenerCount('error') + input.listenerCount('data') === 0);
    expect(input.destroyed).toBe(false);
  });

  it('fails when its input breaks off', async () => {
    const input = new PassThrough();
    const inputOptions = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', '16x16'];
    const { run, over, sink } = runFfmpeg(ffmpegPath, { input, inputOptions });
    input.write(Buffer.alloc(2 * PATTERN_FRAME_BYTES));
    await until(() => run.pid !== null);
    input.destroy(new Error('The cable was cut.'));
    expect(await over()).toMatchObject({
      code: 'FFMPEG_FAILED',
      message: 'FFmpeg failed on the input: its input broke off (The cable was cut.)',
    });
    expect(sink.bytes).toBe(2 * PATTERN_FRAME_BYTES);
  });

  it('knows its version, and how to pass every frame', async () => {
    const { name, passEveryFrame } = await readFfmpegVersion(ffmpegPath);
    expect(name).not.toBe('unknown');
    const { over, sink } = runFfmpeg(ffmpegPath, { ...ONE_SECOND, outputOptions: [...passEveryFrame, ...RAW_VIDEO] });
    expect(await over()).toBeNull();
    expect(sink.bytes).toBe(30 * PATTERN_FRAME_BYTES);
  });
});

describe('a child that may say goodbye', () => {
  const script = async (name: string, onTerm: string) => {
    const path = await fixtures.write(
      name,
      `#!/bin/sh\ntrap '${onTerm}' TERM\nprintf x\nwhile :; do sleep 0.1; done\n`,
    );
    await chmod(path, 0o755);
    return path;
  };

  it('does so and is gone', async () => {
    const said = fixtures.path('said');
    const ffmpegPath = await script('polite', `echo goodbye > ${said}; exit 0`);
    const { run, exit, sink } = runFfmpeg(ffmpegPath, { goodbyeMs: 60_000 });
    await until(() => sink.bytes > 0);
    await Promise.all([run.stop(), run.stop()]);
    expect(await exit).toBeNull();
    expect(await readFile(said, 'utf8')).toBe('goodbye\n');
  });

  it('is killed when it does not end', async () => {
    const { run, exit, sink } = runFfmpeg(await script('deaf', ''), { goodbyeMs: 20 });
    await until(() => sink.bytes > 0);
    const pid = run.pid!;
    await run.stop();
    expect(isAlive(pid)).toBe(false);
    expect(await exit).toBeNull();
  });
});

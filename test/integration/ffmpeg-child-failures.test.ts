import { readdirSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { platform } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { execa } from 'execa';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import { CAN_LIST_CHILDREN, childrenOf } from '../helpers/child-processes.js';
import type { StartWithFew } from '../helpers/few-descriptors.js';
import { runFfmpeg } from '../helpers/ffmpeg-run.js';
import { chooseOutputWay, OUTPUT_WAYS } from '../helpers/output-way.js';
import { until } from '../helpers/until.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';

vi.mock('../../shared/ffmpeg/socket-pair.js', async (importOriginal) => {
  const { chosenWay } = await import('../helpers/output-way.js');
  return chosenWay(await importOriginal());
});

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

/** A program that takes the place of FFmpeg. */
async function script(name: string, ...lines: string[]): Promise<string> {
  const path = await fixtures.write(name, ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(path, 0o755);
  return path;
}

describe.each(OUTPUT_WAYS)('a child, read through %s', (_, os) => {
  it('that dies before it writes has failed', async () => {
    chooseOutputWay(os);
    const { over, sink } = runFfmpeg(await script('mute', 'exit 3'));
    expect((await over())?.message).toBe('FFmpeg failed on the input: ffmpeg exited with code 3');
    expect(sink).toMatchObject({ bytes: 0, ends: 1 });
  });

  it('that dies in the middle of a picture has given what it wrote', async () => {
    chooseOutputWay(os);
    const ffmpegPath = await script('half', 'printf %0100000d 0', 'echo "The disk is gone." >&2', 'exit 1');
    const { over, sink } = runFfmpeg(ffmpegPath);
    expect((await over())?.message).toBe('FFmpeg failed on the input: The disk is gone.');
    expect(sink).toMatchObject({ bytes: 100_000, ends: 1 });
  });

  it('that is gone while nobody reads loses nothing', async () => {
    chooseOutputWay(os);
    const { run, exit, sink } = runFfmpeg(await script('quick', 'printf %060000d 0'), {}, { limitBytes: 1 });
    expect(await exit).toBeNull();
    expect(sink.ends).toBe(0);
    sink.limitBytes = Infinity;
    run.resume();
    await until(() => sink.ends > 0);
    run.resume();
    await run.stop();
    expect(sink).toMatchObject({ bytes: 60_000, ends: 1 });
  });

  it('that writes very much does not make this process grow', async () => {
    chooseOutputWay(os);
    const { over, sink } = runFfmpeg(await script('huge', 'head -c 500000000 /dev/zero'));
    const before = process.memoryUsage().rss;
    expect(await over()).toBeNull();
    expect(sink.bytes).toBe(500_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });
});

describe('a child', () => {
  it('may say anything at any length', async () => {
    const ffmpegPath = await script(
      'chatter',
      'head -c 50000000 /dev/zero | tr "\\0" x >&2',
      'yes "a line" | head -n 1000000 >&2',
      'echo "The last word." >&2',
      'exit 1',
    );
    const before = process.memoryUsage().rss;
    const { exit } = runFfmpeg(ffmpegPath);
    const error = await exit;
    expect(error?.message).toBe('FFmpeg failed on the input: The last word.');
    expect(String((error?.cause as Error).message).split('\n')).toHaveLength(13);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  it('that closes its input early does not end us', async () => {
    const input = Readable.from(Array.from({ length: 1000 }, () => Buffer.alloc(100_000)));
    const { exit } = runFfmpeg(await script('full', 'exec 0<&-', 'sleep 0.2', 'exit 1'), { input });
    expect(await exit).toMatchObject({ code: 'FFMPEG_FAILED' });
    expect(input.destroyed).toBe(false);
  });

  it.skipIf(!CAN_LIST_CHILDREN)('is gone after stop, although what it started holds on to its output', async () => {
    const { run, exit, sink } = runFfmpeg(await script('parent', 'echo x', 'sleep 60', 'true'));
    await until(() => sink.bytes > 0);
    const grandchildren = childrenOf(run.pid!);
    await run.stop();
    expect(await exit).toBeNull();
    for (const pid of grandchildren) process.kill(pid, 'SIGKILL');
  });

  it.skipIf(platform() !== 'linux')('leaves no descriptor and no process, however often it is started', async () => {
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const mute = await script('mute', 'exit 3');
    const cycle = async (round: number) => {
      const { run, sink, over } = runFfmpeg(round % 3 === 0 ? mute : fixtures.binaries.ffmpegPath);
      if (round % 3 === 0) await over();
      if (round % 3 === 1) await until(() => sink.bytes > 0);
      await run.stop();
    };
    await cycle(1);
    const before = openFiles();
    for (let round = 0; round < 30; round += 1) await cycle(round);
    await until(() => openFiles() <= before);
    expect(childrenOf(process.pid)).toEqual([]);
  });
});

describe.skipIf(platform() !== 'linux')('with few descriptors to spare', () => {
  it('a child runs or fails, and gives back what it took', async () => {
    const program = [process.execPath, '--import', 'tsx', 'test/helpers/few-descriptors.ts'];
    const limited = ['-c', 'ulimit -n 60; exec "$0" "$@"', ...program, fixtures.binaries.ffmpegPath];
    const starts = JSON.parse((await execa('sh', limited)).stdout) as StartWithFew[];
    const ran = starts.filter(({ outcome }) => outcome === 'ran');
    const failed = starts.filter(({ outcome }) => outcome !== 'ran');
    expect(failed.map(({ spare }) => spare)).toEqual(failed.map((_, index) => index));
    expect([ran.length, failed.length].every((count) => count > 3)).toBe(true);
    expect(new Set(ran.map(({ ends, exits, free }) => `${ends} ${exits} ${free}`)).size).toBe(1);
    for (const { outcome, ends, exits } of failed) {
      expect(outcome).toContain('too many open files');
      expect([ends, exits]).toEqual([1, 1]);
    }
    // Node loses the pipes of a child that is refused at the last moment, which then is none any more.
    expect(starts[0]!.free - starts.at(-1)!.free).toBeLessThanOrEqual(3);
  });
});

describe('an FFmpeg that cannot be run', () => {
  it.each([
    ['does not exist', () => Promise.resolve('/nowhere/ffmpeg'), 'ENOENT'],
    ['is not executable', () => fixtures.write('not-executable', 'x'), 'EACCES'],
    ['is a folder', () => Promise.resolve(fixtures.folder), 'EACCES'],
  ])('fails and does not end the process: it %s', async (_what, makePath, code) => {
    const ffmpegPath = await makePath();
    for (const [, os] of OUTPUT_WAYS) {
      chooseOutputWay(os);
      const { run, over, sink, exits } = runFfmpeg(ffmpegPath, { input: 'rtsp://joe:secret@host/' });
      const error = await over();
      expect(error?.code).toBe('FFMPEG_FAILED');
      expect(error?.message).toContain(code);
      expect(JSON.stringify([error, error?.cause])).not.toContain('secret');
      await run.stop();
      expect(run.pid).toBeNull();
      expect(sink).toMatchObject({ bytes: 0, ends: 1 });
      expect(exits).toHaveLength(1);
    }
  });

  it('leaves the stream it was to read alone', async () => {
    const input = new PassThrough();
    const { exit } = runFfmpeg('/nowhere/ffmpeg', { input });
    expect(await exit).toMatchObject({ code: 'FFMPEG_FAILED' });
    expect([input.destroyed, input.listenerCount('error')]).toEqual([false, 0]);
  });

  it('fails when it is no program', async () => {
    const ffmpegPath = await fixtures.write('no-program', 'This is a letter, not a program.\n');
    await chmod(ffmpegPath, 0o755);
    expect(await runFfmpeg(ffmpegPath).over()).toMatchObject({ code: 'FFMPEG_FAILED' });
  });

  it('fails when an argument is none', async () => {
    expect(await runFfmpeg(fixtures.binaries.ffmpegPath, { inputOptions: ['a\0b'] }).over()).toMatchObject({
      code: 'FFMPEG_FAILED',
    });
  });

  it('is found out when it is asked for its version', async () => {
    await expect(readFfmpegVersion('/nowhere/ffmpeg')).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
  });
});

import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ByteSink } from '../../../../shared/ffmpeg/byte-sink.js';
import { openChildOutput } from '../../../../shared/ffmpeg/child-output.js';
import { until } from '../../../helpers/until.js';

/** A sink whose targets are `targetBytes` long and that says no after every `pauseAfter` fillings. */
class LoggingSink implements ByteSink {
  readonly log: string[] = [];
  private readonly memory: Buffer;
  private fillings = 0;

  constructor(
    targetBytes: number,
    private readonly pauseAfter: number,
    private readonly onFilled: () => void = () => undefined,
  ) {
    this.memory = Buffer.alloc(targetBytes);
  }

  target(): Buffer {
    return this.memory;
  }

  filled(lengthBytes: number): boolean {
    this.log.push(this.memory.toString('latin1', 0, lengthBytes));
    this.fillings += 1;
    this.onFilled();
    return this.fillings % this.pauseAfter !== 0;
  }

  end(): void {
    this.log.push('end');
  }
}

/** The output of a child of Windows, whose side of the pipe is a stream of the test. */
async function openPipe(sink: ByteSink) {
  const output = await openChildOutput(sink, 'win32');
  const stdout = new PassThrough();
  output.begin(stdout);
  return { output, stdout };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the output of a child through a pipe', () => {
  it('is copied into the targets, however long', async () => {
    const sink = new LoggingSink(3, Infinity);
    const { output, stdout } = await openPipe(sink);
    expect(output.stdio).toBe('pipe');
    for (const chunk of ['a', 'bcdefgh', 'ij']) {
      stdout.write(chunk);
      await turn();
    }
    stdout.end();
    await until(() => sink.log.includes('end'));
    expect(sink.log.join('|')).toBe('a|bcd|efg|h|ij|end');
  });

  it('waits while the sink says no, and tells the end after the last byte', async () => {
    const sink = new LoggingSink(2, 1);
    const { output, stdout } = await openPipe(sink);
    stdout.end('abcdef');
    for (const expected of [['ab'], ['ab', 'cd'], ['ab', 'cd', 'ef']]) {
      await turn();
      expect(sink.log).toEqual(expected);
      output.resume();
    }
    await until(() => sink.log.includes('end'));
    output.resume();
    await turn();
    expect(sink.log).toEqual(['ab', 'cd', 'ef', 'end']);
  });

  it('keeps the order when the sink wants more while it is filled', async () => {
    const sink: LoggingSink = new LoggingSink(2, 1, () => output.resume());
    const { output, stdout } = await openPipe(sink);
    stdout.end('abcdef');
    await turn();
    expect(sink.log).toEqual(['ab']);
    for (let rest = 0; rest < 3; rest += 1) output.resume();
    await until(() => sink.log.includes('end'));
    expect(sink.log).toEqual(['ab', 'cd', 'ef', 'end']);
  });

  it('ends when the pipe breaks, after what had come', async () => {
    const sink = new LoggingSink(2, 2);
    const { output, stdout } = await openPipe(sink);
    stdout.write('abc');
    await turn();
    stdout.destroy(new Error('It broke.'));
    await turn();
    expect(sink.log).toEqual(['ab', 'c']);
    output.resume();
    expect(sink.log).toEqual(['ab', 'c', 'end']);
  });

  it.each(['win32', 'linux'] as const)('ends where no child could be spawned, as on %s', async (platform) => {
    const sink = new LoggingSink(2, Infinity);
    const output = await openChildOutput(sink, platform);
    output.begin(null);
    await until(() => sink.log.includes('end'));
    await turn();
    expect(sink.log).toEqual(['end']);
  });

  it('is dropped once it was closed', async () => {
    const sink = new LoggingSink(2, 1);
    const { output, stdout } = await openPipe(sink);
    stdout.write('abcdef');
    await turn();
    output.close();
    output.resume();
    await until(() => stdout.closed);
    expect(sink.log).toEqual(['ab']);
  });
});

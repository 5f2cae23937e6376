import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { StandardInput } from '../../../../server/sources/standard-input.js';
import type { InputReader } from '../../../../server/sources/standard-input.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { bytewise } from '../../../helpers/chunked.js';
import { errorOf } from '../../../helpers/error-of.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { multipartOf } from '../../../helpers/multipart-sender.js';
import { until } from '../../../helpers/until.js';

const JPEG = builtJpeg();
/** Long enough to be told apart, and no JPEG: the beginning of Matroska. */
const VIDEO = Buffer.from('1a45dfa39f4286810142f7810142f281', 'hex');

/** A reader that keeps what it is told, pictures and bytes as their length. */
class Notes implements InputReader {
  readonly told: string[] = [];
  onContent = (content: string) => void this.told.push(content);
  onPicture = ({ bytes }: { bytes: Buffer }) => void this.told.push(`picture ${bytes.length}`);
  onBytes = (chunk: Buffer) => void this.told.push(`bytes ${chunk.length}`);
  onError = ({ code }: { code: string }) => void this.told.push(code);
  onEnd = (error: { message: string } | null) => void this.told.push(error ? error.message : 'end');

  async until(...told: string[]): Promise<void> {
    await until(() => this.told.length >= told.length);
    expect(this.told).toEqual(told);
  }
}

function pipe() {
  const stream = new PassThrough();
  let opens = 0;
  const open = () => {
    opens += 1;
    return stream;
  };
  const input = new StandardInput(open, new FakeClock());
  return { stream, input, opens: () => opens };
}

describe('StandardInput', () => {
  it.each([
    { content: 'jpeg', bytes: JPEG, told: ['jpeg', `picture ${JPEG.length}`] },
    {
      content: 'multipart',
      bytes: multipartOf([JPEG], { delimiter: '--x', preamble: '\r\n' }),
      told: ['multipart', `picture ${JPEG.length}`],
    },
    { content: 'a container', bytes: VIDEO, told: ['video', `bytes ${VIDEO.length}`] },
  ])('tells what it is before anything else: $content', async ({ bytes, told }) => {
    const { stream, input } = pipe();
    const notes = new Notes();
    input.attach(notes);
    stream.end(bytes);
    await notes.until(...told, 'end');
  });

  it('waits for as many bytes as tell what it is, and passes all of them on', async () => {
    const { stream, input } = pipe();
    const notes = new Notes();
    input.attach(notes);
    for (const byte of bytewise(VIDEO.subarray(0, 15))) stream.write(byte);
    await until(() => stream.readableLength === 0);
    expect(notes.told).toEqual([]);
    stream.write(VIDEO.subarray(15));
    await notes.until('video', 'bytes 16');
  });

  it('makes do with fewer when there are no more', async () => {
    const { stream, input } = pipe();
    const notes = new Notes();
    input.attach(notes);
    stream.end('no');
    await notes.until('other', 'bytes 2', 'end');
  });

  it('is opened when it is asked for, once', () => {
    const { input, opens } = pipe();
    expect(opens()).toBe(0);
    input.check();
    input.attach(new Notes());
    expect(opens()).toBe(1);
  });

  it('refuses a terminal, since nobody types pictures', () => {
    const { stream, input } = pipe();
    Object.assign(stream, { isTTY: true });
    const message = expect.stringContaining('ffmpeg -i … -f mjpeg - | streamer-server -') as string;
    expect(errorOf(() => input.check())).toMatchObject({ code: 'BAD_USAGE', message });
    expect(errorOf(() => input.attach(new Notes()))).toMatchObject({ code: 'BAD_USAGE' });
  });

  it('has one reader at a time', () => {
    const { input } = pipe();
    const detach = input.attach(new Notes());
    expect(errorOf(() => input.attach(new Notes()))).toMatchObject({ code: 'BAD_USAGE' });
    detach();
    input.attach(new Notes());
    // What gave it back already takes it from nobody.
    detach();
    expect(errorOf(() => input.attach(new Notes()))).toMatchObject({ code: 'BAD_USAGE' });
  });

  it('tells a reader nothing before it knows that it is one', async () => {
    const { stream, input } = pipe();
    stream.destroy();
    const notes = new Notes();
    input.attach(notes);
    expect(notes.told).toEqual([]);
    await notes.until('end');
  });

  it('is read on without a reader, in memory that does not grow, and in step with the pictures', async () => {
    const { stream, input } = pipe();
    const first = new Notes();
    const detach = input.attach(first);
    stream.write(JPEG);
    await first.until('jpeg', `picture ${JPEG.length}`);
    detach();
    for (let count = 0; count < 1000; count += 1) stream.write(builtJpeg({ scans: [Buffer.alloc(10_000, 1)] }));
    stream.write(JPEG.subarray(0, 9));
    await until(() => stream.readableLength === 0);
    const second = new Notes();
    expect(input.wasRead).toBe(true);
    input.attach(second);
    await second.until('jpeg');
    stream.write(JPEG.subarray(9));
    await second.until('jpeg', `picture ${JPEG.length}`);
    expect(first.told).toHaveLength(2);
  });

  it('waits with bytes when it is asked to, and goes on when the reader leaves', async () => {
    const { stream, input } = pipe();
    const notes = new Notes();
    const detach = input.attach({ ...notes, onBytes: () => input.pause() });
    stream.write(VIDEO);
    await until(() => stream.isPaused());
    stream.write(VIDEO);
    expect(stream.readableLength).toBe(VIDEO.length);
    input.resume();
    await until(() => stream.readableLength === 0);
    await until(() => stream.isPaused());
    detach();
    stream.write(VIDEO);
    await until(() => stream.readableLength === 0);
  });

  it('tells that it broke off, also to those who come later', async () => {
    const { stream, input } = pipe();
    const first = new Notes();
    const detach = input.attach(first);
    stream.destroy(new Error('EIO: i/o error, read'));
    await first.until('Standard input cannot be read: EIO: i/o error, read.');
    detach();
    const second = new Notes();
    input.attach(second);
    await second.until('Standard input cannot be read: EIO: i/o error, read.');
  });

  it('says only that it has ended to who comes too late', async () => {
    const { stream, input } = pipe();
    const first = new Notes();
    const detach = input.attach(first);
    stream.end(VIDEO);
    await first.until('video', 'bytes 16', 'end');
    detach();
    const second = new Notes();
    input.attach(second);
    await second.until('end');
  });

  it('goes on behind what cannot be cut', async () => {
    const { stream, input } = pipe();
    const notes = new Notes();
    input.attach(notes);
    const part = (length: number) => `--x\r\nContent-Length: ${length}\r\n\r\n`;
    stream.write(part(1_000_000_000));
    await notes.until('multipart', 'SOURCE_BAD_ANSWER');
    stream.write(multipartOf([JPEG], { delimiter: '--x' }));
    await notes.until('multipart', 'SOURCE_BAD_ANSWER', `picture ${JPEG.length}`);
  });

  it('is closed for good', async () => {
    const { stream, input } = pipe();
    const notes = new Notes();
    input.attach(notes);
    input.close();
    expect(stream.destroyed).toBe(true);
    await until(() => stream.closed);
    expect(notes.told).toEqual([]);
  });

  it('is not opened to be closed', () => {
    const { input, opens } = pipe();
    input.close();
    expect(opens()).toBe(0);
  });
});

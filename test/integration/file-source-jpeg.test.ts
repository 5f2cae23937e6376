import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withHuffmanTables } from '../../shared/jpeg/huffman-tables.js';
import { JpegSplitter } from '../../shared/jpeg/jpeg-splitter.js';
import { openFileSource } from '../helpers/file-source-of-test.js';
import type { FileOptions } from '../helpers/file-source-of-test.js';
import { FRAMES, makeFileVideos, makeTurnedVideo } from '../helpers/file-videos.js';
import { playSource } from '../helpers/play-source.js';
import { range } from '../helpers/range.js';
import { ffmpegsUnderTest, VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();

beforeAll(async () => {
  await makeFileVideos(fixtures, [
    'fragmented.mp4',
    'pictures.mov',
    'pictures.avi',
    'pictures.mkv',
    'h264.mp4',
    'variable-jpeg.mkv',
  ]);
  await makeTurnedVideo(fixtures, 'turned-jpeg.mov', 'pictures.mov', 90);
}, 60_000);

afterAll(() => fixtures.remove());

describe.each(await ffmpegsUnderTest())('a file of JPEGs with $name', ({ binaries }) => {
  const open = (name: string, from: number, options: FileOptions = {}) =>
    openFileSource(binaries, fixtures.path(name), from, options);

  it.each(['fragmented.mp4', 'pictures.mov', 'pictures.avi', 'pictures.mkv'])(
    '%s passes JPEGs on byte for byte, from the start, joined in the middle and over its end',
    async (name) => {
      const stored = await storedJpegs(fixtures.path(name));
      expect(stored).toHaveLength(FRAMES);
      for (const from of [-1, 77]) {
        const { source } = await open(name, from, { isProcessed: false });
        expect(source.info.encoding.mode).toBe('pass-through');
        const { sequences, jpegs, outcome } = await playSource(source, 110);
        expect([outcome, sequences]).toEqual(['stopped', range(from + 1, 110)]);
        const places = jpegs.map((jpeg) => stored.findIndex((each) => each.equals(jpeg)));
        expect(places).toEqual(sequences.map((sequence) => sequence % FRAMES));
      }
    },
  );

  it('ends after the last JPEG when it does not loop', async () => {
    const { source } = await open('pictures.mov', 20, { isProcessed: false, loop: false });
    const { sequences, counts, outcome } = await playSource(source, 1000);
    expect([sequences, counts, outcome]).toEqual([range(21, 9), range(21, 9), 'ended']);
  });

  it.each([
    ['pictures.mov', { isProcessed: true }, 'a processor works on the pixels'],
    ['pictures.mov', { isProcessed: false, width: 32 }, 'size 32xauto was asked for'],
    ['pictures.mov', { isProcessed: false, fps: 10 }, '10 fps were asked for'],
    ['h264.mp4', { isProcessed: false }, 'the source is h264'],
    ['variable-jpeg.mkv', { isProcessed: false }, 'the variable rate is evened out'],
    ['turned-jpeg.mov', { isProcessed: false }, 'the pictures are turned, stretched or interlaced'],
  ])('%s with %j is encoded: %s', async (name, options, reason) => {
    const { source } = await open(name, -1, options);
    expect(source.info.encoding).toEqual({ mode: 'encoded', reason });
    expect((await playSource(source, 5)).jpegs).toEqual([]);
  });
});

/** The JPEGs of a file as FFmpeg takes them out of it. */
async function storedJpegs(path: string): Promise<Buffer[]> {
  const args = ['-v', 'error', '-i', `file:${path}`, '-c:v', 'copy', '-f', 'image2pipe', 'pipe:1'];
  const { stdout } = await execa(fixtures.binaries.ffmpegPath, args, { encoding: 'buffer' });
  const jpegs: Buffer[] = [];
  const splitter = new JpegSplitter({
    maxBytes: stdout.length,
    onStart: () => undefined,
    onJpeg: (jpeg) => jpegs.push(withHuffmanTables(jpeg)),
  });
  splitter.push(Buffer.from(stdout));
  splitter.end();
  return jpegs;
}

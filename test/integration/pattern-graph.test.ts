import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { path as bundledFfmpeg } from '@ffmpeg-installer/ffmpeg';
import { describe, expect, it } from 'vitest';
import { patternGraph } from '../../server/sources/pattern-graph.js';
import { PATTERN_NAMES, type PatternSpec } from '../../server/sources/pattern-spec.js';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';

const run = promisify(execFile);

/** The bundled FFmpeg of 2018 and, where there is one, the FFmpeg of this machine. */
const { ffmpegPath } = await findFfmpeg({ PATH: process.env['PATH'] });
const binaries = [...new Set([bundledFfmpeg, ffmpegPath])];

const FRAMES = 8;

/** Hashes of the first frames as raw RGB, and what FFmpeg says of the stream. */
async function render(ffmpeg: string, spec: PatternSpec): Promise<{ frames: string[]; log: string }> {
  const input = ['-f', 'lavfi', '-i', patternGraph(spec)];
  const output = ['-frames:v', String(FRAMES), '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'];
  const options = { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 } as const;
  const { stdout, stderr } = await run(ffmpeg, ['-hide_banner', '-nostdin', ...input, ...output], options);
  const lengthBytes = spec.width * spec.height * 3;
  expect(stdout.length).toBe(FRAMES * lengthBytes);
  const frames = Array.from({ length: FRAMES }, (_, n) => stdout.subarray(n * lengthBytes, (n + 1) * lengthBytes));
  const hashes = frames.map((frame) => createHash('sha256').update(frame).digest('hex'));
  return { frames: hashes, log: stderr.toString() };
}

describe.each(binaries)('patternGraph with %s', (ffmpeg) => {
  describe.each(PATTERN_NAMES)('%s', (pattern) => {
    const spec: PatternSpec = { kind: 'pattern', name: 'x', pattern, width: 320, height: 240, fps: 30_000 / 1001 };

    it.each([
      [320, 240],
      [16, 16],
      [17, 19],
      [319, 241],
    ])('makes pictures of exactly %dx%d at the rate asked for', async (width, height) => {
      const { log } = await render(ffmpeg, { ...spec, width, height });
      expect(log).toMatch(new RegExp(`Stream #0:0.*${width}x${height}.*29\\.97 (fps|tbr)`));
    });

    it('moves, unless it is the bars, and is the same on every run', async () => {
      const { frames } = await render(ffmpeg, spec);
      expect(new Set(frames).size).toBe(pattern === 'bars' ? 1 : FRAMES);
      expect((await render(ffmpeg, spec)).frames).toEqual(frames);
    });
  });
});

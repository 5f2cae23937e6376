import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Timecode } from '../../shared/timecode/timecode.js';
import { hasCommand, requirePart } from '../helpers/real-parts.js';
import { codedNoise, noise } from '../helpers/timecode-pictures.js';
import type { RawPicture } from '../helpers/timecode-pictures.js';
import { TIMECODE_VECTORS, vectorPicturePath } from '../helpers/timecode-vectors.js';

const READER = fileURLToPath(new URL('python/timecode_reader.py', import.meta.url));

describe.skipIf(!requirePart('python3', hasCommand('python3'), 'install Python 3.9 or newer'))(
  'a timecode reader written from docs/timecode.md, in Python',
  () => {
    it.each([
      [192, 108],
      [333, 251],
      [640, 360],
    ])('reads what our writer draws into %i x %i', async (width, height) => {
      const timecode: Timecode = { kind: 'media', timeUs: 2 ** 53 - 1 - width, counter: 65_535 - height };
      expect(await readInPython(codedNoise(width, height, timecode))).toEqual(timecode);
    });

    it('reads the test vector', async () => {
      const picture = sharp(vectorPicturePath('timecode-192x108.png')).toColourspace('srgb').raw();
      const { name: _name, rows: _rows, ...timecode } = TIMECODE_VECTORS.codes[1] ?? {};
      expect(await readInPython({ data: await picture.toBuffer(), width: 192, height: 108 })).toEqual(timecode);
    });

    it('reads nothing from a picture without a code', async () => {
      expect(await readInPython(noise(320, 180))).toBeNull();
    });
  },
);

/** Hands over the green of an RGB24 picture as a PGM file. */
async function readInPython({ data, width, height }: RawPicture): Promise<unknown> {
  const grey = Uint8Array.from({ length: width * height }, (_, index) => data[index * 3 + 1] ?? 0);
  const input = Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), grey]);
  const { stdout } = await execa('python3', [READER], { input });
  return JSON.parse(stdout);
}

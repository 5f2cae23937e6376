import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImageReader } from '../../../../server/sources/image-reader.js';
import { withHuffmanTables } from '../../../../shared/jpeg/huffman-tables.js';
import { MAX_JPEG_BYTES } from '../../../../shared/protocol/messages.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';

const JPEG = builtJpeg({ width: 30, height: 20 });
const OTHER_JPEG = builtJpeg({ width: 40, height: 20 });
const PNG = Buffer.from('a picture that is no JPEG');

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'image-reader-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A reader whose conversions give `to`, and what it converted. */
function startReader({ to = JPEG, maxKeptBytes }: { to?: Buffer; maxKeptBytes?: number } = {}) {
  const converted: Buffer[] = [];
  const convert = async (image: Buffer) => {
    converted.push(image);
    if (image.length === 0) throw new Error('nothing there');
    return to;
  };
  return { reader: new ImageReader(convert, maxKeptBytes), converted };
}

async function file(name: string, content: Buffer | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('ImageReader', () => {
  it.each(['a.jpg', 'b.png', 'c'])('hands a JPEG over byte for byte, whatever it is called: %s', async (name) => {
    const { reader, converted } = startReader();
    const path = await file(name, JPEG);
    expect(await reader.read(path)).toEqual({ jpeg: JPEG, width: 30, height: 20, codec: 'mjpeg' });
    expect(converted).toEqual([]);
  });

  it('completes a JPEG without Huffman tables', async () => {
    const bare = builtJpeg({ huffmanTables: false });
    const { jpeg } = await startReader().reader.read(await file('a.jpg', bare));
    expect(jpeg).toEqual(withHuffmanTables(bare));
  });

  it.each([
    ['a.png', 'png'],
    ['a.WEBP', 'webp'],
    ['a.gif', 'gif'],
    ['a.tif', 'tiff'],
    ['a.tiff', 'tiff'],
    ['a.avif', 'av1'],
    ['a.bin', 'image'],
    ['a', 'image'],
  ])('converts what is none, and says what it was: %s', async (name, codec) => {
    const { reader, converted } = startReader();
    expect(await reader.read(await file(name, PNG))).toEqual({ jpeg: JPEG, width: 30, height: 20, codec });
    expect(converted).toEqual([PNG]);
  });

  it('converts a JPEG that is too large to be sent', async () => {
    const { reader, converted } = startReader();
    const path = await file('a.jpg', JPEG);
    await truncate(path, MAX_JPEG_BYTES + 1);
    expect(await reader.read(path)).toMatchObject({ jpeg: JPEG, codec: 'mjpeg' });
    expect(converted.map(({ length }) => length)).toEqual([MAX_JPEG_BYTES + 1]);
  });

  it.each([
    { what: 'half a JPEG', content: JPEG.subarray(0, -2), to: JPEG },
    { what: 'nothing', content: '', to: JPEG },
    { what: 'one that is converted into none', content: PNG, to: Buffer.from('no JPEG') },
    { what: 'one with too many pixels', content: builtJpeg({ width: 20_000, height: 20_000 }), to: JPEG },
    { what: 'one that has too many then', content: PNG, to: builtJpeg({ width: 20_000, height: 20_000 }) },
    { what: 'one that is too large then', content: PNG, to: builtJpeg({ scans: [Buffer.alloc(MAX_JPEG_BYTES)] }) },
  ])('refuses what cannot be shown: $what', async ({ content, to }) => {
    const path = await file('a.png', content);
    await expect(startReader({ to }).reader.read(path)).rejects.toMatchObject({
      code: 'SOURCE_NOT_VIDEO',
      message: `${JSON.stringify(path)} is no image that can be shown.`,
    });
  });

  it('refuses what cannot be read, and never waits for it', async () => {
    const pipe = join(folder, 'pipe.jpg');
    await promisify(execFile)('mkfifo', [pipe]);
    await mkdir(join(folder, 'folder.jpg'));
    await symlink('/dev/zero', join(folder, 'device.jpg'));
    await symlink('/nowhere', join(folder, 'dangling.jpg'));
    await truncate(await file('huge.jpg', ''), 257 * 1024 * 1024);
    const { reader } = startReader();
    const refusals = ['pipe', 'folder', 'device', 'dangling', 'huge', 'missing'].map(async (name) => {
      const path = join(folder, `${name}.jpg`);
      const { code, message } = (await reader.read(path).catch((error: unknown) => error)) as Record<string, unknown>;
      expect(code).toBe('SOURCE_UNREADABLE');
      return String(message).replace(`The image ${JSON.stringify(path)} cannot be read: `, '');
    });
    expect(await Promise.all(refusals)).toEqual([
      'it is no file.',
      'it is no file.',
      'it is no file.',
      'ENOENT.',
      'it has 269484032 bytes, more than 268435456.',
      'ENOENT.',
    ]);
  });

  it('converts an image once, and again when it has changed', async () => {
    const { reader, converted } = startReader();
    const path = await file('a.png', PNG);
    await reader.read(path);
    await reader.read(path);
    expect(converted).toHaveLength(1);
    await appendFile(path, 'more');
    await reader.read(path);
    expect(converted).toHaveLength(2);
    await utimes(path, 0, 0);
    await reader.read(path);
    expect(converted).toHaveLength(3);
  });

  it('does not keep an image that is gone', async () => {
    const { reader } = startReader();
    const path = await file('a.png', PNG);
    await reader.read(path);
    await rm(path);
    await expect(reader.read(path)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });

  it('keeps what was used last in bounded memory', async () => {
    const { reader, converted } = startReader({ to: OTHER_JPEG, maxKeptBytes: 2 * OTHER_JPEG.length });
    const [a, b, c] = await Promise.all(['a.png', 'b.png', 'c.png'].map((name) => file(name, `${name} is no JPEG`)));
    for (const path of [a, b, a, c, a, b]) await reader.read(path!);
    expect(converted.map(String)).toEqual([
      'a.png is no JPEG',
      'b.png is no JPEG',
      'c.png is no JPEG',
      'b.png is no JPEG',
    ]);
  });

  it('keeps nothing that is larger than what it may keep', async () => {
    const { reader, converted } = startReader({ maxKeptBytes: JPEG.length - 1 });
    const path = await file('a.png', PNG);
    await reader.read(path);
    await reader.read(path);
    expect(converted).toHaveLength(2);
  });

  it.skipIf(process.platform !== 'linux')('closes files, also those it refuses', async () => {
    const { reader } = startReader();
    const path = await file('a.jpg', JPEG);
    const broken = await file('b.jpg', JPEG.subarray(0, 4));
    const openBefore = readdirSync('/proc/self/fd').length;
    for (let count = 0; count < 50; count += 1) {
      await reader.read(path);
      await reader.read(broken).catch(() => undefined);
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(openBefore + 50);
  });
});

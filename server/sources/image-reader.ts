import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { StreamerError } from '../../shared/errors.js';
import { completeJpeg } from '../../shared/jpeg/complete-jpeg.js';
import type { CompleteJpeg } from '../../shared/jpeg/complete-jpeg.js';
import { MAX_JPEG_BYTES } from '../../shared/protocol/messages.js';
import { isTooLarge } from './output-size.js';
import { shown } from './spec-text.js';

/** Turns an image of any format into a JPEG; rejects when it is no image. */
export type ConvertImage = (image: Buffer) => Promise<Buffer>;

/** An image as it can be sent. */
export interface ReadImage extends CompleteJpeg {
  /** FFmpeg's name of what is in the file, as its name says; `mjpeg` for a JPEG, whatever it is called. */
  readonly codec: string;
}

/** A larger file is not read: it is no picture that anybody streams. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
/** What was converted is kept, since a loop comes back to it, and to convert costs more than to decode a video. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;
const JPEG_CODEC = 'mjpeg';
const CODECS: Readonly<Record<string, string>> = {
  '.png': 'png',
  '.webp': 'webp',
  '.gif': 'gif',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.avif': 'av1',
};

interface KeptImage {
  /** Changes when the file does. */
  readonly version: string;
  readonly image: ReadImage;
}

/** Reads image files: JPEGs as they are, others made into JPEGs. */
export class ImageReader {
  /** By path, the one that was used last at the end. */
  private readonly kept = new Map<string, KeptImage>();
  private keptBytes = 0;

  constructor(
    private readonly convert: ConvertImage,
    private readonly maxKeptBytes = MAX_KEPT_BYTES,
  ) {}

  /**
   * Reads the image at `path`.
   *
   * @throws {StreamerError} SOURCE_UNREADABLE when the file cannot be read, SOURCE_NOT_VIDEO when it is no image or too
   * large a one.
   */
  async read(path: string): Promise<ReadImage> {
    const file = await reading(path, () => openFile(path));
    try {
      const { size, version } = await reading(path, () => examine(file));
      const kept = this.keptImage(path, version);
      if (kept) return kept;
      const bytes = await reading(path, () => readAll(file, size));
      if (isSmallJpeg(bytes)) return await decoding(path, () => ({ ...completeJpeg(bytes), codec: JPEG_CODEC }));
      const image = await decoding(path, () => this.converted(path, bytes));
      this.keep(path, { version, image });
      return image;
    } finally {
      await file.close();
    }
  }

  private async converted(path: string, bytes: Buffer): Promise<ReadImage> {
    const codec = startsAsJpeg(bytes) ? JPEG_CODEC : (CODECS[extname(path).toLowerCase()] ?? 'image');
    const image = { ...completeJpeg(await this.convert(bytes)), codec };
    if (image.jpeg.length <= MAX_JPEG_BYTES) return image;
    throw new Error(`as a JPEG it has ${image.jpeg.length} bytes, more than ${MAX_JPEG_BYTES}`);
  }

  private keptImage(path: string, version: string): ReadImage | null {
    const kept = this.kept.get(path);
    if (!kept) return null;
    this.forget(path, kept);
    if (kept.version !== version) return null;
    this.keep(path, kept);
    return kept.image;
  }

  private keep(path: string, kept: KeptImage): void {
    this.kept.set(path, kept);
    this.keptBytes += kept.image.jpeg.length;
    for (const [oldest, image] of this.kept) {
      if (this.keptBytes <= this.maxKeptBytes) return;
      this.forget(oldest, image);
    }
  }

  private forget(path: string, { image }: KeptImage): void {
    this.kept.delete(path);
    this.keptBytes -= image.jpeg.length;
  }
}

/** A pipe that nobody writes to would hold up whoever opens it. */
function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

async function examine(file: FileHandle): Promise<{ size: number; version: string }> {
  const stats = await file.stat();
  const { size, ino, mtimeMs } = stats;
  if (!stats.isFile()) throw new Error('it is no file');
  if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_FILE_BYTES}`);
  return { size, version: `${ino} ${size} ${mtimeMs}` };
}

/** No more than `size` bytes, also of a file that grows. */
async function readAll(file: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function isSmallJpeg(bytes: Buffer): boolean {
  return startsAsJpeg(bytes) && bytes.length <= MAX_JPEG_BYTES;
}

function startsAsJpeg(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new StreamerError('SOURCE_UNREADABLE', `The image ${shown(path)} cannot be read: ${reason(cause)}.`, {
      cause,
    });
  }
}

/** The system's own sentence would name the path once more. */
function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

async function decoding(path: string, decode: () => ReadImage | Promise<ReadImage>): Promise<ReadImage> {
  try {
    const image = await decode();
    if (!isTooLarge(image)) return image;
    throw new Error(`it has ${image.width}x${image.height} pixels`);
  } catch (cause) {
    throw new StreamerError('SOURCE_NOT_VIDEO', `${shown(path)} is no image that can be shown.`, { cause });
  }
}

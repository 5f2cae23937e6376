import { types } from 'node:util';
import type { ProcessedFrame, ProcessorContext, ProcessorFrame, ProcessorModule } from './processor-api.js';
import { thrownText } from './thrown-text.js';

/** One processor, ready to be called; `name` is for messages. */
export interface ChainLink {
  readonly name: string;
  readonly module: ProcessorModule;
  readonly context: ProcessorContext;
}

/**
 * What the processors made of a picture. `failed` says which of them broke and why, and has the picture as that one
 * left it, or null where it did away with its memory.
 */
export type ChainOutcome =
  | { readonly kind: 'picture'; readonly picture: ProcessedFrame }
  | { readonly kind: 'dropped' }
  | {
      readonly kind: 'failed';
      readonly name: string;
      readonly message: string;
      readonly picture: ProcessedFrame | null;
    };

/** JPEG has 16 bits for a side, and libjpeg takes a little less. */
const MAX_SIDE = 65_500;
/** More than twice an 8K picture, and 200 MB. */
const MAX_PIXELS = 2 ** 26;
const CHANNELS = 3;

/** Takes one picture through the processors in order, up to one that drops it or fails. Never rejects. */
export async function runChain(links: readonly ChainLink[], frame: ProcessorFrame): Promise<ChainOutcome> {
  const { captureTimeUs, sequence, stream } = frame;
  let picture: ProcessedFrame = frame;
  for (const { name, module, context } of links) {
    const { data, width, height } = picture;
    try {
      const result = await module.processFrame({ data, width, height, captureTimeUs, sequence, stream }, context);
      if (result === null) return { kind: 'dropped' };
      picture = checkPicture(result);
    } catch (thrown) {
      const isIntact = data.byteLength === width * height * CHANNELS;
      return { kind: 'failed', name, message: thrownText(thrown), picture: isIntact ? picture : null };
    }
  }
  return { kind: 'picture', picture };
}

/**
 * What a processor returned, read once so that it cannot change any more.
 *
 * @throws {TypeError} when it is no RGB24 picture of a size that can be encoded
 */
function checkPicture(result: unknown): ProcessedFrame {
  if (typeof result !== 'object' || result === null) {
    throw new TypeError(`processFrame returned ${typeof result}; it returns the frame, or null to leave it out.`);
  }
  const { data, width, height } = result as Partial<Record<keyof ProcessedFrame, unknown>>;
  if (!types.isUint8Array(data) && !types.isUint8ClampedArray(data)) {
    throw new TypeError('processFrame returned a frame whose data is no Uint8Array.');
  }
  if (!isSide(width) || !isSide(height) || width * height > MAX_PIXELS) {
    throw new TypeError(`processFrame returned a frame of ${shown(width)} x ${shown(height)} pixels.`);
  }
  const lengthBytes = width * height * CHANNELS;
  if (data.byteLength !== lengthBytes) {
    const expected = `${width} x ${height} pixels take ${lengthBytes} in RGB24`;
    throw new TypeError(`processFrame returned a frame with ${data.byteLength} bytes; ${expected}.`);
  }
  return { data, width, height };
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_SIDE;
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value;
}

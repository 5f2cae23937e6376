/** The detector of frozen pictures alone, on frames that lie in memory. */
import { randomFillSync } from 'node:crypto';
import type { SourceFrame } from '../../../server/sources/source.js';
import { product } from '../product.js';
import { serveCommands } from '../worker-link.js';

const { FrozenDetector } = await product('server/sources/frozen-detector.js');

const WIDTH = 1920;
const HEIGHT = 1080;
const JPEG_BYTES = 300_000;
/** Frames taken in turn: together more than any cache of a processor holds. */
const PICTURES = 12;

export const commands = {
  /** Microseconds that a frame takes, of `frames` frames. */
  detect({ kind, frames }: { kind: 'raw' | 'jpeg'; frames: number }): number {
    const pictures = Array.from({ length: PICTURES }, () => frameOf(kind));
    const detector = new FrozenDetector();
    const startMs = performance.now();
    for (let i = 0; i < frames; i += 1) detector.add(pictures[i % PICTURES]!, i * 33_333);
    return ((performance.now() - startMs) * 1000) / frames;
  },
};

/** The commands this worker takes. */
export type HealthCommands = typeof commands;

const noise = randomFillSync(Buffer.alloc(WIDTH * HEIGHT * 3));

/** The same bytes each time, in memory of their own. */
function frameOf(kind: 'raw' | 'jpeg'): SourceFrame {
  const times = { sequence: 0, captureTimeUs: 0, timeSource: 'arrival', clockErrorUs: 0, decodedTimeUs: 0 } as const;
  const facts = { width: WIDTH, height: HEIGHT, ...times };
  if (kind === 'jpeg') return { kind, data: Buffer.from(noise.subarray(0, JPEG_BYTES)), ...facts };
  return { kind, data: Buffer.from(noise), release: () => undefined, ...facts };
}

serveCommands(commands);

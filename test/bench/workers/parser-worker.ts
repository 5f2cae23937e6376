/** The protocol parser alone, on bytes that lie in memory. */
import { product } from '../product.js';
import { serveCommands } from '../worker-link.js';

const { CLIENT_ACCEPTS, MessageParser, SERVER_ACCEPTS } = await product('shared/protocol/parser.js');
const { encodeAck, encodeFrameHeader } = await product('shared/protocol/codec.js');

/** What a socket of Node delivers at most at once. */
const CHUNK_BYTES = 64 * 1024;
/** More than any cache of a processor holds. */
const STREAM_BYTES = 64 * 1024 * 1024;
const HEADER = {
  streamId: 1,
  format: 1,
  timeSource: 'schedule',
  captureTimeUs: 1_700_000_000_000_000,
  decodedOffsetUs: 0,
  processedOffsetUs: 100,
  encodeStartOffsetUs: 100,
  encodedOffsetUs: 5000,
  publishedOffsetUs: 5050,
  clockErrorUs: 0,
  width: 1280,
  height: 720,
  flags: 0,
} as const;

/** What a parser did; each message counts. */
interface Speed {
  readonly messages: number;
  readonly bytes: number;
  readonly seconds: number;
}

export const commands = {
  /** Frames with JPEGs of `jpegBytes` bytes, in chunks of 64 KiB. */
  frames({ jpegBytes, durationMs }: { jpegBytes: number; durationMs: number }): Speed {
    const jpeg = Buffer.alloc(jpegBytes, 0x55);
    const messages: Buffer[] = [];
    for (let sequence = 0; sequence * jpegBytes < STREAM_BYTES; sequence += 1) {
      messages.push(encodeFrameHeader({ ...HEADER, sequence }, jpegBytes), jpeg);
    }
    return parse(chunksOf(Buffer.concat(messages), CHUNK_BYTES), CLIENT_ACCEPTS, durationMs);
  },

  /** Acknowledgements as a server gets them, each in a chunk of its own. */
  acks({ durationMs }: { durationMs: number }): Speed {
    const messages = Array.from({ length: 100_000 }, (_, sequence) => encodeAck(1, sequence));
    return parse(messages, SERVER_ACCEPTS, durationMs);
  },
};

/** The commands this worker takes. */
export type ParserCommands = typeof commands;

/** Parses the chunks again and again for about `durationMs`. */
function parse(chunks: readonly Buffer[], accepts: typeof CLIENT_ACCEPTS, durationMs: number): Speed {
  let messages = 0;
  let bytes = 0;
  let elapsedMs = 0;
  const startMs = performance.now();
  while (elapsedMs < durationMs) {
    const parser = new MessageParser({ accepts, onMessage: () => (messages += 1) });
    for (const chunk of chunks) {
      parser.push(chunk);
      bytes += chunk.length;
    }
    elapsedMs = performance.now() - startMs;
  }
  return { messages, bytes, seconds: elapsedMs / 1000 };
}

function chunksOf(bytes: Buffer, chunkBytes: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    chunks.push(bytes.subarray(offset, offset + chunkBytes));
  }
  return chunks;
}

serveCommands(commands);

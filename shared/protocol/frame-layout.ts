/** Where each field begins in a FRAME body; the JPEG follows at FRAME_HEADER_BYTES. */
export const FRAME_AT = {
  streamId: 0,
  format: 2,
  timeSource: 3,
  sequence: 4,
  captureTimeUs: 12,
  decodedOffsetUs: 20,
  processedOffsetUs: 24,
  encodeStartOffsetUs: 28,
  encodedOffsetUs: 32,
  publishedOffsetUs: 36,
  clockErrorUs: 40,
  width: 44,
  height: 46,
  flags: 48,
} as const;

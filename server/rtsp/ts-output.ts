/**
 * FFmpeg's output options for what `TsReader` reads: nothing is held back, and a picture says how long it is, so that it
 * need not wait for the next one to be known as complete. To be followed by the output; `-copyts` or filters go before.
 */
export const TS_OUTPUT_OPTIONS: readonly string[] = [
  ...['-f', 'mpegts', '-muxdelay', '0', '-muxpreload', '0', '-flush_packets', '1', '-omit_video_pes_length', '0'],
];

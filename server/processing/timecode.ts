import { writeTimecode } from '../../shared/timecode/timecode-writer.js';
import type { ProcessorModule } from './processor-api.js';

/** The counter has 16 bits, and begins anew after that. */
const COUNTERS = 2 ** 16;

/** The capture time as black and white squares in the upper part of the picture; docs/timecode.md says how. */
export function createTimecode(): ProcessorModule {
  return {
    processFrame(frame) {
      const { captureTimeUs: timeUs, sequence } = frame;
      writeTimecode(frame.data, frame.width, frame.height, { kind: 'capture', timeUs, counter: sequence % COUNTERS });
      return frame;
    },
  };
}

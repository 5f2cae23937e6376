import { writeTimecode } from '../../shared/timecode/timecode-writer.js';
import type { ProcessorModule } from './processor-api.js';

/** The capture time as black and white squares in the upper rows of the picture; docs/timecode.md says how. */
export function createTimecode(): ProcessorModule {
  return {
    processFrame(frame) {
      writeTimecode(frame.data, frame.width, frame.height, frame.captureTimeUs);
      return frame;
    },
  };
}

import { FRAME_HEADER_BYTES, PREFIX_BYTES } from '../../shared/protocol/messages.js';
import type { FrameHeader } from '../../shared/protocol/messages.js';
import type { ClockReading } from '../../shared/receiver/observation.js';
import type { Stage } from '../metrics/snapshot.js';
import type { ArrivedFrame } from './load-source.js';

/**
 * One frame of the protocol as `LoadSink` takes it. A connection has one object for all its frames, since making one for
 * each costs more than everything else that is done with it.
 */
export class ProtocolFrame implements ArrivedFrame {
  arrivalTimeUs = 0;
  lengthBytes = 0;
  capture: { timeUs: number; errorUs: number } | null = null;
  readonly stagesUs: Partial<Record<Stage, number>> = { decode: 0, process: 0, queue: 0, encode: 0, publish: 0 };
  private readonly known = { timeUs: 0, errorUs: 0 };

  /** Describes the frame of `header`, whose last byte came at `arrivalTimeUs`. */
  set(header: FrameHeader, jpegBytes: number, arrivalTimeUs: number, reading: ClockReading | null): this {
    const { stagesUs, known } = this;
    const { decodedOffsetUs, processedOffsetUs, encodeStartOffsetUs, encodedOffsetUs, publishedOffsetUs } = header;
    this.arrivalTimeUs = arrivalTimeUs;
    this.lengthBytes = PREFIX_BYTES + FRAME_HEADER_BYTES + jpegBytes;
    stagesUs.decode = decodedOffsetUs;
    stagesUs.process = processedOffsetUs - decodedOffsetUs;
    stagesUs.queue = encodeStartOffsetUs - processedOffsetUs;
    stagesUs.encode = encodedOffsetUs - encodeStartOffsetUs;
    stagesUs.publish = publishedOffsetUs - encodedOffsetUs;
    if (reading) {
      known.timeUs = header.captureTimeUs - reading.offsetUs;
      known.errorUs = reading.errorUs + header.clockErrorUs;
      stagesUs.network = arrivalTimeUs - known.timeUs - publishedOffsetUs;
    } else delete stagesUs.network;
    this.capture = reading && known;
    return this;
  }
}

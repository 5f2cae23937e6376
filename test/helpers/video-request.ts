import type { VideoRequest } from '../../server/generate/video-request.js';

/** A short and small video to be made, but for what `given` says. */
export function videoRequest(given: Partial<VideoRequest> = {}): VideoRequest {
  return {
    ...{ pattern: 'bars', width: 240, height: 136, fps: 30, frames: 30, noisePercent: 50, hasTimecode: true },
    ...{ codec: 'h264', gopFrames: 10, bitrateBps: null, crf: null, outputPath: 'bars.mp4', mayOverwrite: false },
    ...given,
  };
}

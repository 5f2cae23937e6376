import { type Painter, newPicture } from '../picture.js';
import { RandomBits } from '../../../shared/random-bits.js';
import type { VideoContent } from '../video-request.js';

/**
 * A still picture with noise that is new in every frame: at 0 % only the picture, at 100 % only noise, of which no frame
 * says anything about the next. That is the worst an encoder can meet.
 */
export function paintNoise({ width, height, noisePercent }: VideoContent): Painter {
  const still = newPicture(width, height);
  drawStill(still.data, width, height);
  const share = Math.round((256 * noisePercent) / 100);
  const random = new Uint8Array(Math.ceil(still.data.length / 4) * 4);
  return ({ data }, frame) => {
    new RandomBits(frame).fill(random);
    for (let index = 0; index < data.length; index += 1) {
      data[index] = ((still.data[index] ?? 0) * (256 - share) + (random[index] ?? 0) * share) >> 8;
    }
  };
}

/** Squares of several greys and colours, as a reference for what the noise leaves of them. */
function drawStill(data: Uint8Array, width: number, height: number): void {
  const random = new RandomBits(7);
  const columns = 16;
  const rows = 9;
  const colors = Array.from({ length: columns * rows }, () => {
    const level = random.between(40, 200);
    return [level, level + random.between(-30, 30), level + random.between(-30, 30)];
  });
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor((y * rows) / height);
    for (let x = 0; x < width; x += 1) {
      const color = colors[row * columns + Math.floor((x * columns) / width)] ?? [];
      for (let channel = 0; channel < 3; channel += 1) data[(y * width + x) * 3 + channel] = color[channel] ?? 0;
    }
  }
}

import { describe, expect, it } from 'vitest';
import { timecodeOf } from '../../../../shared/timecode/timecode-layout.js';
import { TimecodeReader } from '../../../../shared/timecode/timecode-reader.js';
import { writeTimecode } from '../../../../shared/timecode/timecode-writer.js';
import { SeededRandom } from '../../../helpers/seeded-random.js';

const [WIDTH, HEIGHT] = [128, 72];
const PICTURES = 2400;
const PAYLOADS = 100_000;

describe('a picture without a timecode', () => {
  it.each([
    ['noise', noiseLevel],
    ['upright stripes', stripeLevel],
    ['a chequerboard', chequerLevel],
    ['blocks of black and white', blockLevel],
  ])(`says nothing, in ${PICTURES} pictures in all: %s`, (_name, levelOf) => {
    const random = new SeededRandom(7);
    const reader = new TimecodeReader();
    const data = new Uint8Array(WIDTH * HEIGHT);
    for (let count = 0; count < PICTURES / 4; count += 1) {
      const level = levelOf(random);
      for (let index = 0; index < data.length; index += 1) {
        data[index] = level(index % WIDTH, Math.floor(index / WIDTH));
      }
      expect(reader.read(data, WIDTH, HEIGHT)).toBeNull();
    }
  });

  it('says nothing even when it has the timing rows and chance between them', () => {
    const random = new SeededRandom(11);
    const reader = new TimecodeReader();
    const data = new Uint8Array(192 * 108 * 3);
    writeTimecode(data, 192, 108, { kind: 'capture', timeUs: 1, counter: 1 });
    for (let count = 0; count < 300; count += 1) {
      // The data rows are the lines 9 to 14; their cells are three pixels wide.
      for (let column = 0; column < 56; column += 1) {
        fillCell(data, 12 + column * 3, 9, random.below(2) * 255);
        fillCell(data, 12 + column * 3, 12, random.below(2) * 255);
      }
      expect(reader.read(data, 192, 108)).toBeNull();
    }
  });

  it(`says nothing in ${PAYLOADS} payloads by chance that begin like one of ours`, () => {
    const random = new SeededRandom(13);
    const payload = new Uint8Array(112);
    for (let count = 0; count < PAYLOADS; count += 1) {
      payload.forEach((_, bit) => (payload[bit] = random.below(2)));
      payload.set([0, 0, 1, 0, 0, 0, 0, 1]);
      expect(timecodeOf(payload)).toBeNull();
    }
  });
});

type Level = (x: number, y: number) => number;

function noiseLevel(random: SeededRandom): Level {
  return () => random.below(256);
}

/** Stripes about as wide as the cells of a code. */
function stripeLevel(random: SeededRandom): Level {
  const period = 2 + random.below(500) / 100;
  return (x) => (x % period < period / 2 ? 255 : 0);
}

/** Looks like timing rows at the right size. */
function chequerLevel(random: SeededRandom): Level {
  const period = 3.5 + random.below(100) / 100;
  const height = period * (0.5 + random.below(6) / 2);
  return (x, y) => (x % period < period / 2 === y % height < height / 2 ? 255 : 0);
}

function blockLevel(random: SeededRandom): Level {
  const blocks = Uint8Array.from({ length: 64 * 36 }, () => random.below(2) * 255);
  return (x, y) => blocks[(y >> 1) * 64 + (x >> 1)] ?? 0;
}

function fillCell(data: Uint8Array, left: number, top: number, level: number): void {
  for (let y = top; y < top + 3; y += 1) data.fill(level, (y * 192 + left) * 3, (y * 192 + left + 3) * 3);
}

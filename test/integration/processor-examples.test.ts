import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FrameProcessing } from '../../server/pipeline/frame-processing.js';
import { parseProcessorSpec } from '../../server/pipeline/processor-spec.js';
import { checkProcessors } from '../../server/processing/check-processors.js';
import { createFrameProcessing } from '../../server/processing/worker-processing.js';
import { SystemClock } from '../../shared/clock.js';
import { ProcessorFiles } from '../helpers/processor-files.js';
import { requirePart } from '../helpers/real-parts.js';
import { tinyOnnx } from '../helpers/tiny-onnx.js';

const EXAMPLES = resolve('docs/examples');
const WIDTH = 64;
const HEIGHT = 32;
const YELLOW = [255, 220, 0];
const CYAN = [0, 220, 255];

let files: ProcessorFiles;
const problems: string[] = [];
const open: FrameProcessing[] = [];

beforeAll(async () => {
  files = await ProcessorFiles.create();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((processing) => processing.close()));
  expect(problems).toEqual([]);
});

afterAll(() => files.remove());

describe('motion-boxes.mjs', () => {
  it('draws a box around what moved since the frame before', async () => {
    const processing = start('motion-boxes.mjs?threshold=20&cell=8');
    const still = await processed(processing, () => 100);
    expect(still.every((level) => level === 100)).toBe(true);
    // A square of 8 x 8 in the cell of column 2, row 1, and its diagonal neighbour.
    const isBright = (x: number, y: number) => inside(x, y, 16, 8, 8, 8) || inside(x, y, 24, 16, 8, 8);
    const moved = await processed(processing, (x, y) => (isBright(x, y) ? 200 : 100));
    expect(colorAt(moved, 16, 8)).toEqual(YELLOW);
    expect(colorAt(moved, 31, 23)).toEqual(YELLOW);
    expect(colorAt(moved, 20, 12)).toEqual([200, 200, 200]);
    expect(colorAt(moved, 15, 8)).toEqual([100, 100, 100]);
    expect(colorAt(moved, 32, 23)).toEqual([100, 100, 100]);
  });

  it('draws two boxes around two things', async () => {
    const processing = start('motion-boxes.mjs?threshold=20&cell=8');
    await processed(processing, () => 0);
    const moved = await processed(processing, (x, y) => (y < 8 && (x < 8 || x >= 56) ? 90 : 0));
    for (const [x, y] of [
      [0, 0],
      [7, 7],
      [56, 0],
      [63, 7],
    ] as const)
      expect(colorAt(moved, x, y)).toEqual(YELLOW);
    expect(colorAt(moved, 30, 0)).toEqual([0, 0, 0]);
  });

  it('leaves a frame alone whose cells changed less than the threshold', async () => {
    const processing = start('motion-boxes.mjs?threshold=20');
    await processed(processing, () => 100);
    expect((await processed(processing, () => 119)).every((level) => level === 119)).toBe(true);
    expect(colorAt(await processed(processing, () => 139), 0, 0)).toEqual(YELLOW);
  });
});

const HAS_ONNX_RUNTIME = requirePart(
  'onnxruntime-node',
  existsSync('node_modules/onnxruntime-node'),
  'npm install --no-save --ignore-scripts onnxruntime-node@1.30.0',
);

describe.skipIf(!HAS_ONNX_RUNTIME)('detect-objects.mjs', () => {
  // The picture is 64 x 32 and the model's input 16 x 16: a scale of 1/4, with 4 rows of padding above and below.
  it('draws the boxes of a model that gives [1, N, 6]', async () => {
    const bias = [4, 6, 8, 10, 0, 1, 0, 4, 2, 5, 0, 0];
    // The score of the first box is the mean red, that of the second the mean blue.
    const weights = [perBox(bias, 4), bias.map(() => 0), perBox(bias, 10)] as const;
    await model('rows.onnx', { sidePx: 16, outputShape: [1, 2, 6], bias, weights });
    const spec = `detect-objects.mjs?model=${files.folder}/rows.onnx&size=16&threshold=0.4`;
    await checkProcessors([parseProcessorSpec(spec, EXAMPLES)], new SystemClock());
    const processing = start(spec);
    const reds = await processed(processing, (_x, _y, channel) => (channel === 0 ? 255 : 0));
    // 4, 6 .. 8, 10 in the input is 16, 8 .. 32, 24 in the picture; class 1 has the second colour.
    // Below the upper edge stands the label.
    expect(colorAt(reds, 16, 8)).toEqual(CYAN);
    expect(colorAt(reds, 31, 8)).toEqual(CYAN);
    expect(colorAt(reds, 32, 8)).toEqual([255, 0, 0]);
    expect(colorAt(reds, 16, 23)).toEqual(CYAN);
    expect(colorAt(reds, 16, 24)).toEqual([255, 0, 0]);
    // Blue is the padding alone: half of 114 / 255, which is below the threshold.
    expect(colorAt(reds, 0, 0)).toEqual([255, 0, 0]);
    const blues = await processed(processing, (_x, _y, channel) => (channel === 2 ? 255 : 0));
    expect(colorAt(blues, 0, 0)).toEqual(YELLOW);
    expect(colorAt(blues, 16, 23)).toEqual([0, 0, 255]);
  });

  it('draws each object once for a model that gives [1, 4 + C, N], and names it', async () => {
    // Three boxes with two classes: the second is nearly the first with a lower score, the third is another class.
    const bias = [
      [8, 8, 8],
      [8, 8, 8],
      [8, 8.2, 8],
      [4, 4, 4],
      [0.9, 0.8, 0.1],
      [0.1, 0.1, 0.7],
    ].flat();
    const nothing = bias.map(() => 0);
    await model('columns.onnx', { sidePx: 16, outputShape: [1, 6, 3], bias, weights: [nothing, nothing, nothing] });
    await writeFile(join(files.folder, 'labels.txt'), 'cat\ndog\n');
    const spec = `detect-objects.mjs?model=${files.folder}/columns.onnx&labels=${files.folder}/labels.txt&size=16`;
    const picture = await processed(start(spec), () => 0);
    // Centre 8, 8 and size 8 x 4 in the input is 16, 8 .. 48, 24 in the picture; dog comes after cat, over it.
    expect(colorAt(picture, 16, 8)).toEqual(CYAN);
    expect(colorAt(picture, 47, 8)).toEqual(CYAN);
    expect(colorAt(picture, 48, 8)).toEqual([0, 0, 0]);
    expect(colorAt(picture, 15, 15)).toEqual([0, 0, 0]);
  });

  it('fails at its setup with a file that is no model', async () => {
    await writeFile(join(files.folder, 'no.onnx'), 'no model');
    const outcome = await start(`detect-objects.mjs?model=${files.folder}/no.onnx`).process(pictureOf(() => 5));
    expect(outcome.kind).toBe('picture');
    expect(problems.splice(0).join()).toContain('The processor detect-objects.mjs failed: ');
  });
});

async function model(name: string, description: Parameters<typeof tinyOnnx>[0]): Promise<void> {
  await writeFile(join(files.folder, name), tinyOnnx(description));
}

/** Weights that are 1 at one place of the output and 0 elsewhere. */
function perBox(bias: readonly number[], index: number): number[] {
  return bias.map((_, place) => (place === index ? 1 : 0));
}

function start(text: string): FrameProcessing {
  const onProblem = (error: Error) => void problems.push(error.message);
  const context = { stream: 'cam', clock: new SystemClock(), onProblem };
  const processing = createFrameProcessing([parseProcessorSpec(text, EXAMPLES)], context);
  open.push(processing);
  return processing;
}

type Level = (x: number, y: number, channel: number) => number;

async function processed(processing: FrameProcessing, level: Level): Promise<Buffer> {
  const outcome = await processing.process(pictureOf(level));
  if (outcome.kind !== 'picture') throw new Error(outcome.kind);
  return outcome.data;
}

function pictureOf(level: Level) {
  const data = Buffer.allocUnsafeSlow(WIDTH * HEIGHT * 3);
  for (let index = 0; index < data.length; index += 1) {
    const pixel = Math.floor(index / 3);
    data[index] = level(pixel % WIDTH, Math.floor(pixel / WIDTH), index % 3);
  }
  return { data, width: WIDTH, height: HEIGHT, captureTimeUs: 0, sequence: 0 };
}

function inside(x: number, y: number, left: number, top: number, width: number, height: number): boolean {
  return x >= left && x < left + width && y >= top && y < top + height;
}

function colorAt(data: Buffer, x: number, y: number): number[] {
  const offset = (y * WIDTH + x) * 3;
  return [...data.subarray(offset, offset + 3)];
}

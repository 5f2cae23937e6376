/**
 * Draws boxes around the objects that a model of yours finds, with onnxruntime-node 1.25 or later
 * (`npm install onnxruntime-node` beside this file).
 *
 *   streamer-server cam.mp4 --processor 'detect-objects.mjs?model=yolo.onnx&labels=coco.txt&threshold=0.5'
 *
 * `model`      ONNX file: takes float32 [1, 3, height, width], RGB from 0 to 1, and gives one of
 *              [1, N, 6]      boxes as left, top, right, bottom, score, class, in pixels of its input
 *              [1, 4 + C, N]  boxes as centre x, centre y, width, height, then the scores of C classes (YOLOv8 and later)
 * `labels`     text file with the name of a class on each line
 * `threshold`  least score, 0 to 1 (0.4)
 * `size`       side of the model's input in pixels, where the model does not say it itself (640)
 * `every`      looks at each n-th frame only, and draws the boxes found last on the others (1)
 * `threads`    threads that the model may take (1)
 *
 * Paths are relative to the folder of this file.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAX_OVERLAP = 0.5;
const PADDING_LEVEL = 114 / 255;
const COLORS = [
  [255, 220, 0],
  [0, 220, 255],
  [255, 90, 160],
  [120, 255, 90],
  [255, 140, 40],
  [170, 130, 255],
];

let runtime;
let session;
let input;
let labels = [];
let threshold = 0.4;
let every = 1;
let found = [];
let framesSeen = 0;

/** @type {import('frame-streamer/processor').ProcessorModule['setup']} */
export async function setup({ parameters }) {
  if (!parameters.model) throw new Error('say which model to use: detect-objects.mjs?model=FILE.onnx');
  threshold = numberFrom(parameters, 'threshold', 0.4, 0, 1);
  every = numberFrom(parameters, 'every', 1, 1, 1000);
  const size = numberFrom(parameters, 'size', 640, 1, 4096);
  const threads = numberFrom(parameters, 'threads', 1, 1, 64);
  if (parameters.labels) labels = (await readFile(pathOf(parameters.labels), 'utf8')).trim().split(/\r?\n/);
  runtime = await import('onnxruntime-node');
  session = await runtime.InferenceSession.create(pathOf(parameters.model), { intraOpNumThreads: threads });
  // The sides of the input may be free; then they are texts.
  const shape = session.inputMetadata?.[0]?.shape ?? [];
  input = { height: sideFrom(shape[2], size), width: sideFrom(shape[3], size) };
  // The first run takes several times as long as all others, and more time is given here than for a frame.
  await infer(new Float32Array(3 * input.width * input.height));
}

/** @type {import('frame-streamer/processor').ProcessorModule['processFrame']} */
export async function processFrame(frame, context) {
  if (framesSeen % every === 0) found = await detect(frame);
  framesSeen += 1;
  for (const { x, y, width, height, score, classIndex } of found) {
    const color = COLORS[classIndex % COLORS.length];
    context.drawBox(frame, { x, y, width, height }, { color });
    const label = `${labels[classIndex] ?? `class ${classIndex}`} ${Math.round(score * 100)}%`;
    context.drawText(frame, label, { x: x + 4, y: y + 4 }, { color });
  }
  return frame;
}

/** @type {import('frame-streamer/processor').ProcessorModule['close']} */
export async function close() {
  await session?.release?.();
}

/** The objects in a frame, in its own pixels, the surest first. */
async function detect(frame) {
  const scale = Math.min(input.width / frame.width, input.height / frame.height);
  const left = Math.floor((input.width - frame.width * scale) / 2);
  const top = Math.floor((input.height - frame.height * scale) / 2);
  const candidates = candidatesOf(await infer(planesOf(frame, scale, left, top)));
  return withoutDuplicates(candidates).map(({ x, y, width, height, ...rest }) => ({
    ...rest,
    x: (x - left) / scale,
    y: (y - top) / scale,
    width: width / scale,
    height: height / scale,
  }));
}

async function infer(planes) {
  const tensor = new runtime.Tensor('float32', planes, [1, 3, input.height, input.width]);
  const outputs = await session.run({ [session.inputNames[0]]: tensor });
  return outputs[session.outputNames[0]];
}

/** The picture as three planes of the model's size, its shape kept, what it leaves free filled with grey. */
function planesOf({ data, width, height }, scale, left, top) {
  const pixels = input.width * input.height;
  const planes = new Float32Array(3 * pixels).fill(PADDING_LEVEL);
  const [right, bottom] = [Math.floor(left + width * scale), Math.floor(top + height * scale)];
  for (let y = top; y < bottom; y += 1) {
    const line = Math.min(height - 1, Math.floor((y - top + 0.5) / scale)) * width;
    for (let x = left; x < right; x += 1) {
      const from = (line + Math.min(width - 1, Math.floor((x - left + 0.5) / scale))) * 3;
      const to = y * input.width + x;
      planes[to] = data[from] / 255;
      planes[to + pixels] = data[from + 1] / 255;
      planes[to + 2 * pixels] = data[from + 2] / 255;
    }
  }
  return planes;
}

/** What the model gave, as boxes in pixels of its input whose score is high enough. */
function candidatesOf({ data, dims }) {
  const [, rows, columns] = dims;
  if (dims.length !== 3 || (columns !== 6 && rows < 5))
    throw new Error(`the model gives [${dims}], not [1, N, 6] or [1, 4 + C, N]`);
  const all = columns === 6 ? boxesOfRows(data, rows) : boxesOfColumns(data, rows, columns);
  return all.filter(({ score }) => score >= threshold);
}

function boxesOfRows(data, count) {
  return Array.from({ length: count }, (_, index) => {
    const [x, y, right, bottom, score, classIndex] = data.subarray(index * 6, index * 6 + 6);
    return { x, y, width: right - x, height: bottom - y, score, classIndex: Math.round(classIndex) };
  });
}

function boxesOfColumns(data, rows, count) {
  return Array.from({ length: count }, (_, index) => {
    const at = (row) => data[row * count + index];
    const [width, height] = [at(2), at(3)];
    let classIndex = 0;
    for (let other = 1; other < rows - 4; other += 1) if (at(4 + other) > at(4 + classIndex)) classIndex = other;
    return { x: at(0) - width / 2, y: at(1) - height / 2, width, height, score: at(4 + classIndex), classIndex };
  });
}

/** Of boxes of one class that overlap much, the one with the highest score (non-maximum suppression). */
function withoutDuplicates(boxes) {
  const kept = [];
  for (const box of boxes.toSorted((a, b) => b.score - a.score)) {
    const isNew = kept.every((other) => other.classIndex !== box.classIndex || overlapOf(other, box) < MAX_OVERLAP);
    if (isNew) kept.push(box);
  }
  return kept;
}

/** Area that two boxes share, as a part of the area that they cover together. */
function overlapOf(a, b) {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (a.width * a.height + b.width * b.height - shared);
}

function sideFrom(side, fallback) {
  return typeof side === 'number' && side > 0 ? side : fallback;
}

function numberFrom(parameters, name, fallback, min, max) {
  const value = Number(parameters[name] ?? fallback);
  if (value >= min && value <= max) return value;
  throw new RangeError(`${name} must be a number from ${min} to ${max}, not ${parameters[name]}`);
}

function pathOf(path) {
  return resolve(dirname(fileURLToPath(import.meta.url)), path);
}
